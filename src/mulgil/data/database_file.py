"""The file that a connection of a one-file database names."""

from collections.abc import Callable
from pathlib import Path

from mulgil.data.connector import Surroundings
from mulgil.data.errors import DeclarationError, TargetError
from mulgil.model import Connection


def database_file(connection: Connection, runtime: Surroundings) -> Path:
    """Return the file in `host`, relative to the home; only its folder must be there.

    Raises:
        DeclarationError: The connection names no file.
        TargetError: The file's folder doesn't exist.
    """
    return file_of(connection, runtime.resolve_path)


def file_of(connection: Connection, resolve_path: Callable[[str], Path]) -> Path:
    """Return the file as `database_file` does, outside a task."""
    if not connection.host or connection.host == ":memory:":
        raise DeclarationError("data.connection_file", connection=connection.connection_id, type=connection.conn_type)
    path = resolve_path(connection.host)
    folder = path.resolve().parent
    if not folder.is_dir():
        raise TargetError(
            "data.connection_folder",
            connection=connection.connection_id,
            host=connection.host,
            folder=str(folder),
        )
    return path
