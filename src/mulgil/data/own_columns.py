"""The columns that mulgil adds to tables; their names begin with `_mulgil_`, and are nobody else's.

    _mulgil_write          who appended the row, or opened this version of it: its producer, in short
    _mulgil_interval_end   the end of the data interval that brought the row; naive, in UTC
    _mulgil_closed_by      who ended this version of the row (`scd2`)

What a source brings under such a name (`SELECT *` over a table that has them) is left out.
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from mulgil.data.target import Column, ColumnKind

PREFIX = "_mulgil_"
WRITE = Column("_mulgil_write", "TEXT")
INTERVAL_END = Column("_mulgil_interval_end", "TIMESTAMP", ColumnKind.TIMESTAMP)
CLOSED_BY = Column("_mulgil_closed_by", "TEXT")


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Column = TypeVar("_Column", bound=_Named)


def without_own(columns: Iterable[_Column]) -> tuple[_Column, ...]:
    """Return the columns that are the author's."""
    return tuple(column for column in columns if not column.name.casefold().startswith(PREFIX))


def has_column(columns: Iterable[_Named], name: str) -> bool:
    """Whether a column is called so, letter case aside."""
    return any(column.name.casefold() == name.casefold() for column in columns)
