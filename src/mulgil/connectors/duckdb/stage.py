"""The stage of a DuckDB write: one Parquet file beside the database."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

from mulgil.connectors.duckdb.database import in_memory, is_out_of_memory, querying, run, translated
from mulgil.connectors.duckdb.dialect import DuckDbDialect, column_of, quoted
from mulgil.connectors.duckdb.memory import MemoryLimit
from mulgil.data.errors import QueryError
from mulgil.data.kept_types import keeping_types
from mulgil.data.stage_lock import StageLock
from mulgil.data.target import Column, NativeQuery, Row

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from duckdb import DuckDBPyConnection

    QueryRunner = Callable[[NativeQuery], AbstractContextManager["tuple[DuckDBPyConnection, tuple[str, ...]]"]]

# The number of rows of DuckDB's own row groups.
_GROUP_ROWS = 122_880
_GROUP_BYTES = 64 * 1024 * 1024
# Staged files live for seconds and are read once: compressing them costs more time than it saves.
_CODEC = "uncompressed"


class ParquetStage:
    """A private Parquet file, locked by its writer while it exists."""

    def __init__(self, folder: Path, name: str, *, reading: "QueryRunner", memory: MemoryLimit) -> None:
        """Take the lock of the new stage `name`; `reading` opens the database to run a query in it."""
        self._memory = memory
        self._folder = folder
        self._name = name
        self._reading = reading
        self._path = folder / f"{name}.parquet"
        self._rejects = folder / f"{name}.rejects.parquet"
        self._has_rejects = False
        self._reshaped = ""
        self._columns: tuple[Column, ...] = ()
        self._connection: DuckDBPyConnection | None = None
        self._closing = ExitStack()
        with translated(folder):
            folder.mkdir(exist_ok=True)
            self._lock = StageLock(folder, name)

    @property
    def relation(self) -> str:
        """The file, as a table function, or the query over it that `reshape` set."""
        return self._reshaped or _parquet(self._path)

    @property
    def rejects(self) -> str | None:
        """The file of the rows that were set aside."""
        return _parquet(self._rejects) if self._has_rejects else None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns as DuckDB reads them."""
        return self._columns

    @property
    def size(self) -> int:
        """The file's size."""
        return self._path.stat().st_size

    def fill(self, schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> None:
        """Write row groups of a bounded size."""
        import pyarrow as pa

        with translated(self._path), _writer(self._path, schema) as writer:
            for table in _row_groups(schema, batches):
                writer.write_table(table, row_group_size=_GROUP_ROWS)
        # What Arrow's allocator keeps for reuse would stand beside what DuckDB needs from here on.
        pa.default_memory_pool().release_unused()
        self._describe()

    def fill_query(self, query: NativeQuery) -> tuple[str, ...]:
        """Copy the rows of a query to the file, under the shared lock."""
        with self._reading(query) as (connection, inputs), querying():
            target = quoted(str(self._path))
            sql = keeping_types(query, partial(run, connection), DuckDbDialect())
            run(connection, f"COPY (\n{sql}\n) TO {target} (FORMAT parquet, COMPRESSION {_CODEC})", query.params)
        self._describe()
        return inputs

    def reshape(self, columns: tuple[Column, ...], expressions: Sequence[str], *, where: str | None) -> None:
        """Read the file through a query: nothing is written again."""
        names = [DuckDbDialect().identifier(column.name) for column in columns]
        listed = ", ".join(f"{value} AS {name}" for value, name in zip(expressions, names, strict=True))
        self._reshaped = f"(SELECT {listed} FROM {self.relation}{f' WHERE {where}' if where else ''})"
        self._columns = columns

    def fill_rejects(self, schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> None:
        """Write a second file."""
        with translated(self._rejects), _writer(self._rejects, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
        self._has_rejects = True

    def query(self, sql: str) -> list[Row]:
        """Run a query over the file; rows come as Python values by way of Arrow."""
        while True:
            try:
                with querying():
                    rows: list[Row] = self._audit().sql(sql).to_arrow_table().to_pylist()
            except QueryError as error:
                if not (is_out_of_memory(error) and self._memory.can_rise()):
                    raise
                self.end_audit()
            else:
                return rows

    def query_beside(self, query: Callable[[str], str], *, reads: Sequence[str]) -> list[Row]:
        """Run a query in the database, under the shared lock; the file is read from there."""
        with self._reading(NativeQuery(sql="", reads=tuple(reads))) as (connection, _), querying():
            rows: list[Row] = connection.sql(query(self.relation)).to_arrow_table().to_pylist()
        return rows

    def spill(self, what: str) -> Path:
        """Return the folder, removed with the stage, in which DuckDB may keep what doesn't fit into memory."""
        return self._folder / f"{self._name}.{what}-spill"

    def end_audit(self) -> None:
        """Give back what the queries held; one more query would begin anew."""
        self._closing.close()
        self._connection = None

    def __enter__(self) -> "ParquetStage":
        """Use the stage."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Remove file and lock; what can't be removed is found dead later."""
        self.end_audit()
        try:
            self._path.unlink(missing_ok=True)
            self._rejects.unlink(missing_ok=True)
            for folder in self._folder.glob(f"{self._name}.*-spill"):
                rmtree(folder, ignore_errors=True)
            self._lock.release()
        except OSError:
            return

    def _audit(self) -> "DuckDBPyConnection":
        if self._connection is None:
            self._connection = self._closing.enter_context(in_memory(self._memory.settings(self.spill("audit"))))
        return self._connection

    def _describe(self) -> None:
        with translated(self._path):
            rows = run(self._audit(), f"DESCRIBE SELECT * FROM {self.relation}", [])
        self._columns = tuple(column_of(str(row[0]), str(row[1])) for row in rows)


def _parquet(path: Path) -> str:
    # The path is ours, not the data's: a folder named `day=2013-01-05` above it must not become a column.
    return f"read_parquet({quoted(str(path))}, hive_partitioning = false)"


def _writer(path: Path, schema: "pa.Schema") -> "pq.ParquetWriter":
    """Write fast: what is read once, whole, needs neither dictionaries nor statistics."""
    import pyarrow.parquet as pq

    return pq.ParquetWriter(path, schema, compression="none", use_dictionary=False, write_statistics=False)


def _row_groups(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.Table]":
    """Gather small batches into groups of exactly DuckDB's own size, or of fewer rows if they are wide.

    Groups of another size make the publish several times as long: DuckDB then fills its row groups from
    pieces and rewrites them when the file is closed.
    """
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        while rows >= _GROUP_ROWS:
            table = pa.Table.from_batches(waiting, schema)
            yield table.slice(0, _GROUP_ROWS)
            waiting = table.slice(_GROUP_ROWS).to_batches()
            rows -= _GROUP_ROWS
            size = sum(each.nbytes for each in waiting)
        if size >= _GROUP_BYTES:
            yield pa.Table.from_batches(waiting, schema)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield pa.Table.from_batches(waiting, schema)
