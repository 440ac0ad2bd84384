"""A folder of tables as a target of the write contract, and as a place to read from."""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mulgil.connectors.folder.file_format import FileFormat
from mulgil.connectors.folder.garbage import remove, unneeded
from mulgil.connectors.folder.lock import TableLock
from mulgil.connectors.folder.manifest import Manifest, read_manifest
from mulgil.connectors.folder.pins import pinned
from mulgil.connectors.folder.place import TablePlace, place_of, stages_in, tables_in
from mulgil.connectors.folder.rows import define_view
from mulgil.connectors.folder.shown import show, shown_version
from mulgil.connectors.folder.sql_session import DEFAULT_MEMORY, engine, translated
from mulgil.connectors.folder.stage import FolderStage, remove_dead_stage
from mulgil.connectors.folder.table_publish import TablePublish
from mulgil.connectors.folder.transaction import FolderTransaction
from mulgil.data.connector import select_dialect
from mulgil.data.errors import TargetError
from mulgil.data.ledger import LedgerView
from mulgil.data.patience import Patience
from mulgil.data.stage_lock import dead_names
from mulgil.data.target import Batches, Column, Dialect, NativeQuery, Opened, Stage

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

_BATCH_ROWS = 65_536
_SNAPSHOT_TRIES = 10
_DATA, _FOLDERS = "data", "folders"


