"""Whether a connection of type `sqlite` can be opened."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from mulgil.connectors.sqlite.database import translated
from mulgil.data.database_file import file_of
from mulgil.i18n import Text
from mulgil.model import Connection
from mulgil.ports import Clock

_BUSY_SECONDS = 2.0


def probe(connection: Connection, resolve_path: Callable[[str], Path], clock: Clock) -> Text:
    """Open the file to read.

    Raises:
        DataError: It can't be opened, is no database, or could not be made.
    """
    path = file_of(connection, resolve_path)
    if not path.exists():
        return Text("doctor.file_comes", {"path": str(path)})
    address = f"{path.resolve().as_uri()}?mode=ro"
    with translated(path), closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as database:
        [(count,)] = database.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchall()
    return Text("doctor.sqlite", {"path": str(path), "count": int(count)})
