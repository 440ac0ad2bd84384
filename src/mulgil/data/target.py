"""The ports of the write contract: a target, a private stage, one atomic publish.

An adapter does the mechanics; the order of steps, the rule that orders writes and every decision stand
once, in `write` and `publish`. What an adapter owes:

- `open` issues a fence that is higher than every fence issued or committed for the table before, in
  one atomic step, whatever was lost or restored in between.
- A stage is visible to nobody, is never appended to by another write, and is marked as alive by a lock
  that dies with its writer, so that `dead_stages` can tell a leftover from work in progress.
- A transaction holds the table's ledger lock from its first statement to its end; it happens whole or
  not at all. `commit` raises `ConnectionLostError` when nobody told whether it did; `TransactionRetryError`
  (a deadlock, too little memory) says that nothing happened and that it may be made again at once.
- What is changed comes in two forms: `delete` and `insert`, which a target may do in a way of its own
  (a folder swaps files), and `execute`, plain SQL over three relations: `relation` (the table), `staged`
  (the stage, as seen inside the transaction) and `tombstones` (a small table beside it that belongs to
  it). That SQL is what every database here reads alike: `DELETE FROM x AS a WHERE EXISTS (…)`, `UPDATE x
  AS a SET … WHERE …`, `INSERT … SELECT`, window functions, `CREATE TEMPORARY TABLE … AS SELECT`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import msgspec

from mulgil.data.column_type import ColumnType
from mulgil.data.ledger import CommitRecord, LedgerView, TableEntry
from mulgil.data.reject import BadRows

if TYPE_CHECKING:
    import pyarrow as pa

Row = dict[str, object]


class ColumnKind(StrEnum):
    """What a column can be compared with when it cuts a table."""

    DATE = "date"
    TIMESTAMP = "timestamp"
    TIMESTAMP_TZ = "timestamp_tz"
    OTHER = "other"


class ValueKind(StrEnum):
    """What the values of a column are that cuts a table by value."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"


class Column(msgspec.Struct, frozen=True):
    """A column as the target spells it; a type is empty where every value is NULL. A naive TIMESTAMP holds UTC.

    `is_nullable` is asked for where a table is created, and not told where one is described.
    """

    name: str
    type: str
    kind: ColumnKind = ColumnKind.OTHER
    is_nullable: bool = True


class Conversion(msgspec.Struct, frozen=True):
    """How the values of a staged column go into a column of another type, as SQL over the staged column.

    `misfit` is the condition under which a value doesn't fit unchanged; empty where every value does.
    """

    expression: str
    misfit: str


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What *open* found and issued. `columns` is None where the table doesn't exist."""

    fence: int
    table_name: str
    ledger: LedgerView
    columns: tuple[Column, ...] | None


class NativeQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A query that the target itself can stage: the rows never leave it.

    `params` stand for the question marks in `sql`. `reads` are the tables that it reads, as declared;
    their newest commits become the write's inputs, those of `scopes` alone where a table has them all.
    """

    sql: str
    params: tuple[object, ...] = ()
    reads: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batches:
    """Rows on their way: a schema and the record batches that follow it, read once.

    `inputs` name the commits that the rows were read from; `total` is the number of rows where it is
    known beforehand. `bad_rows` are those that the reading sets aside; the write publishes them.
    """

    schema: "pa.Schema"
    batches: "Iterator[pa.RecordBatch]"
    total: int | None = None
    inputs: tuple[str, ...] = field(default=())
    bad_rows: BadRows | None = None


class Origin(Protocol):
    """Where a write's rows come from; opened once per *open*, so that a write begun anew reads again."""

    def open(self) -> AbstractContextManager[Batches]:
        """Start reading."""
        ...


