"""Declared types as Arrow types, and back. The table is in docs/concepts/schemas.md."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mulgil.data.column_type import ColumnType, Field, parse_type
from mulgil.data.errors import DeclarationError

if TYPE_CHECKING:
    import pyarrow as pa

# Names that are the same in Arrow, but for these.
_MAKERS = {"bool": "bool_", "date": "date32"}
_SIMPLE = (
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"),
    *("string", "binary", "date"),
)


def arrow_schema(columns: Mapping[str, str]) -> "pa.Schema":
    """Return the schema that `columns` declare.

    Raises:
        DeclarationError: A type is unknown.
    """
    import pyarrow as pa

    return pa.schema([(name, arrow_type(text, column=name)) for name, text in columns.items()])


def arrow_type(text: str, *, column: str) -> "pa.DataType":
    """Return the Arrow type that `text` names.

    Raises:
        DeclarationError: It names none.
    """
    return to_arrow(parse_type(text, column=column))


def to_arrow(kind: ColumnType) -> "pa.DataType":
    """Return the Arrow type of a declared type; the length of a string is not Arrow's to know."""
    import pyarrow as pa

    if kind.name in _SIMPLE:
        return getattr(pa, _MAKERS.get(kind.name, kind.name))()
    parts = [to_arrow(field.type) for field in kind.fields]
    match kind.name:
        case "time":
            return pa.time64("us")
        case "timestamp":
            return pa.timestamp(kind.unit, kind.zone)
        case "decimal":
            return pa.decimal128(kind.precision, kind.scale)
        case "list":
            return pa.list_(parts[0])
        case "map":
            return pa.map_(parts[0], parts[1])
        case _:
            return pa.struct([pa.field(field.name, part) for field, part in zip(kind.fields, parts, strict=True)])


def from_arrow(kind: "pa.DataType", *, column: str) -> ColumnType:
    """Return the declared type of an Arrow type.

    Raises:
        DeclarationError: It has no place in a table.
    """
    import pyarrow.types as kinds

    if kinds.is_dictionary(kind):
        return from_arrow(kind.value_type, column=column)
    if kinds.is_timestamp(kind):
        return ColumnType(name="timestamp", unit=kind.unit, zone=kind.tz)
    if kinds.is_decimal(kind):
        return ColumnType(name="decimal", precision=kind.precision, scale=kind.scale)
    if kinds.is_struct(kind):
        parts = tuple(Field(part.name, from_arrow(part.type, column=column)) for part in kind)
        return ColumnType(name="struct", fields=parts)
    if kinds.is_map(kind):
        pair = (kind.key_type, kind.item_type)
        return ColumnType(name="map", fields=tuple(Field("", from_arrow(part, column=column)) for part in pair))
    if kinds.is_list(kind) or kinds.is_large_list(kind) or kinds.is_fixed_size_list(kind):
        return ColumnType(name="list", fields=(Field("", from_arrow(kind.value_type, column=column)),))
    return _simple(kind, column)


def _simple(kind: "pa.DataType", column: str) -> ColumnType:
    import pyarrow as pa

    # Arrow writes its 32-bit float as `float`, which is a declared type's 64-bit one.
    renamed = {pa.float32(): "float32", pa.float16(): "float32"}
    try:
        return parse_type(renamed.get(kind, str(kind)), column=column)
    except DeclarationError:
        raise DeclarationError("data.column_type_arrow", column=column, type=str(kind)) from None
