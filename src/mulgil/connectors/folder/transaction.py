"""One atomic change of a table of files and its ledger."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from mulgil.connectors.folder.file_format import FileFormat
from mulgil.connectors.folder.manifest import read_manifest
from mulgil.connectors.folder.place import place_of
from mulgil.connectors.folder.rejects import RejectsChange
from mulgil.connectors.folder.split import is_decisive
from mulgil.connectors.folder.sql_session import translated
from mulgil.connectors.folder.stage import FolderStage
from mulgil.connectors.folder.table_publish import TablePublish
from mulgil.data.ledger import CommitRecord, LedgerView, TableEntry
from mulgil.data.own_columns import WRITE
from mulgil.data.scope import append_scope
from mulgil.data.target import Column, Row
from mulgil.ports import Clock

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_APPENDED = append_scope("")


class FolderTransaction:
    """A publish under the table's lock. Nothing is visible before the rename in `commit`."""

    def __init__(
        self,
        connection: "DuckDBPyConnection",
        publish: TablePublish,
        stage: FolderStage,
        *,
        clock: Clock,
        begin: Callable[[str], TablePublish],
    ) -> None:
        """Work on one table; `begin` begins to publish another one, too."""
        self._connection = connection
        self._publish = publish
        self._stage = stage
        self._clock = clock
        self._begin = begin
        self._rejects: RejectsChange | None = None
        self._scopes: tuple[str, ...] = ()
        self._is_authored = self._is_whole = False

    @property
    def relation(self) -> str:
        """The table."""
        return self._publish.change.relation

    @property
    def staged(self) -> str:
        """The staged file."""
        return self._stage.relation

    @property
    def tombstones(self) -> str:
        """Files of their own, in the same manifest."""
        return self._publish.tombstones.relation

    def ledger(self, scopes: Sequence[str], *, above: int) -> LedgerView:
        """Read the manifest's half."""
        self._scopes = tuple(scopes)
        before = self._publish.before
        return before.view(scopes, above=above) if before is not None else LedgerView()

    def columns(self) -> tuple[Column, ...] | None:
        """Return the manifest's columns."""
        return self._publish.columns

    def has_tombstones(self) -> bool:
        """Whether the manifest has any."""
        return self._publish.tombstones.manifest.columns is not None

    def create_table(self, columns: tuple[Column, ...]) -> None:
        """Give the table its columns."""
        with translated(self._publish.place.folder):
            self._publish.change.create(columns)

    def create_tombstones(self, columns: tuple[Column, ...]) -> None:
        """Give the tombstones their columns."""
        with translated(self._publish.place.folder):
            self._publish.tombstones.create(columns)

    def index(self, columns: Sequence[str]) -> None:
        """Do nothing: the engine hashes what it joins."""

    def add_column(self, column: Column) -> None:
        """Add a column to the manifest."""
        with translated(self._publish.place.folder):
            self._publish.change.add_column(column)

    def widen_column(self, column: Column, type_name: str) -> None:
        """Widen a column in the manifest; files are read as what they are, and cast."""
        with translated(self._publish.place.folder):
            self._publish.change.widen_column(column, type_name)
            if any(kept.name == column.name for kept in self._publish.tombstones.manifest.columns or ()):
                self._publish.tombstones.widen_column(column, type_name)

    def delete(self, where: str | None) -> None:
        """Let files go, or rows of them."""
        change = self._publish.change
        entry = self._publish.before.entry if self._publish.before is not None else None
        appends = all(scope.startswith(_APPENDED) for scope in self._scopes)
        decisive = appends or is_decisive(entry, change.manifest.columns or (), self._scopes)
        with translated(self._publish.place.folder):
            change.delete(where, scopes=self._scopes, is_decisive=decisive)

    def insert(self, columns: tuple[Column, ...], constants: Mapping[str, str] = MappingProxyType({})) -> None:
        """Add the staged rows: as the staged file itself, where it is what the table's files are."""
        change = self._publish.change
        self._is_authored = WRITE.name in constants
        self._is_whole = not constants and _are_same(columns, self._stage.columns, change.manifest.columns or ())
        with translated(self._publish.place.folder):
            change.insert(self._stage.relation, columns, constants)

    def execute(self, sql: str) -> None:
        """Run a statement; what it names is loaded first."""
        publish = self._publish
        with translated(publish.place.folder):
            if publish.change.relation in sql:
                publish.change.load()
            if publish.tombstones.relation in sql:
                publish.tombstones.load()
            self._connection.execute(sql)

    def query(self, sql: str) -> list[Row]:
        """Run a query; rows come as Python values by way of Arrow."""
        publish = self._publish
        with translated(publish.place.folder):
            publish.change.look()
            publish.tombstones.look()
            rows: list[Row] = self._connection.sql(sql).to_arrow_table().to_pylist()
        return rows

    def record(self, entry: TableEntry, commits: tuple[CommitRecord, ...]) -> None:
        """Write files and manifest, beside those that are read."""
        is_parquet = self._publish.change.manifest.file_format == FileFormat.PARQUET
        author = next((scope for scope in self._scopes if self._is_authored and scope.startswith(_APPENDED)), None)
        self._publish.prepare(
            entry,
            commits,
            fence=max((commit.fence for commit in commits), default=entry.opened),
            now_us=self._now_us(),
            whole_file=self._stage.whole_file if self._is_whole and is_parquet else None,
            author_scope=author,
        )

    def forget_added(self, *, but: int) -> None:
        """Do nothing: the ledger is in the table's folder, and went with it."""

    def replace_rejects(self, table: str, columns: tuple[Column, ...]) -> None:
        """Change the table of rejects, which has a manifest of its own."""
        place = place_of(self._publish.place.root, table)
        if self._stage.rejects is not None or read_manifest(place) is not None:
            self._rejects = RejectsChange(self._publish, self._begin(table), now_us=self._now_us)
            self._rejects.prepare(self._stage.rejects, columns)

    def commit(self) -> None:
        """Rename the manifest."""
        if self._rejects is not None:
            self._rejects.publish()
        self._publish.publish()

    def close(self, grace: timedelta) -> None:
        """After a commit tidy up; without one take everything back."""
        self._publish.discard()
        self._publish.tidy(self._clock, grace)
        if self._rejects is not None:
            self._rejects.close(self._clock, grace)

    def _now_us(self) -> int:
        return int(self._clock.now().timestamp() * 1_000_000)


def _are_same(inserted: Sequence[Column], staged: Sequence[Column], kept: Sequence[Column]) -> bool:
    """Whether the staged file has the table's columns, in name, type and order."""
    described = [[(column.name, column.type) for column in columns] for columns in (inserted, staged, kept)]
    return described[0] == described[1] == described[2]
