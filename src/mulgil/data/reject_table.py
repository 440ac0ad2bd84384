"""The table of rejects: one row for each that was set aside, written in the transaction of the rows that were not.

It stands beside the table that the rows were meant for, so that one transaction holds both: either the
good rows and the bad ones are there, or neither. A reject lives as long as the commit that it belongs
to: it carries its fence, and goes when no commit of the table carries that fence any more. So a re-run
replaces its own rejects, and nobody else's.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from mulgil.data.column_type import DeclaredColumn, declared_column
from mulgil.data.reject import BadRow, BadRows
from mulgil.data.target import Column, Dialect

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIX = "__rejects"
_BATCH_ROWS = 2_000
_TYPES = {
    "table_name": "string not null",
    "fence": "int64 not null",
    "source": "string",
    "line": "int64",
    "column_name": "string",
    "error": "string not null",
    "raw_row": "string not null",
    "write_id": "string not null",
    "producer": "string not null",
}
REJECT_COLUMNS: tuple[DeclaredColumn, ...] = tuple(declared_column(name, text) for name, text in _TYPES.items())


class RejectOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """Which write set rows aside: what all of its rejects have in common."""

    table_name: str
    fence: int
    write_id: str
    producer: str


def reject_schema() -> "pa.Schema":
    """Return the columns as Arrow has them."""
    import pyarrow as pa

    from mulgil.data.arrow_type import to_arrow

    return pa.schema([(column.name, to_arrow(column.type)) for column in REJECT_COLUMNS])


def reject_batches(bad_rows: BadRows, origin: RejectOrigin) -> "Iterator[pa.RecordBatch]":
    """Yield what was set aside."""
    import pyarrow as pa

    schema = reject_schema()
    for rows in _batched(bad_rows.rows()):
        yield pa.RecordBatch.from_pylist([_record(row, origin) for row in rows], schema=schema)


def reject_columns(dialect: Dialect) -> tuple[Column, ...]:
    """Return the columns as a target makes them."""
    return tuple(
        msgspec.structs.replace(
            dialect.column(column.name, dialect.column_type(column.type)), is_nullable=column.is_nullable
        )
        for column in REJECT_COLUMNS
    )


def _batched(rows: Iterator[BadRow]) -> Iterator[list[BadRow]]:
    while page := list(islice(rows, _BATCH_ROWS)):
        yield page


def _record(row: BadRow, origin: RejectOrigin) -> dict[str, object]:
    return {
        **msgspec.structs.asdict(origin),
        "source": row.source,
        "line": row.line,
        "column_name": row.column,
        "error": row.error,
        "raw_row": row.raw,
    }
