"""A table as a source: the production push, and copies between databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from mulgil.data.comparable import stray_query
from mulgil.data.connector import open_target
from mulgil.data.errors import SourceError, TableMissingError
from mulgil.data.own_columns import without_own
from mulgil.data.partition import Partition, partitions_of_interval
from mulgil.data.partition_value import fit_values
from mulgil.data.predicate import partition_column, predicate
from mulgil.data.source import Reading, Source
from mulgil.data.table import Table
from mulgil.data.table_spec import Grain
from mulgil.data.target import Batches, Column, NativeQuery, Target
from mulgil.sdk import Asset


class TableSource(Source):
    """Reads a table whole when a whole table is written, else only the run's partitions of it."""

    preload: ClassVar[tuple[str, ...]] = ("pyarrow",)

    def __init__(self, table: Table) -> None:
        """Read `table`."""
        self._table = table

    @property
    def inlets(self) -> tuple[Asset, ...]:
        """The table."""
        return (self._table,)

    @property
    def shown_as(self) -> str:
        """The table's name."""
        return self._table.name

    @contextmanager
    def open(self, reading: Reading) -> Iterator[Batches]:
        """Stream one snapshot."""
        spec = self._table.spec
        target = open_target(reading.runtime, spec.connection_id)
        columns = target.columns(spec.name)
        if columns is None:
            raise TableMissingError("data.source_table_missing", table=spec.name, connection=spec.connection_id)
        listed = ", ".join(target.dialect.identifier(column.name) for column in without_own(columns))
        sql = f"SELECT {listed} FROM {target.dialect.qualified(spec.name)}"
        partitions = self._partitions(reading)
        if partitions:
            column = partition_column(spec, columns)
            if spec.grain is Grain.VALUE:
                partitions = fit_values(spec, partitions, columns, target.dialect)
            self._require_comparable(target, column)
            sql += f" WHERE {predicate(partitions, column, target.dialect)}"
        query = NativeQuery(sql=sql, reads=(spec.name,), scopes=tuple(part.scope for part in partitions))
        with target.read(query) as batches:
            yield batches

    def _require_comparable(self, target: Target, column: Column) -> None:
        """Refuse a column in which other programs left values that would be compared wrongly."""
        spec = self._table.spec
        sql = stray_query(target.dialect.qualified(spec.name), (column,), (column.name,), target.dialect)
        if sql is None:
            return
        with target.read(NativeQuery(sql=sql)) as found:
            stray = [row for batch in found.batches for row in batch.to_pylist()]
        if stray:
            raise SourceError(
                "data.source_column_stray", table=spec.name, column=column.name, value=repr(stray[0]["value"])
            )

    def _partitions(self, reading: Reading) -> tuple[Partition, ...]:
        spec = self._table.spec
        if reading.partitions is None or spec.partition_by is None:
            return ()
        if spec.grain is Grain.VALUE or reading.interval.is_empty:
            return reading.partitions
        return partitions_of_interval(reading.interval, grain=spec.grain, timezone=spec.timezone or reading.timezone)
