"""Reading `columns=` of a table: a mapping of names to types, in SQL's words or Arrow's, or an Arrow schema."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Union

from mulgil.data.column_type import DeclaredColumn, declared_column
from mulgil.data.errors import DeclarationError

if TYPE_CHECKING:
    import pyarrow as pa

# What authors may write for `columns=` of a table.
Columns = Union[Mapping[str, Union[str, "pa.DataType", "pa.Field"]], "pa.Schema"]


def read_columns(table: str, columns: "Columns | None") -> tuple[DeclaredColumn, ...]:
    """Return the declared columns in their order.

    Raises:
        DeclarationError: A type is unknown, a name is empty, or a name stands twice (letter case aside).
    """
    if columns is None:
        return ()
    pairs = columns.items() if isinstance(columns, Mapping) else ((field.name, field) for field in columns)
    found = tuple(_column(str(name), declared) for name, declared in pairs)
    if not found:
        raise DeclarationError("data.columns_empty", table=table)
    seen: set[str] = set()
    for column in found:
        folded = column.name.casefold()
        if not column.name.strip() or "\x00" in column.name or folded in seen:
            raise DeclarationError("data.column_name", table=table, column=column.name)
        seen.add(folded)
    return found


def _column(name: str, declared: object) -> DeclaredColumn:
    if isinstance(declared, str):
        return declared_column(name, declared)
    from mulgil.data.arrow_type import from_arrow

    kind = getattr(declared, "type", None)
    if kind is not None:
        return DeclaredColumn(
            name, from_arrow(kind, column=name), is_nullable=bool(getattr(declared, "nullable", True))
        )
    return DeclaredColumn(name, from_arrow(declared, column=name))
