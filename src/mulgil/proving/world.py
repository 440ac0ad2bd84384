"""Scratch targets: a folder in which every database of the pipeline has a copy of its own."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, unquote

from msgspec.structs import replace

from mulgil.connectors.duckdb.lock import DatabaseLock
from mulgil.data.patience import Patience
from mulgil.inprocess import Configuration
from mulgil.model import Connection, Variable
from mulgil.ports import Clock
from mulgil.proving.errors import ProvingError

_DUCKDB, _SQLITE, _FILES = "duckdb", "sqlite", "files"
SCRATCH_TYPES = (_DUCKDB, _SQLITE, _FILES)
_LARGEST_BYTES = 1 << 30
_LOCK_SECONDS = 60.0


class World:
    """A folder with one entry for each connection that was asked for: `<connection id>.<type>`."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def place(self, connection: Connection) -> Path:
        """Return where a connection's target is."""
        return self.folder / f"{quote(connection.connection_id, safe='')}.{connection.conn_type}"

    def targets(self) -> tuple[Connection, ...]:
        """Return a connection to each target that exists."""
        found = []
        for path in sorted(self.folder.iterdir()):
            name, _, conn_type = path.name.rpartition(".")
            if conn_type in SCRATCH_TYPES:
                found.append(Connection(connection_id=unquote(name), conn_type=conn_type, host=str(path)))
        return tuple(found)

    def copy_to(self, folder: Path) -> "World":
        """Copy everything, while nobody writes; what stood in `folder` goes."""
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder, folder)
        return World(folder)


class Redirected:
    """`Configuration` whose databases are those of a world; every other connection stays real.

    A database is copied when it is first asked for, once for all worlds, so that each begins with the
    same; where the original doesn't exist yet the pipeline begins with an empty one. Folders of files are
    scratch only where tables are written to.
    """

    def __init__(
        self,
        others: Configuration,
        world: World,
        beginning: World,
        *,
        home: Path,
        clock: Clock,
        written: frozenset[str],
    ) -> None:
        """Redirect what `others` has; `written` are the ids of connections of tables that are written."""
        self._others = others
        self._world = world
        self._beginning = beginning
        self._home = home
        self._clock = clock
        self._written = written

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection, redirected if it is a target's."""
        real = self._others.connection(connection_id)
        if real is None or not real.host:
            return real
        is_written = connection_id in self._written
        if real.conn_type not in SCRATCH_TYPES:
            if is_written:
                raise ProvingError("prove.no_scratch", connection=connection_id, type=real.conn_type)
            return real
        if real.conn_type == _FILES and not is_written:
            return real
        place = self._world.place(real)
        if not place.exists():
            first = self._beginning.place(real)
            if not first.exists():
                self._bring(real, self._home / Path(real.host).expanduser(), first)
            _copy(first, place)
        return replace(real, host=str(place))

    def connections(self) -> tuple[Connection, ...]:
        """Return every connection, as it really is."""
        return self._others.connections()

    def variable(self, key: str) -> Variable | None:
        """Return a variable."""
        return self._others.variable(key)

    def variables(self) -> tuple[Variable, ...]:
        """Return every variable."""
        return self._others.variables()

    def _bring(self, connection: Connection, original: Path, place: Path) -> None:
        if not original.exists():
            return
        size = sum(part.stat().st_size for part in (original, *original.rglob("*")) if part.is_file())
        if size > _LARGEST_BYTES:
            raise ProvingError(
                "prove.target_too_large", connection=connection.connection_id, path=str(original), mib=size >> 20
            )
        if connection.conn_type == _SQLITE:
            with (
                closing(sqlite3.connect(f"{original.resolve().as_uri()}?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(place)) as copy,
            ):
                source.backup(copy)
        elif connection.conn_type == _DUCKDB:
            with DatabaseLock(original, Patience(self._clock, _LOCK_SECONDS)).shared():
                _copy(original, place)
        else:
            _copy(original, place)


def _copy(original: Path, place: Path) -> None:
    """Copy a folder, or a database's file with its log; nothing if there is none."""
    if original.is_dir():
        shutil.copytree(original, place)
        return
    for suffix in (".wal", ""):
        part = original.with_name(original.name + suffix)
        if part.exists():
            shutil.copyfile(part, place.with_name(place.name + suffix))