class FolderTarget:
    """Tables in one root folder."""

    def __init__(
        self,
        root: Path,
        *,
        patience: Patience,
        file_format: FileFormat = FileFormat.PARQUET,
        grace: timedelta = timedelta(hours=1),
        memory: str = DEFAULT_MEMORY,
    ) -> None:
        """Name the root, which the first write makes if it isn't there; links are resolved.

        New tables get files of `file_format`. Files that are no longer a table's are kept for `grace`.
        `memory` is what reading, staging, an audit and a publish may each keep, in DuckDB's words, such as `1GB`.
        """
        self._root = root.resolve()
        self._patience = patience
        self._format = file_format
        self._grace = grace
        self._memory = memory
        self._stages = stages_in(self._root)

    @property
    def dialect(self) -> Dialect:
        """The engine's SQL."""
        return select_dialect()

    def open(self, table: str, scopes: Sequence[str], *, now_us: int) -> Opened:
        """Issue a fence from the table's counter, which the manifest's ledger can only raise."""
        place = place_of(self._root, table)

        def highest() -> int:
            manifest = read_manifest(place)
            opened = manifest.entry.opened if manifest is not None and manifest.entry is not None else 0
            return max(opened, manifest.highest_fence if manifest is not None else 0)

        fence = TableLock(place, self._patience).issue_fence(highest_known=highest, now_us=now_us)
        manifest = read_manifest(place)
        return Opened(
            fence=fence,
            table_name=place.table_name,
            ledger=manifest.view(scopes) if manifest is not None else LedgerView(),
            columns=manifest.columns if manifest is not None else None,
        )

    def read_ledger(self, table: str, scopes: Sequence[str] | None = None) -> LedgerView:
        """Read the manifest."""
        manifest = read_manifest(place_of(self._root, table))
        return manifest.view(scopes) if manifest is not None else LedgerView()

    def columns(self, table: str) -> tuple[Column, ...] | None:
        """Return a table's columns, or None if it doesn't exist."""
        manifest = read_manifest(place_of(self._root, table))
        return manifest.columns if manifest is not None else None

    def create_stage(self, name: str) -> FolderStage:
        """Make the place of a Parquet file."""
        return FolderStage(self._stages, name, reading=self._reading, memory=self._memory)

    @contextmanager
    def transaction(self, table: str, stage: Stage) -> Iterator[FolderTransaction]:
        """Hold the table's lock; readers don't notice."""
        if not isinstance(stage, FolderStage):
            raise TypeError(stage)
        stage.end_audit()
        with ExitStack() as locks, engine(stage.work / "publish", self._memory) as connection:

            def begin(table: str) -> TablePublish:
                place = place_of(self._root, table)
                held = locks.enter_context(TableLock(place, self._patience).exclusive())
                return TablePublish(
                    connection, place, held, new_format=self._format, work=stage.work / place.table_name
                )

            transaction = FolderTransaction(connection, begin(table), stage, clock=self._patience.clock, begin=begin)
            try:
                yield transaction
            finally:
                transaction.close(self._grace)

    @contextmanager
    def read(self, query: NativeQuery) -> Iterator[Batches]:
        """Stream a query's rows from the manifests of one instant; nobody waits for the reader."""
        with (
            translated(self._root),
            TemporaryDirectory(prefix="mulgil-", ignore_cleanup_errors=True) as spill,
            self._reading(query, Path(spill) / "read") as (connection, inputs),
        ):
            reader = connection.sql(query.sql, params=list(query.params)).to_arrow_reader(_BATCH_ROWS)
            yield Batches(reader.schema, self._translated(reader), inputs=inputs)

    def dead_stages(self) -> tuple[str, ...]:
        """Return stages without a writer, and tables that hold files for nobody, or show old ones.

        The latter are named `<table>/data` and `<table>/folders`.
        """
        with translated(self._root):
            names = list(dead_names(self._stages))
            for place in tables_in(self._root):
                with self._unwritten(place) as manifest:
                    if manifest is not None:
                        names += [f"{place.table_name}/{each}" for each in self._untidy(place, manifest)]
        return tuple(names)

    def remove_stage(self, name: str) -> None:
        """Remove a dead stage's files, or what `dead_stages` said of a table."""
        table, _, what = name.rpartition("/")
        with translated(self._root):
            if not table:
                remove_dead_stage(self._stages, name)
                return
            place = place_of(self._root, table)
            with self._unwritten(place) as manifest:
                if manifest is not None and what == _FOLDERS:
                    show(place, manifest, before=None)
                elif manifest is not None:
                    remove(place, self._unneeded(place, manifest))
                    place.next_manifest.unlink(missing_ok=True)

    @contextmanager
    def _unwritten(self, place: TablePlace) -> Iterator[Manifest | None]:
        """Hold a table's lock, with the manifest of a table that doesn't exist where it doesn't; None if it is busy."""
        with TableLock(place, self._patience).at_once() as held:
            empty = Manifest(table_name=place.table_name, file_format=self._format.value)
            yield (read_manifest(place) or empty) if held is not None else None

    def _untidy(self, place: TablePlace, manifest: Manifest) -> Iterator[str]:
        if shown_version(place) != manifest.version:
            yield _FOLDERS
        if self._unneeded(place, manifest) or place.next_manifest.exists():
            yield _DATA

    def _unneeded(self, place: TablePlace, manifest: Manifest) -> tuple[str, ...]:
        return unneeded(place, manifest, now=self._patience.clock.now(), grace=self._grace)

    def _translated(self, reader: "pa.RecordBatchReader") -> "Iterator[pa.RecordBatch]":
        with translated(self._root):
            yield from reader

    @contextmanager
    def _reading(self, query: NativeQuery, spill: Path) -> "Iterator[tuple[DuckDBPyConnection, tuple[str, ...]]]":
        """Open an engine in which the tables that a query may name stand as they are at one instant."""
        sql = query.sql.lower()
        named_places = [place_of(self._root, table) for table in query.reads]
        with translated(self._root):
            found = [place for place in tables_in(self._root) if _is_named(place.name, sql)]
        places = tuple(dict.fromkeys([*named_places, *found]))
        with _snapshot(places) as manifests, engine(spill, self._memory) as connection:
            with translated(self._root):
                for place, manifest in zip(places, manifests, strict=True):
                    if manifest is not None and manifest.columns is not None:
                        define_view(connection, place, manifest)
            seen = dict(zip(places, manifests, strict=True))
            inputs: list[str] = []
            for place in named_places:
                manifest = seen[place]
                ledger = manifest.view(query.scopes) if manifest is not None else LedgerView()
                inputs += ledger.inputs(place.table_name, query.scopes)
            yield connection, tuple(inputs)


@contextmanager
def _snapshot(places: Sequence[TablePlace]) -> Iterator[tuple[Manifest | None, ...]]:
    """Pin one version of each table, such that there was an instant at which all of them were the newest.

    Raises:
        TargetError: The tables change all the time.
    """
    for _ in range(_SNAPSHOT_TRIES):
        with ExitStack() as pins:
            manifests = tuple(pins.enter_context(pinned(place)) for place in places)
            if len(places) < 2 or manifests == tuple(read_manifest(place) for place in places):
                yield manifests
                return
    names = ", ".join(place.table_name for place in places)
    raise TargetError("folder.no_snapshot", tables=names, times=_SNAPSHOT_TRIES)


def _is_named(name: str, sql: str) -> bool:
    """Whether a query may name a table; where in doubt, yes."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", sql) is not None
