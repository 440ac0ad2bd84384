"""Arrow columns as SQLite values, and back. Whole columns at a time."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from mulgil.connectors.sqlite.column_type import JSON_TEXT
from mulgil.data.errors import SchemaMismatchError, SourceError

if TYPE_CHECKING:
    import pyarrow as pa


_LARGEST = 2**63 - 1


def declared_type(field: "pa.Field") -> str:
    """Return the type with which a column of such values is declared; empty where all are NULL.

    Raises:
        SchemaMismatchError: SQLite has no place for such a type.
    """
    import pyarrow.types as kinds

    kind = field.type.value_type if kinds.is_dictionary(field.type) else field.type
    if kinds.is_timestamp(kind):
        return "TIMESTAMPTZ" if kind.tz else "TIMESTAMP"
    if kinds.is_decimal(kind):
        return f"DECIMAL_TEXT({kind.precision},{kind.scale})"
    names: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
        (kinds.is_null, ""),
        (kinds.is_boolean, "BOOLEAN"),
        (kinds.is_integer, "INTEGER"),
        (kinds.is_floating, "REAL"),
        (lambda each: kinds.is_string(each) or kinds.is_large_string(each) or kinds.is_string_view(each), "TEXT"),
        (lambda each: kinds.is_binary(each) or kinds.is_large_binary(each), "BLOB"),
        (kinds.is_date, "DATE"),
        (kinds.is_time, "TIME"),
        (kinds.is_nested, JSON_TEXT),
    )
    for is_kind, name in names:
        if is_kind(kind):
            return name
    raise SchemaMismatchError("data.column_unsupported", column=field.name, type=str(field.type), target="SQLite")


def stored_columns(batch: "pa.RecordBatch", *, first_row: int = 1) -> list[list[object]]:
    """Return each column's values as this connector stores them; `first_row` numbers the batch's first one.

    Raises:
        SourceError: A float is NaN, which SQLite would silently keep as NULL.
        SchemaMismatchError: A value has no place in SQLite unchanged; named with its row.
    """
    return [
        _stored_values(name, column, first_row) for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]


def _stored_values(name: str, column: "pa.Array", first_row: int) -> list[object]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as kinds

    if kinds.is_floating(column.type) and pc.any(pc.is_nan(column)).as_py():
        raise SourceError("data.not_a_number", column=name, target="SQLite")
    if kinds.is_nested(column.type):
        return [None if value is None else _json(value, column.type) for value in column.to_pylist()]
    if kinds.is_uint64(column.type):
        _refuse(name, column, pc.greater(column, pa.scalar(_LARGEST, pa.uint64())), first_row, room="int64")
    if kinds.is_timestamp(column.type) and column.type.unit == "ns":
        whole = column.cast(pa.timestamp("us", column.type.tz), safe=False)
        _refuse(name, column, pc.not_equal(whole.cast(column.type), column), first_row, room="timestamp[us]")
        column = whole
    return _stored(column).to_pylist()  # type: ignore[no-any-return]


def _refuse(name: str, column: "pa.Array", is_misfit: "pa.Array", first_row: int, *, room: str) -> None:
    """Name the first value that has no place."""
    import pyarrow.compute as pc

    row = pc.index(is_misfit, True).as_py()
    if row >= 0:
        raise SchemaMismatchError(
            "data.value_misfit",
            column=name,
            type=f"{room} (SQLite)",
            value=str(column[row].as_py() if room == "int64" else column[row].cast("string").as_py()),
            row=first_row + row,
        )


def _json(value: object, kind: "pa.DataType") -> str:
    """Return a nested value as JSON: decimals and times as text, bytes in base64."""
    return msgspec.json.encode(_plain(value, kind), enc_hook=str).decode()


def _plain(value: object, kind: "pa.DataType") -> object:
    """Turn maps, which Arrow gives as lists of pairs, into objects where their keys are text."""
    import pyarrow.types as kinds

    if isinstance(value, dict):
        return {field.name: _plain(value[field.name], field.type) for field in kind}
    if not isinstance(value, list):
        return value
    if not kinds.is_map(kind):
        return [_plain(item, kind.value_type) for item in value]
    pairs = [(_plain(key, kind.key_type), _plain(item, kind.item_type)) for key, item in value]
    return dict(pairs) if kinds.is_string(kind.key_type) else pairs


def arrow_type(declared: str) -> "pa.DataType | None":
    """Return what a column that this connector declared holds; None where the values must tell."""
    import pyarrow as pa

    known: dict[str, pa.DataType] = {
        "BOOLEAN": pa.bool_(),
        "INTEGER": pa.int64(),
        "BIGINT": pa.int64(),
        "REAL": pa.float64(),
        "TEXT": pa.string(),
        "BLOB": pa.binary(),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        "TIMESTAMPTZ": pa.timestamp("us", "UTC"),
        "TIME": pa.time64("us"),
        JSON_TEXT: pa.string(),
        **{f"INTEGER_{bits}": getattr(pa, f"int{bits}")() for bits in (8, 16, 32)},
        **{f"UINTEGER_{bits}": getattr(pa, f"uint{bits}")() for bits in (8, 16, 32, 64)},
    }
    upper = declared.upper()
    if upper.startswith("VARCHAR("):
        return pa.string()
    if upper.startswith("DECIMAL_TEXT("):
        precision, scale = upper.removeprefix("DECIMAL_TEXT(").removesuffix(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return known.get(upper)


def loaded_column(values: Sequence[object], kind: "pa.DataType | None", *, name: str) -> "pa.Array":
    """Return stored values as an Arrow column of `kind`, or of the kind that they show.

    Raises:
        SourceError: A value isn't of the column's kind.
    """
    import pyarrow as pa
    import pyarrow.types as kinds

    try:
        if kind is None:
            return pa.array(values)
        if kinds.is_boolean(kind):
            return pa.array(values, pa.int64()).cast(kind)
        if kinds.is_time(kind):
            return _times(pa.array(values, pa.string()), kind)
        if kinds.is_temporal(kind) or kinds.is_decimal(kind):
            return pa.array(values, pa.string()).cast(kind)
        return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise SourceError("data.source_column", column=name, type=str(kind), detail=str(error)) from error


def _times(text: "pa.Array", kind: "pa.DataType") -> "pa.Array":
    """Read times of day, by way of a day: Arrow itself reads none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.binary_join_element_wise("1970-01-01T", text, "").cast(pa.timestamp("us")).cast(kind)


def _stored(column: "pa.Array") -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.types as kinds

    kind = column.type
    if kinds.is_dictionary(kind):
        return _stored(column.cast(kind.value_type))
    if kinds.is_timestamp(kind):
        whole = column.cast(pa.timestamp("us", kind.tz))
        if kind.tz:
            utc = whole.cast(pa.timestamp("us", "UTC"))
            return pc.strftime(utc, format="%Y-%m-%dT%H:%M:%SZ")
        return pc.strftime(whole, format="%Y-%m-%dT%H:%M:%S")
    if kinds.is_decimal(kind):
        return _decimal_text(column)
    if kinds.is_date(kind) or kinds.is_time(kind):
        return column.cast(pa.string())
    if kinds.is_boolean(kind):
        return column.cast(pa.int8())
    return column


def _decimal_text(column: "pa.Array") -> "pa.Array":
    """Write decimals out; Arrow itself writes small ones with an exponent."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = column.cast(pa.string())
    if not pc.any(pc.match_substring(text, "E")).as_py():
        return text
    return pa.array([None if value is None else f"{value:f}" for value in column.to_pylist()], pa.string())
