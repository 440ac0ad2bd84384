"""One atomic change of a DuckDB table and its ledger."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mulgil.connectors.duckdb.database import canonical_name, has_ledger, run, table_columns, translated
from mulgil.connectors.duckdb.dialect import DuckDbDialect
from mulgil.data.errors import ConnectionLostError, TargetError
from mulgil.data.ledger import CommitRecord, LedgerView, TableEntry
from mulgil.data.ledger_sql import create_statements, put_commits, put_entry, read_ledger
from mulgil.data.target import Column, Stage

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class DuckDbTransaction:
    """A transaction on a file that its process holds alone: the file's lock is the ledger's lock."""

    def __init__(self, connection: "DuckDBPyConnection", path: Path, table: str, stage: Stage) -> None:
        """Begin."""
        self._connection = connection
        self._path = path
        self._stage = stage
        self._dialect = DuckDbDialect()
        self._run("BEGIN TRANSACTION")
        self._is_open = True
        self._name = canonical_name(connection, table)

    def ledger(self, scopes: Sequence[str], *, above: int) -> LedgerView:
        """Read the commits of `scopes` and those with a fence above `above`."""
        with translated(self._path):
            if not has_ledger(self._connection):
                return LedgerView()
            return read_ledger(
                lambda sql, params: run(self._connection, sql, params), self._name, scopes=scopes, above=above
            )

    def columns(self) -> tuple[Column, ...] | None:
        """Read the table's columns."""
        with translated(self._path):
            return table_columns(self._connection, self._name)

    def create_table(self, columns: tuple[Column, ...]) -> None:
        """Create schema and table."""
        schema = self._name.partition(".")[0]
        self._run(f"CREATE SCHEMA IF NOT EXISTS {self._dialect.identifier(schema)}")
        listed = ", ".join(f"{self._dialect.identifier(column.name)} {column.type}" for column in columns)
        self._run(f"CREATE TABLE {self._table} ({listed})")

    def delete(self, where: str | None) -> None:
        """Delete rows."""
        self._run(f"DELETE FROM {self._table}" + (f" WHERE {where}" if where is not None else ""))

    def insert(self, columns: tuple[Column, ...]) -> None:
        """Insert the staged file's rows."""
        names = ", ".join(self._dialect.identifier(column.name) for column in columns)
        self._run(f"INSERT INTO {self._table} ({names}) SELECT {names} FROM {self._stage.relation}")

    def record(self, entry: TableEntry, commits: tuple[CommitRecord, ...]) -> None:
        """Write the ledger rows."""
        for statement in create_statements():
            self._run(statement)
        with translated(self._path):
            put_entry(lambda sql, params: run(self._connection, sql, params), entry)
            put_commits(lambda sql, params: run(self._connection, sql, params), commits)

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
                self._run("ROLLBACK")

    @property
    def _table(self) -> str:
        return self._dialect.qualified(self._name)

    def _run(self, sql: str) -> None:
        with translated(self._path):
            run(self._connection, sql, [])
