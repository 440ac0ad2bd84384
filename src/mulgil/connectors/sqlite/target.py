"""SQLite as a target of the write contract, and as a place to read from."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mulgil.connectors.sqlite.database import (
    begin,
    canonical_name,
    connected,
    has_ledger,
    run,
    table_columns,
    transaction,
    translated,
)
from mulgil.connectors.sqlite.dialect import SqliteDialect, stored_value
from mulgil.connectors.sqlite.stage import ATTACHED, SqliteStage
from mulgil.connectors.sqlite.transaction import SqliteTransaction
from mulgil.data.ledger import LedgerView, TableEntry, next_fence
from mulgil.data.ledger_sql import create_statements, index_statement, put_entry, read_ledger
from mulgil.data.patience import Patience
from mulgil.data.stage_lock import dead_names, remove_dead
from mulgil.data.target import Batches, Column, NativeQuery, Opened, Stage

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 10_000


class SqliteTarget:
    """One SQLite file."""

    def __init__(self, database: Path, *, patience: Patience) -> None:
        """Name the file, which the first *open* makes if it isn't there; links are resolved."""
        self._path = database.resolve()
        self._patience = patience
        self._stages = self._path.with_name(self._path.name + ".mulgil-stage")

    @property
    def dialect(self) -> SqliteDialect:
        """SQLite's SQL."""
        return SqliteDialect()

    def open(self, table: str, scopes: Sequence[str], *, now_us: int) -> Opened:
        """Raise the table's row in the ledger, and read the rest of it in the same transaction."""
        with connected(self._path, may_create=True) as connection, transaction(connection, self._path, self._patience):
            for statement in (*create_statements(), index_statement()):
                run(connection, statement, [])
            name = canonical_name(connection, table)
            ledger = _ledger(connection, name, scopes)
            entry = ledger.entry or TableEntry(table_name=name)
            fence = next_fence(opened=entry.opened, highest_committed=ledger.highest_fence, now_us=now_us)
            put_entry(lambda sql, params: run(connection, sql, params), msgspec.structs.replace(entry, opened=fence))
            columns = table_columns(connection, name.partition(".")[2])
        return Opened(fence=fence, table_name=name, ledger=ledger, columns=columns)

    def read_ledger(self, table: str, scopes: Sequence[str] | None = None) -> LedgerView:
        """Read a table's ledger in one read transaction."""
        if not self._path.exists():
            return LedgerView()
        with connected(self._path, may_create=False) as connection, translated(self._path):
            connection.execute("BEGIN")
            return _ledger(connection, canonical_name(connection, table), scopes)

    def create_stage(self, name: str) -> SqliteStage:
        """Make the place of a staging table."""
        return SqliteStage(self._stages, name, reading=self._reading)

    @contextmanager
    def transaction(self, table: str, stage: Stage) -> Iterator[SqliteTransaction]:
        """Attach the stage, then take the file's write lock."""
        if not isinstance(stage, SqliteStage):
            raise TypeError(stage)
        with connected(self._path, may_create=True) as connection:
            with translated(self._path):
                run(connection, f"ATTACH DATABASE ? AS {ATTACHED}", [str(stage.path)])
                # An index on the stage need not survive anything but a rollback.
                run(connection, f"PRAGMA {ATTACHED}.journal_mode=MEMORY", [])
                run(connection, f"PRAGMA {ATTACHED}.synchronous=OFF", [])
            begin(connection, self._path, self._patience)
            change = SqliteTransaction(connection, self._path, table, stage)
            try:
                yield change
            finally:
                change.roll_back()

    def dead_stages(self) -> tuple[str, ...]:
        """Return the stages whose lock is free."""
        return dead_names(self._stages)

    def remove_stage(self, name: str) -> None:
        """Remove a dead stage's files."""
        with translated(self._stages):
            remove_dead(self._stages, name)

    def columns(self, table: str) -> tuple[Column, ...] | None:
        """Return a table's columns, or None if it doesn't exist."""
        if not self._path.exists():
            return None
        with connected(self._path, may_create=False) as connection, translated(self._path):
            return table_columns(connection, canonical_name(connection, table).partition(".")[2])

    @contextmanager
    def read(self, query: NativeQuery) -> Iterator[Batches]:
        """Stream a query's rows; in WAL mode writers don't wait for it.

        Columns that carry the name of a column of a table that is read have its declared type; the
        others have the type that the first rows show.
        """
        from mulgil.connectors.sqlite.arrow import arrow_type

        with self._reading(query) as (connection, inputs), translated(self._path):
            known: dict[str, str] = {}
            for table in query.reads:
                name = canonical_name(connection, table).partition(".")[2]
                known |= {column.name: column.type for column in table_columns(connection, name) or ()}
            cursor = connection.execute(query.sql, [stored_value(value) for value in query.params])
            names = [column[0] for column in cursor.description]
            types = {name: arrow_type(known.get(name, "")) for name in names}
            first = _batch(cursor.fetchmany(_BATCH_ROWS), types)
            yield Batches(first.schema, self._rest(first, cursor), inputs=inputs)

    def _rest(self, first: "pa.RecordBatch", cursor: sqlite3.Cursor) -> "Iterator[pa.RecordBatch]":
        yield first
        types = {field.name: field.type for field in first.schema}
        with translated(self._path):
            while rows := cursor.fetchmany(_BATCH_ROWS):
                yield _batch(rows, types)

    @contextmanager
    def _reading(
        self, query: NativeQuery, attached: Path | None = None
    ) -> Iterator[tuple[sqlite3.Connection, tuple[str, ...]]]:
        """Open one snapshot to read, together with the names of the commits that it holds."""
        with connected(self._path, may_create=False) as connection:
            inputs: list[str] = []
            with translated(self._path):
                if attached is not None:
                    run(connection, f"ATTACH DATABASE ? AS {ATTACHED}", [str(attached)])
                    run(connection, f"PRAGMA {ATTACHED}.synchronous=OFF", [])
                connection.execute("BEGIN")
                for table in query.reads:
                    name = canonical_name(connection, table)
                    inputs += _ledger(connection, name, query.scopes).inputs(name, query.scopes)
            yield connection, tuple(inputs)
            with translated(self._path):
                connection.execute("COMMIT")


def _ledger(connection: sqlite3.Connection, name: str, scopes: Sequence[str] | None) -> LedgerView:
    if not has_ledger(connection):
        return LedgerView()
    return read_ledger(lambda sql, params: run(connection, sql, params), name, scopes=scopes)


def _batch(rows: list[tuple[object, ...]], types: "dict[str, pa.DataType | None]") -> "pa.RecordBatch":
    import pyarrow as pa

    from mulgil.connectors.sqlite.arrow import loaded_column

    columns = list(zip(*rows, strict=True)) if rows else [()] * len(types)
    arrays = [
        loaded_column(values, kind, name=name) for values, (name, kind) in zip(columns, types.items(), strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=list(types))
