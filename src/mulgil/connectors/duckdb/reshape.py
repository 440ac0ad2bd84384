"""`select=`: a query over rows on their way, run by DuckDB in memory, whole vectors at a time.

A projection or filter streams: batches go in and come out with bounded memory. DuckDB pulls the batches
itself and would turn an error of the source into words; the error is kept and raised as it was.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from mulgil.connectors.duckdb.database import in_memory, run
from mulgil.connectors.duckdb.dialect import DuckDbDialect
from mulgil.data.errors import SourceError
from mulgil.data.kept_types import keeping_types
from mulgil.data.target import Batches, NativeQuery

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 65_536


@contextmanager
def reshaped(batches: Batches, query: NativeQuery) -> Iterator[Batches]:
    """Stream the rows of `query`, which reads `batches` as the table `source`.

    Raises:
        SourceError: The query can't run over these columns.
    """
    import duckdb
    import pyarrow as pa

    watched = _Watched(batches)
    reader = pa.RecordBatchReader.from_batches(batches.schema, watched.batches())
    with in_memory() as connection:
        connection.register("source", reader)
        try:
            sql = keeping_types(query, partial(run, connection), DuckDbDialect())
            found = connection.sql(sql, params=list(query.params)).to_arrow_reader(_BATCH_ROWS)
        except duckdb.Error as error:
            raise watched.cause(query, error) from error
        yield Batches(found.schema, _translated(found, watched, query), inputs=batches.inputs)


class _Watched:
    """Batches that remember what went wrong with them."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches
        self._error: Exception | None = None

    def batches(self) -> "Iterator[pa.RecordBatch]":
        """Yield the batches."""
        try:
            yield from self._batches.batches
        except Exception as error:
            self._error = error
            raise

    def cause(self, query: NativeQuery, error: Exception) -> Exception:
        """Return what really went wrong."""
        if self._error is not None:
            return self._error
        columns = ", ".join(f"{field.name} {field.type}" for field in self._batches.schema)
        return SourceError("data.select_failed", select=query.sql[:500], columns=columns, detail=str(error).strip())


def _translated(reader: "pa.RecordBatchReader", watched: _Watched, query: NativeQuery) -> "Iterator[pa.RecordBatch]":
    import duckdb
    import pyarrow as pa

    try:
        yield from reader
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise watched.cause(query, error) from error
