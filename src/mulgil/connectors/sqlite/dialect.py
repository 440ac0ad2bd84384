"""How SQLite spells names, values and types."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal

from mulgil.connectors.sqlite.column_type import (
    JSON_TEXT,
    RANGES,
    checked_conversion,
    decimal_digits,
    integer_range,
    least_common,
    spelled,
)
from mulgil.data.column_type import ColumnType
from mulgil.data.errors import SqlTemplateError
from mulgil.data.target import Column, ColumnKind, Conversion, ValueKind

_KINDS = {
    "DATE": ColumnKind.DATE,
    "TIMESTAMP": ColumnKind.TIMESTAMP,
    "DATETIME": ColumnKind.TIMESTAMP,
    "TIMESTAMPTZ": ColumnKind.TIMESTAMP_TZ,
}
# What an affinity is found by, in SQLite's own order.
_AFFINITIES = (
    ("INTEGER", ("INT",)),
    ("TEXT", ("CHAR", "CLOB", "TEXT")),
    ("BLOB", ("BLOB",)),
    ("REAL", ("REAL", "FLOA", "DOUB")),
)
_BY_AFFINITY = {"INTEGER": ValueKind.INTEGER, "TEXT": ValueKind.TEXT, "REAL": ValueKind.FLOAT}
_VALUES = {"DATE": ValueKind.DATE, "BOOLEAN": ValueKind.BOOLEAN, "BOOL": ValueKind.BOOLEAN}
_DAY = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]"
_INSTANT = f"{_DAY}T[0-2][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9][0-9][0-9][0-9]"
# The one form of each in which text compares as time does.
_FORMS = {ColumnKind.DATE: _DAY, ColumnKind.TIMESTAMP: _INSTANT, ColumnKind.TIMESTAMP_TZ: f"{_INSTANT}Z"}
# Stored as text by us, whatever the affinity.
_TEXTS = frozenset({"DATE", "TIMESTAMP", "DATETIME", "TIMESTAMPTZ", "TIME", JSON_TEXT})


def column_of(name: str, declared: str) -> Column:
    """Return a column as the write contract sees it."""
    return Column(name, declared, _KINDS.get(declared.upper(), ColumnKind.OTHER))


def affinity(declared: str) -> str:
    """Return what SQLite does to values of a column that was declared so; empty for no type."""
    upper = declared.upper()
    if not upper:
        return ""
    return next((name for name, words in _AFFINITIES if any(word in upper for word in words)), "NUMERIC")


class SqliteDialect:
    """Names, literals and types of SQLite."""

    # SQLite has no hash function; a scope's contents are told apart by their number and their inputs.
    checksum_method = ""
    has_dates = False

    def identifier(self, name: str) -> str:
        """Quote one name."""
        escaped = name.replace('"', '""')
        return f'"{escaped}"'

    def qualified(self, name: str) -> str:
        """Quote `table` or `schema.table`."""
        return ".".join(self.identifier(part) for part in name.split("."))

    def literal(self, value: object) -> str:
        """Spell a value."""
        stored = stored_value(value)
        match stored:
            case None:
                return "NULL"
            case int():
                return str(stored)
            case float() if math.isfinite(stored):
                return repr(stored)
            case str():
                escaped = stored.replace("'", "''")
                return f"'{escaped}'"
            case _:
                raise SqlTemplateError("data.no_literal", type=type(value).__name__, value=str(value)[:80])

    def fits(self, staged: str, column: str) -> bool:
        """Whether values of `staged` go into `column` unchanged."""
        one, other = staged.upper(), column.upper()
        if not one or not other or one == other:
            return True
        digits, room = decimal_digits(one), decimal_digits(other)
        if digits is not None and room is not None:
            return digits[0] <= room[0] and digits[1] <= room[1]
        if other in RANGES:
            return _is_inside(integer_range(one), RANGES[other])
        if one in _TEXTS or one.startswith("DECIMAL_TEXT"):
            return affinity(column) == "TEXT" and other not in _TEXTS
        if other in _TEXTS or other.startswith("DECIMAL_TEXT"):
            return False
        source = "INTEGER" if one == "BOOLEAN" else affinity(staged)
        sink = affinity(column)
        return source == sink or (source == "INTEGER" and sink == "NUMERIC")

    def column(self, name: str, type_name: str) -> Column:
        """Return a column of a type."""
        return column_of(name, type_name)

    def column_type(self, kind: ColumnType) -> str:
        """Spell a declared type."""
        return spelled(kind)

    def conversion(self, column: str, staged: str, wanted: str) -> Conversion | None:
        """Return how values go from one type into another."""
        one, other = staged.upper(), wanted.upper()
        found = None if one == other else checked_conversion(column, one, other)
        return found or (Conversion(column, "") if self.fits(staged, wanted) else None)

    def least_common(self, kept: str, staged: str) -> str | None:
        """Return the narrowest type that holds both."""
        return kept if self.fits(staged, kept) else least_common(kept.upper(), staged.upper())

    def checksum(self, alias: str) -> str:
        """Never asked for."""
        raise NotImplementedError(alias)

    def same(self, one: str, other: str) -> str:
        """Return the null-safe equality of two expressions; SQLite knows the standard's words only since 3.39."""
        return f"{one} IS {other}"

    def binary(self, text: str) -> str:
        """Set the plain collation."""
        return f"({text} COLLATE BINARY)"

    def stray(self, column: Column) -> str | None:
        """Return what finds dates and instants that somebody else wrote in another form: text, numbers, what not.

        They are compared as text, which is right among values of one form only.
        """
        form = _FORMS.get(column.kind)
        if form is None:
            return None
        name = self.identifier(column.name)
        return f"({name} IS NOT NULL AND (typeof({name}) <> 'text' OR {name} NOT GLOB '{form}'))"

    def value_kind(self, type_name: str) -> ValueKind | None:
        """Return what the values of a declared type are."""
        upper = type_name.upper()
        if upper in _VALUES:
            return _VALUES[upper]
        return None if upper in _TEXTS or upper.startswith("DECIMAL") else _BY_AFFINITY.get(affinity(type_name))


def _is_inside(bounds: tuple[int, int] | None, wider: tuple[int, int]) -> bool:
    return bounds is not None and wider[0] <= bounds[0] and bounds[1] <= wider[1]


def stored_value(value: object) -> int | float | str | bytes | None:
    """Return a value as this connector stores it.

    Raises:
        SqlTemplateError: There is no place for such a value.
    """
    match value:
        case None | bytes() | str() | float():
            return value
        case int():
            return int(value)
        case datetime():
            return _timestamp(value)
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            raise SqlTemplateError("data.no_literal", type=type(value).__name__, value=str(value)[:80])


def _timestamp(value: datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat(timespec="microseconds")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
