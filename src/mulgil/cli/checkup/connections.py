"""Can each connection be opened? Nothing is written, and nothing that is missing is made."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mulgil.cli.checkup.finding import Finding, fail, ok, warn
from mulgil.data.connector import connection_types, probe
from mulgil.data.errors import TargetBusyError
from mulgil.i18n import FieldValue, MulgilError, Text, nearest_name
from mulgil.model import Connection
from mulgil.ports import Clock


def check_connections(
    connections: Sequence[Connection], resolve_path: Callable[[str], Path], clock: Clock
) -> Iterator[Finding]:
    """Open each connection as its type is opened; `resolve_path` says where relative files are."""
    for connection in connections:
        yield _checked(connection, resolve_path, clock)
    if not connections:
        yield ok("connections", Text("doctor.no_connections"))


def _checked(connection: Connection, resolve_path: Callable[[str], Path], clock: Clock) -> Finding:
    name, fields = connection.connection_id, _fields(connection)
    if connection.conn_type not in connection_types():
        remedy = Text("doctor.connection_type_remedy", {"known": ", ".join(connection_types())})
        nearest = nearest_name(connection.conn_type, connection_types())
        if nearest is not None:
            remedy = Text("doctor.connection_type_near", {"nearest": nearest})
        return warn(name, Text("doctor.connection_type", fields), remedy)
    try:
        return ok(name, probe(connection, resolve_path, clock))
    except TargetBusyError as error:
        return warn(name, error.text, Text("doctor.connection_busy_remedy"))
    except MulgilError as error:
        return fail(name, error.text, Text("doctor.connection_remedy", fields))


def _fields(connection: Connection) -> dict[str, FieldValue]:
    return {"connection_id": connection.connection_id, "type": connection.conn_type}
