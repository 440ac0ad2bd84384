"""Partitions by value: one key a value, whatever way the author, a template or an XCom spells it.

The column's type decides: in a column of integers 7, "7" and 7.0 are one partition, `p:7`; in a column of
text "7" is one, `p:"7"`, and 7 is refused. Equal rows therefore always have equal scopes.
"""

import math
import re
from collections.abc import Callable, Sequence
from datetime import date

import msgspec

from mulgil.data.errors import DeclarationError
from mulgil.data.partition import Partition, value_partition
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import Column, Dialect, ValueKind

_INTEGER = re.compile(r"[+-]?\d+")
_TRUTHS = {"true": True, "false": False, "1": True, "0": False}


def fit_values(
    spec: TableSpec, partitions: Sequence[Partition], columns: Sequence[Column], dialect: Dialect
) -> tuple[Partition, ...]:
    """Return the partitions with the keys and values that the column's type gives them, each once, sorted.

    Raises:
        DeclarationError: A value isn't one of the column's, or no value of such a column cuts a table.
    """
    wanted = (spec.partition_by or "").casefold()
    column = next((column for column in columns if column.name.casefold() == wanted), None)
    if column is None or not column.type:
        return tuple(partitions)
    kind = dialect.value_kind(column.type)
    if kind is None:
        raise DeclarationError("data.partition_value_type", table=spec.name, column=column.name, type=column.type)
    found = {part.key: part for part in (_fit(spec, part, column, kind) for part in partitions)}
    return tuple(found[key] for key in sorted(found))


def _fit(spec: TableSpec, part: Partition, column: Column, kind: ValueKind) -> Partition:
    try:
        return value_partition(_VALUES[kind](part.value))
    except (ValueError, TypeError, OverflowError):
        raise DeclarationError(
            "data.partition_value_misfit",
            table=spec.name,
            column=column.name,
            type=column.type,
            value=msgspec.json.encode(part.value).decode(),
        ) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _integer(value: object) -> int:
    if isinstance(value, bool):
        raise TypeError(value)
    if isinstance(value, str):
        if _INTEGER.fullmatch(value) is None:
            raise ValueError(value)
        return int(value)
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(value)
    return int(value)  # type: ignore[call-overload,no-any-return] # anything else is a TypeError


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(value)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    # -0.0 and 0.0 are equal, and so are their rows.
    return number + 0.0


def _boolean(value: object) -> bool:
    known = value if isinstance(value, bool) else _TRUTHS.get(str(value).casefold())
    if known is None:
        raise ValueError(value)
    return known


def _date(value: object) -> str:
    return date.fromisoformat(_text(value)).isoformat()


_VALUES: dict[ValueKind, Callable[[object], str | int | float | bool]] = {
    ValueKind.TEXT: _text,
    ValueKind.INTEGER: _integer,
    ValueKind.FLOAT: _float,
    ValueKind.BOOLEAN: _boolean,
    ValueKind.DATE: _date,
}