class Dialect(Protocol):
    """How a target spells SQL."""

    def identifier(self, name: str) -> str:
        """Quote one name."""
        ...

    def qualified(self, name: str) -> str:
        """Quote a table's name, `table` or `schema.table`."""
        ...

    def literal(self, value: object) -> str:
        """Spell a value; an aware datetime is an instant, a naive one a timestamp without zone.

        Raises:
            SqlTemplateError: The dialect has no literal for such a value.
        """
        ...

    def fits(self, staged: str, column: str) -> bool:
        """Whether every value of type `staged` can be stored in a column of type `column` unchanged."""
        ...

    def column(self, name: str, type_name: str) -> Column:
        """Return a column of a type that the target spells so."""
        ...

    def column_type(self, kind: ColumnType) -> str:
        """Return how a declared type is spelled in DDL."""
        ...

    def conversion(self, column: str, staged: str, wanted: str) -> Conversion | None:
        """Return how values of `column` (quoted), staged as `staged`, go into a column of `wanted`.

        None where no value may: text is never parsed, nothing is shown as text, a decimal never becomes
        a float, an instant never a naive timestamp.
        """
        ...

    def least_common(self, kept: str, staged: str) -> str | None:
        """Return the narrowest type that holds every value of both, or None."""
        ...

    @property
    def checksum_method(self) -> str:
        """The name of what `checksum` computes; empty where the target has none."""
        ...

    def checksum(self, alias: str) -> str:
        """Return an aggregate over the rows of `alias` that doesn't depend on their order."""
        ...

    def same(self, one: str, other: str) -> str:
        """Return the condition under which two expressions are equal; two NULLs are."""
        ...

    def binary(self, text: str) -> str:
        """Return a text expression that is compared letter by letter, whatever its column's collation says."""
        ...

    def stray(self, column: Column) -> str | None:
        """Return the condition under which the column holds a value in a form that doesn't compare as it should.

        None where the column's type rules that out.
        """
        ...

    @property
    def has_dates(self) -> bool:
        """Whether dates and instants are compared as such (a date is its midnight in UTC), and not as text."""
        ...

    def value_kind(self, type_name: str) -> ValueKind | None:
        """Return what the values of a column are that cuts a table by value; None where they can't cut one."""
        ...


