"""What a connection's author lets a write keep in memory."""

import re

from mulgil.data.errors import DeclarationError
from mulgil.model import Connection

_FIELD = "memory_limit"
_AMOUNT = re.compile(r"\d+(\.\d+)?\s*([KMGT]i?B)", re.IGNORECASE)


def memory_limit(connection: Connection, *, default: str) -> str:
    """Return `memory_limit` of a connection's extra, such as `1GB`.

    Raises:
        DeclarationError: It is no amount of memory.
    """
    return given_memory_limit(connection) or default


def given_memory_limit(connection: Connection) -> str | None:
    """Return the same, or None where the author leaves it open.

    Raises:
        DeclarationError: It is no amount of memory.
    """
    given = connection.extra.get(_FIELD)
    if given is None:
        return None
    if not isinstance(given, str) or _AMOUNT.fullmatch(given) is None:
        raise DeclarationError("data.memory_limit", connection=connection.connection_id, value=repr(given))
    return given
