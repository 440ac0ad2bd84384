"""Declared types as DuckDB spells them, and how values go from a column of one type into one of another."""

import re
from collections.abc import Callable

from mulgil.data.column_type import MOST_DIGITS, ColumnType
from mulgil.data.target import Conversion

_NAMES = {
    "bool": "BOOLEAN",
    "int8": "TINYINT",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "uint8": "UTINYINT",
    "uint16": "USMALLINT",
    "uint32": "UINTEGER",
    "uint64": "UBIGINT",
    "float32": "FLOAT",
    "float64": "DOUBLE",
    "string": "VARCHAR",
    "binary": "BLOB",
    "date": "DATE",
    "time": "TIME",
}
_TIMESTAMPS = {"s": "TIMESTAMP_S", "ms": "TIMESTAMP_MS", "us": "TIMESTAMP", "ns": "TIMESTAMP_NS"}
_ZONED = "TIMESTAMP WITH TIME ZONE"
# Decimal digits that hold every value.
_INTEGER_DIGITS = {
    "TINYINT": 3,
    "UTINYINT": 3,
    "SMALLINT": 5,
    "USMALLINT": 5,
    "INTEGER": 10,
    "UINTEGER": 10,
    "BIGINT": 19,
    "UBIGINT": 20,
}
_FLOATS = ("FLOAT", "DOUBLE")
# What two types may both be widened to, narrowest first.
_WIDE = ("SMALLINT", "INTEGER", "BIGINT")
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_PLAIN_NAME = re.compile(r'"([a-z_][a-z0-9_]*)"')
# Staged kind → kinds of column that its values may fit, one by one.
_CHECKED = {
    "integer": ("integer", "float", "decimal"),
    "float": ("integer", "float"),
    "decimal": ("decimal", "integer"),
    "date": ("timestamp",),
    "timestamp": ("timestamp",),
}


def spelled(kind: ColumnType) -> str:
    """Return the type in DDL; DuckDB doesn't keep the length of a string, which the write contract checks."""
    if kind.name in _NAMES:
        return _NAMES[kind.name]
    parts = [spelled(field.type) for field in kind.fields]
    match kind.name:
        case "timestamp":
            return _ZONED if kind.zone else _TIMESTAMPS[kind.unit]
        case "decimal":
            return f"DECIMAL({kind.precision},{kind.scale})"
        case "list":
            return f"{parts[0]}[]"
        case "map":
            return f"MAP({parts[0]}, {parts[1]})"
        case _:
            pairs = zip(kind.fields, parts, strict=True)
            return f"STRUCT({', '.join(f'{_quoted(field.name)} {part}' for field, part in pairs)})"


def same_type(one: str, other: str) -> bool:
    """Whether two spellings name one type: the catalogue quotes only the names that need it."""
    return one == other or _PLAIN_NAME.sub(r"\1", one) == _PLAIN_NAME.sub(r"\1", other)


def checked_conversion(column: str, staged: str, wanted: str) -> Conversion | None:
    """Return how values of `staged` that fit go into `wanted`: those that come back as they were."""
    if _kind(wanted) not in _CHECKED.get(_kind(staged), ()):
        return None
    cast = f"TRY_CAST({column} AS {wanted})"
    return Conversion(cast, f"TRY_CAST({cast} AS {staged}) IS DISTINCT FROM {column}")


def least_common(kept: str, staged: str, fits: Callable[[str, str], bool]) -> str | None:
    """Return the narrowest type that holds every value of both, or None."""
    has_float = kept in _FLOATS or staged in _FLOATS
    wider: tuple[str, ...] = (*_WIDE, "DOUBLE") if has_float else _WIDE
    for wide in (kept, staged, *wider):
        if fits(kept, wide) and fits(staged, wide):
            return wide
    if {kept, staged} == {"DATE", "TIMESTAMP"}:
        return "TIMESTAMP"
    return _common_decimal(kept, staged)


def _common_decimal(kept: str, staged: str) -> str | None:
    one, other = _digits(kept), _digits(staged)
    if one is None or other is None or not (_DECIMAL.fullmatch(kept) or _DECIMAL.fullmatch(staged)):
        return None
    whole, scale = max(one[0], other[0]), max(one[1], other[1])
    return f"DECIMAL({whole + scale},{scale})" if whole + scale <= MOST_DIGITS else None


def _digits(name: str) -> tuple[int, int] | None:
    """Return the digits before and after the point."""
    if (found := _DECIMAL.fullmatch(name)) is not None:
        return int(found[1]) - int(found[2]), int(found[2])
    return (_INTEGER_DIGITS[name], 0) if name in _INTEGER_DIGITS else None


def _kind(name: str) -> str:
    if name in _INTEGER_DIGITS or name == "HUGEINT":
        return "integer"
    if name in _FLOATS:
        return "float"
    if _DECIMAL.fullmatch(name):
        return "decimal"
    return {"DATE": "date"}.get(name, "timestamp" if name in _TIMESTAMPS.values() else "")


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'
