"""Reads the example's Parquet files as rows that are ready for JSON, one local day at a time."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Row: TypeAlias = dict[str, str | int | float | None]

_READS_KEPT = 8


class FlightData:
    """The datasets of one folder, in the order of their files.

    Nothing is read before it is asked for, and a day costs one row group. The last reads are kept, because a client
    fetches the pages of a day one after another. Thread-safe. The returned rows are shared: they must not be changed.

    Args:
        folder: The folder of the Parquet files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._reads: OrderedDict[tuple[str, date | None], Sequence[Row]] = OrderedDict()

    def rows(self, dataset: str) -> Sequence[Row]:
        """All rows of a dataset."""
        return self._read(dataset, None)

    def rows_of_day(self, dataset: str, day: date) -> Sequence[Row]:
        """The rows whose year, month and day columns, which are local to New York, name this day."""
        return self._read(dataset, day)

    def _read(self, dataset: str, day: date | None) -> Sequence[Row]:
        key = (dataset, day)
        with self._lock:
            if key not in self._reads:
                with pq.ParquetFile(self._folder / f"{dataset}.parquet") as file:
                    self._reads[key] = _as_rows(
                        file.read(use_threads=False) if day is None else _table_of_day(file, day)
                    )
            self._reads.move_to_end(key)
            while len(self._reads) > _READS_KEPT:
                self._reads.popitem(last=False)
            return self._reads[key]


def _table_of_day(file: pq.ParquetFile, day: date) -> pa.Table:
    month_column = file.schema_arrow.get_field_index("month")
    groups = []
    for index in range(file.metadata.num_row_groups):
        months = file.metadata.row_group(index).column(month_column).statistics
        if months.min <= day.month <= months.max:
            groups.append(index)
    table = file.read_row_groups(groups, use_threads=False)
    is_of_day = pc.equal(table["day"], day.day)
    for column, value in (("month", day.month), ("year", day.year)):
        is_of_day = pc.and_(is_of_day, pc.equal(table[column], value))
    return table.filter(is_of_day)


def _as_rows(table: pa.Table) -> list[Row]:
    columns = [_as_values(column) for column in table.columns]
    return [dict(zip(table.column_names, values, strict=True)) for values in zip(*columns, strict=True)]


def _as_values(column: pa.ChunkedArray) -> list[str | int | float | None]:
    if not pa.types.is_timestamp(column.type):
        values: list[str | int | float | None] = column.to_pylist()
        return values
    # Without its zone the column becomes plain datetimes, still in UTC: no time-zone database is needed for them.
    instants = column.cast(pa.timestamp("s")).to_pylist()
    return [None if instant is None else f"{instant.isoformat()}Z" for instant in instants]
