"""One atomic change of a SQLite table and its ledger."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mulgil.connectors.sqlite.database import canonical_name, has_ledger, roll_back, run, table_columns, translated
from mulgil.connectors.sqlite.dialect import SqliteDialect
from mulgil.connectors.sqlite.stage import ATTACHED
from mulgil.data.errors import ConnectionLostError, TargetError
from mulgil.data.ledger import CommitRecord, LedgerView, TableEntry
from mulgil.data.ledger_sql import create_statements, put_commits, put_entry, read_ledger
from mulgil.data.target import Column, Stage


class SqliteTransaction:
    """A transaction that holds the file's only write lock, which is the ledger's lock."""

    def __init__(self, connection: sqlite3.Connection, path: Path, table: str, stage: Stage) -> None:
        """Work in a transaction that has begun, with the stage's file attached."""
        self._connection = connection
        self._path = path
        self._stage = stage
        self._dialect = SqliteDialect()
        with translated(path):
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
            return table_columns(self._connection, self._name.partition(".")[2])

    def create_table(self, columns: tuple[Column, ...]) -> None:
        """Create the table."""
        listed = ", ".join(f"{self._dialect.identifier(column.name)} {column.type}" for column in columns)
        self._run(f"CREATE TABLE {self._table} ({listed})")

    def delete(self, where: str | None) -> None:
        """Delete rows."""
        self._run(f"DELETE FROM {self._table}" + (f" WHERE {where}" if where is not None else ""))

    def insert(self, columns: tuple[Column, ...]) -> None:
        """Insert the staging table's rows."""
        names = ", ".join(self._dialect.identifier(column.name) for column in columns)
        self._run(f"INSERT INTO {self._table} ({names}) SELECT {names} FROM {ATTACHED}.{self._stage.relation}")

    def record(self, entry: TableEntry, commits: tuple[CommitRecord, ...]) -> None:
        """Write the ledger rows; `opened` may have risen since the transaction's write was opened."""
        for statement in create_statements():
            self._run(statement)
        with translated(self._path):
            put_entry(lambda sql, params: run(self._connection, sql, params), entry)
            put_commits(lambda sql, params: run(self._connection, sql, params), commits)

    def commit(self) -> None:
        """Commit. An error here (a full disk, a failing fsync) leaves open whether it happened."""
        try:
            run(self._connection, "COMMIT", [])
        except sqlite3.Error as error:
            raise ConnectionLostError("data.connection_lost", target=str(self._path), detail=str(error)) from error

    def roll_back(self) -> None:
        """Undo what was not committed; closing the connection would do the same."""
        with suppress(TargetError), translated(self._path):
            roll_back(self._connection)

    @property
    def _table(self) -> str:
        return self._dialect.qualified(self._name)

    def _run(self, sql: str) -> None:
        with translated(self._path):
            run(self._connection, sql, [])
