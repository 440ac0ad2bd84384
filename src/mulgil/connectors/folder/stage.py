"""The stage: one Parquet file beside the tables, whatever format they have, and a folder for what is made of it."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mulgil.connectors.folder.durable import make_folder
from mulgil.connectors.folder.file_format import PARQUET_CODEC, PARQUET_GROUP_ROWS, FileFormat
from mulgil.connectors.folder.sql_session import described, engine, named, querying, quoted, run, translated
from mulgil.data.connector import select_dialect
from mulgil.data.kept_types import keeping_types
from mulgil.data.stage_lock import StageLock, dead_names, remove_dead
from mulgil.data.target import Column, NativeQuery, Row

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    QueryRunner = Callable[[NativeQuery, Path], AbstractContextManager["tuple[DuckDBPyConnection, tuple[str, ...]]"]]

_GROUP_BYTES = 64 * 1024 * 1024
_WORK_SUFFIX = ".work"


class FolderStage:
    """A private Parquet file, locked by its writer while it exists."""

    def __init__(self, folder: Path, name: str, *, reading: "QueryRunner", memory: str) -> None:
        """Take the lock of the new stage `name`; `reading` runs a query over the tables."""
        self._folder = folder
        self._name = name
        self._reading = reading
        self._memory = memory
        self._path = folder / f"{name}.parquet"
        self._rejects = folder / f"{name}.rejects.parquet"
        self._has_rejects = False
        self._reshaped = ""
        self._columns: tuple[Column, ...] = ()
        self._connection: DuckDBPyConnection | None = None
        self._closing = ExitStack()
        with translated(folder):
            make_folder(folder)
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
        """The columns as the engine reads them."""
        return self._columns

    @property
    def size(self) -> int:
        """The file's size."""
        return self._path.stat().st_size

    @property
    def work(self) -> Path:
        """A folder that goes with the stage; not made yet."""
        return work_of(self._folder, self._name)

    @property
    def whole_file(self) -> Path | None:
        """The file, if its rows are the staged ones just as they are."""
        return None if self._reshaped else self._path

    def fill(self, schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> None:
        """Write row groups of a bounded size."""
        with translated(self._path):
            _write(self._path, schema, batches)
        self._describe()

    def fill_query(self, query: NativeQuery) -> tuple[str, ...]:
        """Copy the rows of a query over one snapshot of the tables to the file."""
        with self._reading(query, self.work / "query") as (connection, inputs), querying():
            target = quoted(str(self._path))
            sql = keeping_types(query, partial(run, connection), select_dialect())
            run(connection, f"COPY (\n{sql}\n) TO {target} ({FileFormat.PARQUET.options})", query.params)
        self._describe()
        return inputs

    def reshape(self, columns: tuple[Column, ...], expressions: Sequence[str], *, where: str | None) -> None:
        """Read the file through a query: nothing is written again."""
        pairs = zip(expressions, columns, strict=True)
        listed = ", ".join(f"{value} AS {named(column.name)}" for value, column in pairs)
        self._reshaped = f"(SELECT {listed} FROM {self.relation}{f' WHERE {where}' if where else ''})"
        self._columns = columns

    def fill_rejects(self, schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> None:
        """Write a second file."""
        with translated(self._rejects):
            _write(self._rejects, schema, batches)
        self._has_rejects = True

    def query(self, sql: str) -> list[Row]:
        """Run a query over the file; rows come as Python values by way of Arrow."""
        with querying():
            rows: list[Row] = self._audit().sql(sql).to_arrow_table().to_pylist()
        return rows

    def query_beside(self, query: "Callable[[str], str]", *, reads: Sequence[str]) -> list[Row]:
        """Run a query over one snapshot of the tables; the file is read beside them."""
        with self._reading(NativeQuery(sql="", reads=tuple(reads)), self.work / "beside") as (found, _), querying():
            rows: list[Row] = found.sql(query(self.relation)).to_arrow_table().to_pylist()
        return rows

    def end_audit(self) -> None:
        """Give back the memory that queries took; one more query would begin anew."""
        self._closing.close()
        self._connection = None

    def __enter__(self) -> "FolderStage":
        """Use the stage."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Remove files and lock; what can't be removed is found dead later."""
        self.end_audit()
        try:
            self._path.unlink(missing_ok=True)
            self._rejects.unlink(missing_ok=True)
            shutil.rmtree(self.work, ignore_errors=True)
            self._lock.release()
        except OSError:
            return

    def _audit(self) -> "DuckDBPyConnection":
        if self._connection is None:
            self._connection = self._closing.enter_context(engine(self.work / "audit", self._memory))
        return self._connection

    def _describe(self) -> None:
        with translated(self._path):
            self._columns = described(self._audit(), self.relation)


def work_of(folder: Path, name: str) -> Path:
    """Return the folder of what is made of the stage `name`."""
    return folder / (name + _WORK_SUFFIX)


def remove_dead_stage(folder: Path, name: str) -> None:
    """Remove a stage whose writer is gone. A dead stage never comes back to life: its name holds its fence."""
    if name in dead_names(folder):
        shutil.rmtree(work_of(folder, name), ignore_errors=True)
        remove_dead(folder, name)


def _parquet(path: Path) -> str:
    # The path is ours, not the data's: a folder named `day=2013-01-05` above it must not become a column.
    return f"read_parquet({quoted(str(path))}, hive_partitioning = false)"


def _write(path: Path, schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> None:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, schema, compression=PARQUET_CODEC) as writer:
        for table in _gathered(schema, batches):
            writer.write_table(table, row_group_size=PARQUET_GROUP_ROWS)


def _gathered(schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> "Iterator[pa.Table]":
    """Gather small batches: the file may become the table's own, read many times."""
    import pyarrow as pa

    waiting: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        if rows >= PARQUET_GROUP_ROWS or size >= _GROUP_BYTES:
            yield pa.Table.from_batches(waiting, schema)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield pa.Table.from_batches(waiting, schema)
