"""The publish of every target that is a SQL database with transactions: statements, and the ledger beside them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mulgil.data.ledger import COMMITS, CommitRecord, LedgerView, TableEntry
from mulgil.data.ledger_sql import Run, SqlLedger
from mulgil.data.scope import WHOLE_TABLE
from mulgil.data.target import Column, Dialect, Row

TOMBSTONES_PREFIX = "_mulgil_deleted_"


class SqlTransaction(ABC):
    """A `PublishTransaction` in SQL. Subclasses say how a statement is run, a table described, a commit made."""

    def __init__(self, run: Run, table_name: str, dialect: Dialect, *, staged: str, rejects: str | None = None) -> None:
        """Work in a transaction that has begun. `table_name` is `schema.table`; `run` translates errors.

        `staged` and `rejects` are the stage's rows, and those that were set aside, as seen in here.
        """
        self._run = run
        self._name = table_name
        self._dialect = dialect
        self._staged = staged
        self._rejects = rejects
        self._ledger = SqlLedger(run, table_name, exists=self._has_ledger)

    @property
    def relation(self) -> str:
        """The table."""
        return self._qualified(self._name)

    @property
    def staged(self) -> str:
        """The staged rows."""
        return self._staged

    @property
    def tombstones(self) -> str:
        """A table in the table's schema."""
        return self._qualified(self._tombstones_name)

    def ledger(self, scopes: Sequence[str], *, above: int) -> LedgerView:
        """Read the commits of `scopes` and those with a fence above `above`."""
        return self._ledger.read(scopes, above=above)

    def columns(self) -> tuple[Column, ...] | None:
        """Read the table's columns."""
        return self._columns_of(self._name)

    def has_tombstones(self) -> bool:
        """Whether they exist."""
        return self._columns_of(self._tombstones_name) is not None

    def create_table(self, columns: tuple[Column, ...]) -> None:
        """Create the table."""
        self._create(self.relation, columns)

    def create_tombstones(self, columns: tuple[Column, ...]) -> None:
        """Create the tombstones."""
        self._create(self.tombstones, columns)

    @abstractmethod
    def index(self, columns: Sequence[str]) -> None:
        """Let rows of the table and of the stage be found fast by these columns."""

    def add_column(self, column: Column) -> None:
        """Add a column, nullable: what is there has no value for it."""
        self.execute(f"ALTER TABLE {self.relation} ADD COLUMN {self._dialect.identifier(column.name)} {column.type}")

    @abstractmethod
    def widen_column(self, column: Column, type_name: str) -> None:
        """Give a column a wider type."""

    def replace_rejects(self, table: str, columns: tuple[Column, ...]) -> None:
        """Delete the rejects of commits that are gone and insert the staged ones."""
        name = self._canonical_name(table)
        relation, mine = self._qualified(name), self._dialect.literal(self._name)
        if self._columns_of(name) is not None:
            floor = f"SELECT max(fence) FROM {COMMITS} WHERE table_name = {mine} AND scope = '{WHOLE_TABLE}'"
            live = f"SELECT fence FROM {COMMITS} WHERE table_name = {mine} AND fence >= coalesce(({floor}), 0)"
            self.execute(f"DELETE FROM {relation} WHERE table_name = {mine} AND fence NOT IN ({live})")
        elif self._rejects is not None:
            self._create(relation, columns)
        if self._rejects is not None:
            names = ", ".join(self._dialect.identifier(column.name) for column in columns)
            self.execute(f"INSERT INTO {relation} ({names}) SELECT {names} FROM {self._rejects}")

    def delete(self, where: str | None) -> None:
        """Delete rows."""
        self.execute(f"DELETE FROM {self.relation}" + (f" WHERE {where}" if where is not None else ""))

    def insert(self, columns: tuple[Column, ...], constants: Mapping[str, str] = MappingProxyType({})) -> None:
        """Insert the staged rows."""
        names = [self._dialect.identifier(column.name) for column in columns]
        into = ", ".join([*names, *(self._dialect.identifier(name) for name in constants)])
        values = ", ".join([*names, *constants.values()])
        self.execute(f"INSERT INTO {self.relation} ({into}) SELECT {values} FROM {self._staged}")

    def execute(self, sql: str) -> None:
        """Run one statement."""
        self._run(sql, ())

    @abstractmethod
    def query(self, sql: str) -> list[Row]:
        """Run a query."""

    def record(self, entry: TableEntry, commits: tuple[CommitRecord, ...]) -> None:
        """Write the ledger rows."""
        self._ledger.record(entry, commits)

    def forget_added(self, *, but: int) -> None:
        """Remove ledger rows of a table that was dropped."""
        self._ledger.forget_added(but=but)

    @abstractmethod
    def commit(self) -> None:
        """Make it so.

        Raises:
            ConnectionLostError: It may or may not have happened.
        """

    @abstractmethod
    def _columns_of(self, table_name: str) -> tuple[Column, ...] | None:
        """Describe a table, or return None if it doesn't exist."""

    @abstractmethod
    def _canonical_name(self, table: str) -> str:
        """Return `schema.table` as the catalogue spells it."""

    @abstractmethod
    def _has_ledger(self) -> bool:
        """Whether the database has a ledger."""

    def _qualified(self, name: str) -> str:
        """Quote `schema.table`, so that it names one table only."""
        return self._dialect.qualified(name)

    @property
    def _tombstones_name(self) -> str:
        schema, _, name = self._name.rpartition(".")
        return f"{schema}.{TOMBSTONES_PREFIX}{name}"

    def _create(self, relation: str, columns: Sequence[Column]) -> None:
        listed = ", ".join(
            f"{self._dialect.identifier(column.name)} {column.type}{'' if column.is_nullable else ' NOT NULL'}"
            for column in columns
        )
        self.execute(f"CREATE TABLE {relation} ({listed})")
