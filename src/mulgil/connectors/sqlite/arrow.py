"""Arrow columns as SQLite values, and back. Whole columns at a time."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mulgil.data.errors import SchemaMismatchError, SourceError

if TYPE_CHECKING:
    import pyarrow as pa


def declared_type(field: "pa.Field") -> str:
    """Return the type with which a column of such values is declared; empty where all are NULL.

    Raises:
        SchemaMismatchError: SQLite has no place for nested or exotic types.
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
    )
    for is_kind, name in names:
        if is_kind(kind):
            return name
    raise SchemaMismatchError("data.column_unsupported", column=field.name, type=str(field.type), target="SQLite")


def stored_columns(batch: "pa.RecordBatch") -> list[list[object]]:
    """Return each column's values as this connector stores them.

    Raises:
        SourceError: A float is NaN, which SQLite would silently keep as NULL.
    """
    import pyarrow.compute as pc
    import pyarrow.types as kinds

    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if kinds.is_floating(column.type) and pc.any(pc.is_nan(column)).as_py():
            raise SourceError("data.not_a_number", column=name, target="SQLite")
    return [_stored(column).to_pylist() for column in batch.columns]


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
    }
    upper = declared.upper()
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
        if kinds.is_temporal(kind) or kinds.is_decimal(kind):
            return pa.array(values, pa.string()).cast(kind)
        return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise SourceError("data.source_column", column=name, type=str(kind), detail=str(error)) from error


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
    if kinds.is_date(kind) or kinds.is_decimal(kind) or kinds.is_time(kind):
        return column.cast(pa.string())
    if kinds.is_boolean(kind):
        return column.cast(pa.int8())
    return column
