"""What a connection's extra may hold: what comes back from the store as it went in."""

import msgspec

from mulgil.model import Connection, JsonValue
from mulgil.operations.errors import InvalidArgumentError


def check_extra(connection: Connection) -> None:
    """Check that a connection's extra is JSON, at any depth.

    Raises:
        InvalidArgumentError: A value would not come back as it is: a date, a tuple, a number beyond 64 bits …
    """
    for name, value in connection.extra.items():
        if not (isinstance(name, str) and _is_storable(value)):
            raise InvalidArgumentError(
                "operations.connection_extra_not_json",
                connection_id=connection.connection_id,
                name=str(name),
                type=type(value).__name__,
            )


def _is_storable(value: JsonValue) -> bool:
    try:
        # Stored as JSON, sent to tasks as MessagePack, whose whole numbers have 64 bits.
        msgspec.msgpack.encode(value)
        return bool(msgspec.json.decode(msgspec.json.encode(value)) == value)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return False
