"""From a connection of type `duckdb` to the file that it names."""

from mulgil.connectors.duckdb.target import DuckDbTarget
from mulgil.data.connector import Surroundings
from mulgil.data.database_file import database_file
from mulgil.data.memory_limit import given_memory_limit
from mulgil.data.patience import Patience
from mulgil.model import Connection


def open_target(connection: Connection, runtime: Surroundings, patience: Patience) -> DuckDbTarget:
    """Return the file in `host`, relative to the home; `memory_limit` in its extra bounds what a write keeps.

    Raises:
        DeclarationError: The connection names no file, or the limit is none.
        TargetError: The file's folder doesn't exist.
    """
    memory = given_memory_limit(connection)
    return DuckDbTarget(database_file(connection, runtime), patience=patience, memory=memory)
