"""From a connection of type `duckdb` to the file that it names."""

import re

from mulgil.connectors.duckdb.database import DEFAULT_MEMORY
from mulgil.connectors.duckdb.target import DuckDbTarget
from mulgil.data.connector import Surroundings
from mulgil.data.database_file import database_file
from mulgil.data.errors import DeclarationError
from mulgil.data.patience import Patience
from mulgil.model import Connection

_MEMORY_LIMIT = "memory_limit"
_MEMORY = re.compile(r"\d+(\.\d+)?\s*([KMGT]i?B)", re.IGNORECASE)


def open_target(connection: Connection, runtime: Surroundings, patience: Patience) -> DuckDbTarget:
    """Return the file in `host`, relative to the home; `memory_limit` in its extra bounds what a write keeps.

    Raises:
        DeclarationError: The connection names no file, or the limit is none.
        TargetError: The file's folder doesn't exist.
    """
    memory = connection.extra.get(_MEMORY_LIMIT, DEFAULT_MEMORY)
    if not isinstance(memory, str) or _MEMORY.fullmatch(memory) is None:
        raise DeclarationError("data.memory_limit", connection=connection.connection_id, value=repr(memory))
    return DuckDbTarget(database_file(connection, runtime), patience=patience, memory=memory)
