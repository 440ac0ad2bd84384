"""How DuckDB spells names, values and types."""

import math
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal

from mulgil.connectors.duckdb.column_type import checked_conversion, least_common, same_type, spelled
from mulgil.data.column_type import ColumnType
from mulgil.data.errors import SqlTemplateError
from mulgil.data.target import Column, ColumnKind, Conversion, ValueKind

_KINDS = {
    "DATE": ColumnKind.DATE,
    "TIMESTAMP": ColumnKind.TIMESTAMP,
    "TIMESTAMP_S": ColumnKind.TIMESTAMP,
    "TIMESTAMP_MS": ColumnKind.TIMESTAMP,
    "TIMESTAMP_NS": ColumnKind.TIMESTAMP,
    "TIMESTAMP WITH TIME ZONE": ColumnKind.TIMESTAMP_TZ,
}
# Which types hold every value of the type on the left, unchanged.
_WIDER: dict[str, frozenset[str]] = {
    "TINYINT": frozenset({"SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT"}),
    "SMALLINT": frozenset({"INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT"}),
    "INTEGER": frozenset({"BIGINT", "HUGEINT", "DOUBLE"}),
    "BIGINT": frozenset({"HUGEINT"}),
    "UTINYINT": frozenset(
        {"USMALLINT", "UINTEGER", "UBIGINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT"}
    ),
    "USMALLINT": frozenset({"UINTEGER", "UBIGINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT"}),
    "UINTEGER": frozenset({"UBIGINT", "BIGINT", "HUGEINT", "DOUBLE"}),
    "UBIGINT": frozenset({"HUGEINT"}),
    "FLOAT": frozenset({"DOUBLE"}),
    "TIMESTAMP_S": frozenset({"TIMESTAMP", "TIMESTAMP_MS", "TIMESTAMP_NS"}),
    "TIMESTAMP_MS": frozenset({"TIMESTAMP"}),
}
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_VALUES = {
    **dict.fromkeys(_INTEGERS, ValueKind.INTEGER),
    "VARCHAR": ValueKind.TEXT,
    "BOOLEAN": ValueKind.BOOLEAN,
    "FLOAT": ValueKind.FLOAT,
    "DOUBLE": ValueKind.FLOAT,
    "DATE": ValueKind.DATE,
}
_NO_TYPE = '"NULL"'
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")


def column_of(name: str, type_name: str) -> Column:
    """Return a column as the write contract sees it."""
    return Column(name, "" if type_name == _NO_TYPE else type_name, _KINDS.get(type_name.upper(), ColumnKind.OTHER))


class DuckDbDialect:
    """Names, literals and types of DuckDB."""

    checksum_method = "duckdb-hash"
    has_dates = True

    def identifier(self, name: str) -> str:
        """Quote one name."""
        escaped = name.replace('"', '""')
        return f'"{escaped}"'

    def qualified(self, name: str) -> str:
        """Quote `table` or `schema.table`."""
        return ".".join(self.identifier(part) for part in name.split("."))

    def literal(self, value: object) -> str:
        """Spell a value."""
        match value:
            case None:
                return "NULL"
            case bool():
                return "TRUE" if value else "FALSE"
            case int() | Decimal():
                return str(value)
            case float():
                return repr(value) if math.isfinite(value) else f"'{value}'::DOUBLE"
            case datetime():
                return _timestamp(value)
            case date():
                return f"DATE '{value.isoformat()}'"
            case time():
                return f"TIME '{value.isoformat()}'"
            case str():
                return quoted(value)
            case list() | tuple():
                return f"({', '.join(self.literal(item) for item in value)})"
            case _:
                raise SqlTemplateError("data.no_literal", type=type(value).__name__, value=str(value)[:80])

    def fits(self, staged: str, column: str) -> bool:
        """Whether values of `staged` go into `column` unchanged."""
        if not staged or same_type(staged, column) or column in _WIDER.get(staged, ()):
            return True
        narrow, wide = _DECIMAL.fullmatch(staged), _DECIMAL.fullmatch(column)
        if narrow is None or wide is None:
            return False
        digits, scale, wide_digits, wide_scale = (int(part) for part in (*narrow.groups(), *wide.groups()))
        return wide_scale >= scale and wide_digits - wide_scale >= digits - scale

    def column(self, name: str, type_name: str) -> Column:
        """Return a column of a type."""
        return column_of(name, type_name)

    def column_type(self, kind: ColumnType) -> str:
        """Spell a declared type."""
        return spelled(kind)

    def conversion(self, column: str, staged: str, wanted: str) -> Conversion | None:
        """Return how values go from one type into another; what fits is cast by the insertion itself."""
        return Conversion(column, "") if self.fits(staged, wanted) else checked_conversion(column, staged, wanted)

    def least_common(self, kept: str, staged: str) -> str | None:
        """Return the narrowest type that holds both."""
        return least_common(kept, staged, self.fits)

    def checksum(self, alias: str) -> str:
        """Return the sum of the rows' hashes: the same rows in any order give the same."""
        return f"sum(hash({alias})::HUGEINT)"

    def same(self, one: str, other: str) -> str:
        """Return the null-safe equality of two expressions."""
        return f"{one} IS NOT DISTINCT FROM {other}"

    def binary(self, text: str) -> str:
        """Set the plain collation."""
        return f"({text} COLLATE C)"

    def stray(self, column: Column) -> str | None:
        """Return None: DuckDB's types hold what they say."""
        return None

    def value_kind(self, type_name: str) -> ValueKind | None:
        """Return what the values of a type are."""
        return _VALUES.get(type_name.upper())


def quoted(text: str) -> str:
    """Return a string literal."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def _timestamp(value: datetime) -> str:
    if value.tzinfo is None:
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    return f"TIMESTAMPTZ '{value.astimezone(UTC).isoformat(sep=' ')}'"
