"""One atomic change of a DuckDB table and its ledger."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mulgil.connectors.duckdb.database import (
    canonical_name,
    catalogue_name,
    has_ledger,
    is_out_of_memory,
    run,
    table_columns,
    translated,
)
from mulgil.connectors.duckdb.dialect import DuckDbDialect
from mulgil.connectors.duckdb.memory import MemoryLimit
from mulgil.data.errors import ConnectionLostError, TargetError, TransactionRetryError
from mulgil.data.sql_transaction import SqlTransaction
from mulgil.data.target import Column, Row, Stage

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class DuckDbTransaction(SqlTransaction):
    """A transaction on a file that its process holds alone: the file's lock is the ledger's lock."""

    def __init__(
        self, connection: "DuckDBPyConnection", path: Path, table: str, stage: Stage, *, memory: MemoryLimit
    ) -> None:
        """Begin; what needs more memory than the limit ends the transaction, and the next one has more."""
        self._memory = memory
        self._connection = connection
        self._path = path
        self._translating("BEGIN TRANSACTION", [])
        self._is_open = True
        with translated(path):
            name = canonical_name(connection, table)
        super().__init__(self._translating, name, DuckDbDialect(), staged=stage.relation, rejects=stage.rejects)

    def create_table(self, columns: tuple[Column, ...]) -> None:
        """Create schema and table."""
        schema = self._name.partition(".")[0]
        self.execute(f"CREATE SCHEMA IF NOT EXISTS {self._dialect.identifier(schema)}")
        super().create_table(columns)

    def index(self, columns: Sequence[str]) -> None:
        """Do nothing: DuckDB hashes what it joins."""

    def query(self, sql: str) -> list[Row]:
        """Run a query; rows come as Python values by way of Arrow."""
        with self._roomier_next(), translated(self._path):
            rows: list[Row] = self._connection.sql(sql).to_arrow_table().to_pylist()
        return rows

    def commit(self) -> None:
        """Commit. An error here leaves open whether it happened: the file itself is asked afterwards."""
        import duckdb

        self._is_open = False
        try:
            run(self._connection, "COMMIT", [])
        except duckdb.Error as error:
            raise ConnectionLostError("data.connection_lost", target=str(self._path), detail=str(error)) from error

    def roll_back(self) -> None:
        """Undo what was not committed; closing the file would do the same."""
        if self._is_open:
            self._is_open = False
            with suppress(TargetError):
                self._translating("ROLLBACK", [])

    def widen_column(self, column: Column, type_name: str) -> None:
        """Change the type, in the table of deleted keys, too; DuckDB rewrites the column."""
        name = self._dialect.identifier(column.name)
        self.execute(f"ALTER TABLE {self.relation} ALTER COLUMN {name} SET DATA TYPE {type_name}")
        if any(kept.name == column.name for kept in self._columns_of(self._tombstones_name) or ()):
            self.execute(f"ALTER TABLE {self.tombstones} ALTER COLUMN {name} SET DATA TYPE {type_name}")

    def _qualified(self, name: str) -> str:
        # `raw.t` may mean table t of the catalogue raw, too, which is what the file raw.duckdb is called.
        found = super()._qualified(name)
        catalogue = catalogue_name(self._connection)
        is_one_name = catalogue.casefold() == name.partition(".")[0].casefold()
        return f"{self._dialect.identifier(catalogue)}.{found}" if is_one_name else found

    def _canonical_name(self, table: str) -> str:
        with translated(self._path):
            return canonical_name(self._connection, table)

    def _columns_of(self, table_name: str) -> tuple[Column, ...] | None:
        with translated(self._path):
            return table_columns(self._connection, table_name)

    def _has_ledger(self) -> bool:
        with translated(self._path):
            return has_ledger(self._connection)

    def _translating(self, sql: str, params: Sequence[object]) -> list[tuple[object, ...]]:
        with self._roomier_next(), translated(self._path):
            return run(self._connection, sql, params)

    @contextmanager
    def _roomier_next(self) -> Iterator[None]:
        try:
            yield
        except TargetError as error:
            if is_out_of_memory(error) and self._memory.can_rise():
                raise TransactionRetryError(
                    "data.transaction_retry", target=str(self._path), detail=str(error.__cause__)
                ) from error
            raise