class Stage(Protocol):
    """The private place of one write; closing it removes it and gives up its lock."""

    @property
    def relation(self) -> str:
        """What stands after FROM to read the staged rows."""
        ...

    @property
    def columns(self) -> tuple[Column, ...]:
        """The staged columns, once filled."""
        ...

    @property
    def rejects(self) -> str | None:
        """What stands after FROM to read the rows that were set aside; None if there are none."""
        ...

    @property
    def size(self) -> int:
        """How many bytes are staged."""
        ...

    def fill(self, schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> None:
        """Write every batch, in bounded memory.

        Raises:
            TargetError: The place is full, or a value or type has no place in this target.
        """
        ...

    def fill_query(self, query: NativeQuery) -> tuple[str, ...]:
        """Stage the rows of `query` inside the target; return the commits that it read."""
        ...

    def query(self, sql: str) -> list[Row]:
        """Run a query over the staged rows."""
        ...

    def query_beside(self, query: Callable[[str], str], *, reads: Sequence[str]) -> list[Row]:
        """Run a query over the staged rows and the target's tables `reads` at once.

        `query` is told what stands after FROM to read the staged rows there.
        """
        ...

    def reshape(self, columns: tuple[Column, ...], expressions: Sequence[str], *, where: str | None) -> None:
        """Let `relation` and `columns` be a query over what is staged: an expression a column, some of the rows."""
        ...

    def fill_rejects(self, schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> None:
        """Stage the rows that were set aside, apart from the others; once at most."""
        ...

    def __enter__(self) -> "Stage":
        """Use the stage."""
        ...

    def __exit__(self, *exc: object) -> None:
        """Remove the stage. Never raises: what can't be removed is left to `dead_stages`."""
        ...


class PublishTransaction(Protocol):
    """One atomic change of a table and its ledger, under the table's ledger lock."""

    @property
    def relation(self) -> str:
        """The table as SQL names it, whether it exists yet or not."""
        ...

    @property
    def staged(self) -> str:
        """What stands after FROM, inside this transaction, to read the staged rows."""
        ...

    @property
    def tombstones(self) -> str:
        """A small table beside the table, for the keys that were deleted from it, as SQL names it."""
        ...

    def ledger(self, scopes: Sequence[str], *, above: int) -> LedgerView:
        """Read, as they stand under the lock, the commits of `scopes` and all with a fence above `above`."""
        ...

    def columns(self) -> tuple[Column, ...] | None:
        """Read the table's columns as they stand under the lock; None if it doesn't exist."""
        ...

    def has_tombstones(self) -> bool:
        """Whether the table's tombstones exist."""
        ...

    def create_table(self, columns: tuple[Column, ...]) -> None:
        """Create the table (and its schema) with these columns, all nullable."""
        ...

    def create_tombstones(self, columns: tuple[Column, ...]) -> None:
        """Create the tombstones, which must not exist, with these columns, all nullable."""
        ...

    def index(self, columns: Sequence[str]) -> None:
        """Let rows of the table and of the stage be found fast by these columns; may do nothing. Never unique."""
        ...

    def add_column(self, column: Column) -> None:
        """Add a column to the table; rows that are there have NULL in it."""
        ...

    def widen_column(self, column: Column, type_name: str) -> None:
        """Give a column of the table a type that holds every value of its own."""
        ...

    def replace_rejects(self, table: str, columns: tuple[Column, ...]) -> None:
        """Put the staged rejects into `table`, another table of the same place; called after `record`.

        Rejects of this transaction's table go whose `fence` no commit of the table carries any more, be it
        that a newer commit of the same scope took its place, or one of the whole table. `table` is made
        where it isn't there and rejects are staged.
        """
        ...

    def delete(self, where: str | None) -> None:
        """Delete the rows for which `where` holds, or all; never by TRUNCATE."""
        ...

    def insert(self, columns: tuple[Column, ...], constants: Mapping[str, str] = MappingProxyType({})) -> None:
        """Insert every staged row.

        `columns` are those of the stage's that are inserted, matched to the table's by name; `constants`
        are further columns of the table, each with a SQL literal for every row.
        """
        ...

    def execute(self, sql: str) -> None:
        """Run one statement over `relation`, `staged` and `tombstones`."""
        ...

    def query(self, sql: str) -> list[Row]:
        """Run a query over `relation`, `staged` and `tombstones`, as they stand under the lock."""
        ...

    def record(self, entry: TableEntry, commits: tuple[CommitRecord, ...]) -> None:
        """Write the ledger rows, replacing those of the same table and scope."""
        ...

    def forget_added(self, *, but: int) -> None:
        """Remove the ledger rows of what was added to the table before it was dropped, those of fence `but` aside."""
        ...

    def commit(self) -> None:
        """Make all of it visible and durable at once.

        Raises:
            ConnectionLostError: It may or may not have happened.
        """
        ...


class Target(Protocol):
    """One outside system that tables are written to.

    Raises:
        TargetBusyError: (any method) Somebody held the target for longer than its lock timeout.
        TargetError: (any method) The target refused.
    """

    @property
    def dialect(self) -> Dialect:
        """How this target spells SQL."""
        ...

    def open(self, table: str, scopes: Sequence[str], *, now_us: int) -> Opened:
        """Issue a fence for `table`; read the commits of `scopes` and the table's columns."""
        ...

    def read_ledger(self, table: str, scopes: Sequence[str] | None = None) -> LedgerView:
        """Read the commits of `scopes` (None = all of the table's) without changing anything."""
        ...

    def create_stage(self, name: str) -> Stage:
        """Make the private place called `name`, which must be new."""
        ...

    def transaction(self, table: str, stage: Stage) -> AbstractContextManager[PublishTransaction]:
        """Begin one atomic change of `table` from `stage`; leaving without `commit` changes nothing."""
        ...

    def dead_stages(self) -> tuple[str, ...]:
        """Return the names of stages whose writer is gone."""
        ...

    def remove_stage(self, name: str) -> None:
        """Remove a dead stage; nothing happens if it is gone or alive."""
        ...

    def columns(self, table: str) -> tuple[Column, ...] | None:
        """Return a table's columns, or None if it doesn't exist."""
        ...

    def read(self, query: NativeQuery) -> AbstractContextManager[Batches]:
        """Run a query and stream its rows from one consistent snapshot."""
        ...
