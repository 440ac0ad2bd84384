"""What a publish does to the rows, as values; and what a mode is told when it says so."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from mulgil.data.modes.options import ModeOptions
from mulgil.data.own_columns import INTERVAL_END, WRITE, has_column
from mulgil.data.partition import Partition
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import Column, Dialect


class Index(msgspec.Struct, frozen=True):
    """Let rows be found fast by these columns."""

    columns: tuple[str, ...]


class CreateTombstones(msgspec.Struct, frozen=True):
    """Create the table of deleted keys."""

    columns: tuple[Column, ...]


class Delete(msgspec.Struct, frozen=True):
    """Delete the rows for which `where` holds, or all."""

    where: str | None = None


class Insert(msgspec.Struct, frozen=True):
    """Insert every staged row, with a SQL literal for each further column."""

    columns: tuple[Column, ...]
    constants: tuple[tuple[str, str], ...] = ()


class Run(msgspec.Struct, frozen=True):
    """Run a statement."""

    sql: str


class RefuseLate(msgspec.Struct, frozen=True):
    """Refuse the write if the query finds staged rows that come too late; it shows some of them."""

    sql: str


Change = Index | CreateTombstones | Delete | Insert | Run | RefuseLate


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A publish, as a mode sees it: everything stands as it does under the table's ledger lock.

    `columns` are the staged ones that go into the table, `existing` the table's; `table`, `stage` and
    `tombstones` are relations, the last of which may not be there. `author` is the producer in short,
    `interval_end` the end of its data interval, naive in UTC.
    """

    spec: TableSpec
    options: ModeOptions
    partitions: tuple[Partition, ...]
    columns: tuple[Column, ...]
    existing: tuple[Column, ...]
    dialect: Dialect
    table: str
    stage: str
    tombstones: str
    has_tombstones: bool
    author: str
    interval_end: datetime

    def of(self, alias: str, column: str) -> str:
        """Return a column of a relation."""
        return f"{alias}.{self.dialect.identifier(column)}"

    def listed(self, columns: Sequence[str], *, alias: str = "") -> str:
        """Return columns with commas between them."""
        return ", ".join(self.of(alias, name) if alias else self.dialect.identifier(name) for name in columns)

    def match(self, one: str, other: str, *, columns: Sequence[str] = ()) -> str:
        """Return the condition under which rows of two relations have the same key, in which no staged row has NULL."""
        return " AND ".join(f"{self.of(one, name)} = {self.of(other, name)}" for name in columns or self.spec.key)

    @property
    def end_literal(self) -> str:
        """The interval's end."""
        return self.dialect.literal(self.interval_end)

    @property
    def author_literal(self) -> str:
        """The producer in short."""
        return self.dialect.literal(self.author)

    def constants(self, *, is_authored: bool = False) -> tuple[tuple[str, str], ...]:
        """Return what our own columns hold in every row of this write, as far as the table has them."""
        values = {INTERVAL_END.name: self.end_literal}
        if is_authored:
            values[WRITE.name] = self.author_literal
        return tuple((name, value) for name, value in values.items() if has_column(self.existing, name))

    def insert(self, *, is_authored: bool = False) -> Insert:
        """Return the insertion of every staged row."""
        return Insert(self.columns, self.constants(is_authored=is_authored))

    def insert_where(self, condition: str) -> Run:
        """Return the insertion of the rows of the stage, called `staged`, for which `condition` holds."""
        names = [column.name for column in self.columns]
        constants = self.constants()
        into = ", ".join([self.listed(names), *(self.dialect.identifier(name) for name, _ in constants)])
        values = ", ".join([self.listed(names, alias="staged"), *(value for _, value in constants)])
        return Run(f"INSERT INTO {self.table} ({into}) SELECT {values} FROM {self.stage} AS staged WHERE {condition}")

    def forget_deleted(self) -> tuple[Run, ...]:
        """Return the removal of tombstones of keys that are staged."""
        if not self.has_tombstones or not self.spec.key:
            return ()
        staged = f"SELECT 1 FROM {self.stage} AS staged WHERE {self.match('staged', 'gone')}"
        return (Run(f"DELETE FROM {self.tombstones} AS gone WHERE EXISTS ({staged})"),)
