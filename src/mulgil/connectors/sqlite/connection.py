"""From a connection of type `sqlite` to the file that it names."""

from mulgil.connectors.sqlite.target import SqliteTarget
from mulgil.data.connector import Surroundings
from mulgil.data.database_file import database_file
from mulgil.data.patience import Patience
from mulgil.model import Connection


def open_target(connection: Connection, runtime: Surroundings, patience: Patience) -> SqliteTarget:
    """Return the file in `host`, relative to the home.

    Raises:
        DeclarationError: The connection names no file.
        TargetError: The file's folder doesn't exist.
    """
    return SqliteTarget(database_file(connection, runtime), patience=patience)
