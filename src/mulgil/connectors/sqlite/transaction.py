"""One atomic change of a SQLite table and its ledger."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from mulgil.connectors.sqlite.database import canonical_name, has_ledger, roll_back, run, table_columns, translated
from mulgil.connectors.sqlite.dialect import SqliteDialect
from mulgil.connectors.sqlite.stage import ATTACHED
from mulgil.data.errors import ConnectionLostError, TargetError
from mulgil.data.sql_transaction import SqlTransaction
from mulgil.data.target import Column, Row, Stage

_INDEX_PREFIX = "_mulgil_by_"


class SqliteTransaction(SqlTransaction):
    """A transaction that holds the file's only write lock, which is the ledger's lock."""

    def __init__(self, connection: sqlite3.Connection, path: Path, table: str, stage: Stage) -> None:
        """Work in a transaction that has begun, with the stage's file attached."""
        self._connection = connection
        self._path = path
        self._stage = stage.relation
        with translated(path):
            name = canonical_name(connection, table)
        super().__init__(
            self._translating,
            name,
            SqliteDialect(),
            staged=f"{ATTACHED}.{stage.relation}",
            rejects=f"{ATTACHED}.{stage.rejects}" if stage.rejects else None,
        )

    def index(self, columns: Sequence[str]) -> None:
        """Index both, unless the table's primary key or an index of its own begins with these columns."""
        listed = ", ".join(self._dialect.identifier(column) for column in columns)
        if not self._is_indexed({column.casefold() for column in columns}):
            name = self._dialect.identifier(f"{_INDEX_PREFIX}{'_'.join(columns)}_{self._table}")
            # One of that name may stand on a table that had ours before: then rows are found, only not as fast.
            table = self._dialect.identifier(self._table)
            self.execute(f"CREATE INDEX IF NOT EXISTS main.{name} ON {table} ({listed})")
        self.execute(f"CREATE INDEX IF NOT EXISTS {ATTACHED}.staged_key ON {self._stage} ({listed})")

    def query(self, sql: str) -> list[Row]:
        """Run a query."""
        with translated(self._path):
            cursor = self._connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

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

    def widen_column(self, column: Column, type_name: str) -> None:
        """Put a column of the other type into its place, the last one: SQLite can't alter a type.

        What else the table has (indices of other columns, triggers, constraints) stays. Our own index on
        the column is made anew by the modes that want it; another one makes SQLite refuse.
        """
        for (index,) in self._run("SELECT name FROM pragma_index_list(?, 'main')", [self._table]):
            if str(index).startswith(_INDEX_PREFIX):
                self.execute(f"DROP INDEX main.{self._dialect.identifier(str(index))}")
        old, new = (self._dialect.identifier(name) for name in (column.name, f"_mulgil_wide_{column.name}"))
        change = self._dialect.conversion(old, column.type, type_name)
        self.execute(f"ALTER TABLE {self.relation} ADD COLUMN {new} {type_name}")
        self.execute(f"UPDATE {self.relation} SET {new} = {change.expression if change else old}")
        self.execute(f"ALTER TABLE {self.relation} DROP COLUMN {old}")
        self.execute(f"ALTER TABLE {self.relation} RENAME COLUMN {new} TO {old}")

    def _canonical_name(self, table: str) -> str:
        with translated(self._path):
            return canonical_name(self._connection, table)

    def _columns_of(self, table_name: str) -> tuple[Column, ...] | None:
        with translated(self._path):
            return table_columns(self._connection, table_name.partition(".")[2])

    @property
    def _table(self) -> str:
        return self._name.partition(".")[2]

    def _is_indexed(self, wanted: set[str]) -> bool:
        primary = self._run("SELECT name FROM pragma_table_info(?, 'main') WHERE pk > 0", [self._table])
        found = [{str(row[0]).casefold() for row in primary}]
        for (index,) in self._run("SELECT name FROM pragma_index_list(?, 'main') WHERE partial = 0", [self._table]):
            columns = self._run("SELECT name FROM pragma_index_info(?, 'main') ORDER BY seqno", [index])
            found.append({str(row[0]).casefold() for row in columns[: len(wanted)]})
        return wanted in found

    def _has_ledger(self) -> bool:
        with translated(self._path):
            return has_ledger(self._connection)

    def _translating(self, sql: str, params: Sequence[object]) -> list[tuple[object, ...]]:
        with translated(self._path):
            return run(self._connection, sql, params)
