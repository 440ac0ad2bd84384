"""Partition predicates: which rows of a table a set of partitions holds, as SQL."""

from collections.abc import Sequence
from datetime import date, datetime

from mulgil.data.errors import DeclarationError, PartitionValueError
from mulgil.data.partition import Partition
from mulgil.data.table_spec import Grain, TableSpec
from mulgil.data.target import Column, ColumnKind, Dialect, ValueKind


def partition_column(spec: TableSpec, columns: Sequence[Column]) -> Column:
    """Return the column that cuts the table, once its type is known to fit the grain.

    Raises:
        PartitionValueError: There is no such column.
        DeclarationError: Its type can't be cut by the grain, or needs a zone that the table doesn't name.
    """
    wanted = (spec.partition_by or "").casefold()
    column = next((column for column in columns if column.name.casefold() == wanted), None)
    if column is None:
        raise PartitionValueError(
            "data.partition_column_missing",
            table=spec.name,
            column=spec.partition_by,
            found=", ".join(column.name for column in columns),
        )
    _require_fitting(spec, column)
    return column


def predicate(partitions: Sequence[Partition], column: Column, dialect: Dialect) -> str:
    """Return the condition under which a row belongs to one of `partitions`; adjacent ones are merged."""
    name = dialect.identifier(column.name)
    if partitions[0].start is None:
        values = ", ".join(dialect.literal(part.value) for part in partitions)
        is_text = dialect.value_kind(column.type) is ValueKind.TEXT
        return f"{dialect.binary(name) if is_text else name} IN ({values})"
    ranges = _merged(sorted(_bounds(part, column.kind) for part in partitions))
    return " OR ".join(
        f"({name} >= {dialect.literal(low)} AND {name} < {dialect.literal(high)})" for low, high in ranges
    )


def _require_fitting(spec: TableSpec, column: Column) -> None:
    is_time = column.kind in (ColumnKind.TIMESTAMP, ColumnKind.TIMESTAMP_TZ)
    is_calendar = spec.grain in (Grain.DAY, Grain.MONTH, Grain.YEAR)
    fields: dict[str, str] = {"table": spec.name, "column": column.name, "type": column.type, "grain": spec.grain.value}
    if is_calendar and is_time and spec.timezone is None:
        raise DeclarationError("data.partition_zone_required", **fields)
    if (is_calendar and not is_time and column.kind is not ColumnKind.DATE) or (
        spec.grain is Grain.HOUR and not is_time
    ):
        raise DeclarationError("data.partition_type", **fields)


def _bounds(part: Partition, kind: ColumnKind) -> tuple[date, date] | tuple[datetime, datetime]:
    if kind is ColumnKind.DATE and part.first_date is not None and part.end_date is not None:
        return part.first_date, part.end_date
    if part.start is None or part.end is None:
        raise ValueError(part)
    if kind is ColumnKind.TIMESTAMP:
        return part.start.replace(tzinfo=None), part.end.replace(tzinfo=None)
    return part.start, part.end


def _merged(ranges: list[tuple[date, date] | tuple[datetime, datetime]]) -> list[tuple[date, date]]:
    found: list[tuple[date, date]] = []
    for low, high in ranges:
        if found and found[-1][1] == low:
            found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return found
