"""Whether a connection of type `duckdb` can be opened."""

from collections.abc import Callable
from pathlib import Path

from mulgil.connectors.duckdb.database import connected, run, translated
from mulgil.data.database_file import file_of
from mulgil.data.patience import Patience
from mulgil.i18n import Text
from mulgil.model import Connection
from mulgil.ports import Clock

# Long enough for a task that is just writing.
_PATIENCE_SECONDS = 2.0


def probe(connection: Connection, resolve_path: Callable[[str], Path], clock: Clock) -> Text:
    """Open the file to read.

    Raises:
        TargetBusyError: Another program keeps it open.
        DataError: It can't be opened, or could not be made.
    """
    path = file_of(connection, resolve_path)
    if not path.exists():
        return Text("doctor.file_comes", {"path": str(path)})
    with (
        connected(path, Patience(clock, _PATIENCE_SECONDS), is_read_only=True) as database,
        translated(path),
    ):
        [(count,)] = run(database, "SELECT count(*) FROM information_schema.tables", [])
    return Text("doctor.duckdb", {"path": str(path), "count": int(str(count))})
