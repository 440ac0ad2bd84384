"""DuckDB as a target of the write contract, and as a place to read from."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mulgil.connectors.duckdb.database import (
    canonical_name,
    connected,
    create,
    has_ledger,
    in_memory,
    run,
    table_columns,
    translated,
)
from mulgil.connectors.duckdb.dialect import DuckDbDialect
from mulgil.connectors.duckdb.lock import DatabaseLock
from mulgil.connectors.duckdb.memory import MemoryLimit
from mulgil.connectors.duckdb.stage import ParquetStage
from mulgil.connectors.duckdb.transaction import DuckDbTransaction
from mulgil.data.ledger import LedgerView
from mulgil.data.ledger_sql import read_ledger
from mulgil.data.patience import Patience
from mulgil.data.stage_lock import dead_names, remove_dead
from mulgil.data.target import Batches, Column, NativeQuery, Opened, Stage

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

_BATCH_ROWS = 65_536


class DuckDbTarget:
    """One DuckDB file."""

    def __init__(self, database: Path, *, patience: Patience, memory: str | None = None) -> None:
        """Name the file, which the first publish makes if it isn't there; links are resolved.

        `memory` is what an audit and a publish may each keep, in DuckDB's words, such as `1GB`; by default
        little, and more where that is too little.
        """
        self._memory = MemoryLimit(memory)
        self._path = database.resolve()
        self._patience = patience
        self._lock = DatabaseLock(self._path, patience)
        self._stages = self._path.with_name(self._path.name + ".mulgil-stage")

    @property
    def dialect(self) -> DuckDbDialect:
        """DuckDB's SQL."""
        return DuckDbDialect()

    def open(self, table: str, scopes: Sequence[str], *, now_us: int) -> Opened:
        """Read the ledger under the shared lock, then issue a fence from the lock file's counter."""
        name, ledger, columns = self._look(table, scopes)
        fence = self._lock.issue_fence(highest_committed=ledger.highest_fence, now_us=now_us)
        return Opened(fence=fence, table_name=name, ledger=ledger, columns=columns)

    def read_ledger(self, table: str, scopes: Sequence[str] | None = None) -> LedgerView:
        """Read a table's ledger under the shared lock."""
        return self._look(table, scopes)[1]

    def create_stage(self, name: str) -> ParquetStage:
        """Make the place of a Parquet file."""
        return ParquetStage(self._stages, name, reading=self._reading, memory=self._memory)

    @contextmanager
    def transaction(self, table: str, stage: Stage) -> Iterator[DuckDbTransaction]:
        """Hold the file alone; closing it writes everything into the one file."""
        if not isinstance(stage, ParquetStage):
            raise TypeError(stage)
        stage.end_audit()
        settings = self._memory.settings(stage.spill("publish"))
        with self._lock.exclusive():
            create(self._path, self._patience)
            with connected(self._path, self._patience, is_read_only=False, settings=settings) as connection:
                transaction = DuckDbTransaction(connection, self._path, table, stage, memory=self._memory)
                try:
                    yield transaction
                finally:
                    transaction.roll_back()

    def dead_stages(self) -> tuple[str, ...]:
        """Return the stages whose lock is free."""
        return dead_names(self._stages)

    def remove_stage(self, name: str) -> None:
        """Remove a dead stage's files."""
        with translated(self._stages):
            remove_dead(self._stages, name)

    @contextmanager
    def read(self, query: NativeQuery) -> Iterator[Batches]:
        """Stream a query's rows; writers wait until the reader is done."""
        with self._reading(query) as (connection, inputs), translated(self._path):
            reader = connection.sql(query.sql, params=list(query.params)).to_arrow_reader(_BATCH_ROWS)
            yield Batches(reader.schema, self._translated(reader), inputs=inputs)

    def columns(self, table: str) -> tuple[Column, ...] | None:
        """Return a table's columns, or None if it doesn't exist."""
        return self._look(table, ())[2]

    def _translated(self, reader: "pa.RecordBatchReader") -> "Iterator[pa.RecordBatch]":
        with translated(self._path):
            yield from reader

    @contextmanager
    def _reading(self, query: NativeQuery) -> "Iterator[tuple[DuckDBPyConnection, tuple[str, ...]]]":
        """Open the file to read, together with the names of the commits that the query sees."""
        with self._lock.shared(), self._opened_to_read() as connection:
            inputs: list[str] = []
            for table in query.reads:
                name = canonical_name(connection, table)
                inputs += _ledger(connection, name, query.scopes).inputs(name, query.scopes)
            yield connection, tuple(inputs)

    def _opened_to_read(self) -> "AbstractContextManager[DuckDBPyConnection]":
        """Open the file; one that no write has made yet is read as what it is: empty."""
        return connected(self._path, self._patience, is_read_only=True) if self._exists() else in_memory()

    def _exists(self) -> bool:
        return self._path.exists() and self._path.stat().st_size > 0

    def _look(self, table: str, scopes: Sequence[str] | None) -> tuple[str, LedgerView, tuple[Column, ...] | None]:
        with self._lock.shared():
            if not self._exists():
                return canonical_name(None, table), LedgerView(), None
            with (
                connected(self._path, self._patience, is_read_only=True) as connection,
                translated(self._path),
            ):
                name = canonical_name(connection, table)
                return name, _ledger(connection, name, scopes), table_columns(connection, name)


def _ledger(connection: "DuckDBPyConnection", name: str, scopes: Sequence[str] | None) -> LedgerView:
    if not has_ledger(connection):
        return LedgerView()
    return read_ledger(lambda sql, params: run(connection, sql, params), name, scopes=scopes)
