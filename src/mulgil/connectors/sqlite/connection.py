"""From a connection of type `sqlite` to the file that it names."""

from mulgil.connectors.sqlite.target import SqliteTarget
from mulgil.data.errors import DeclarationError
from mulgil.data.patience import Patience
from mulgil.model import Connection
from mulgil.sdk import TaskRuntime


def open_target(connection: Connection, runtime: TaskRuntime, patience: Patience) -> SqliteTarget:
    """Return the file in `host`, relative to the home.

    Raises:
        DeclarationError: The connection names no file.
    """
    if not connection.host or connection.host == ":memory:":
        raise DeclarationError("data.connection_file", connection=connection.connection_id, type=connection.conn_type)
    return SqliteTarget(runtime.resolve_path(connection.host), patience=patience)
