"""Declared types as this connector declares them in SQLite, and how values go from one into another.

SQLite keeps what a column was declared as and enforces none of it, so the names here are ours where
the usual ones say too little: `INTEGER_32` holds 32 bits, `DECIMAL_TEXT(18,2)` holds decimals as text
(SQLite itself would make floats of them), `JSON_TEXT` holds nested values. Each has the affinity that
stores it unchanged.
"""

import re

from mulgil.data.column_type import MOST_DIGITS, ColumnType
from mulgil.data.target import Conversion

JSON_TEXT = "JSON_TEXT"
_NAMES = {
    "bool": "BOOLEAN",
    "int8": "INTEGER_8",
    "int16": "INTEGER_16",
    "int32": "INTEGER_32",
    "int64": "INTEGER",
    "uint8": "UINTEGER_8",
    "uint16": "UINTEGER_16",
    "uint32": "UINTEGER_32",
    "uint64": "UINTEGER_64",
    "float32": "REAL",
    "float64": "REAL",
    "binary": "BLOB",
    "date": "DATE",
    "time": "TIME",
}
_LARGEST = 2**63 - 1
# The bounds of integers that are declared narrower than SQLite's 64 bits.
RANGES = {
    **{f"INTEGER_{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32)},
    **{f"UINTEGER_{bits}": (0, 2**bits - 1) for bits in (8, 16, 32)},
    "UINTEGER_64": (0, _LARGEST),
}
_FULL_RANGE = (-(2**63), _LARGEST)
_FULL = ("INTEGER", "INT", "BIGINT")
_EXACT_IN_DOUBLE = 2**53
_DECIMAL = re.compile(r"DECIMAL_TEXT\((\d+),\s*(\d+)\)")
_MIDNIGHT = "T00:00:00.000000"
# An integer of so many digits fits SQLite's 64 bits.
_SAFE_DIGITS = 18


def spelled(kind: ColumnType) -> str:
    """Return the type in DDL."""
    match kind.name:
        case "string":
            return "TEXT" if kind.length is None else f"VARCHAR({kind.length})"
        case "timestamp":
            return "TIMESTAMPTZ" if kind.zone else "TIMESTAMP"
        case "decimal":
            return f"DECIMAL_TEXT({kind.precision},{kind.scale})"
        case _:
            return _NAMES.get(kind.name, JSON_TEXT)


def integer_range(declared: str) -> tuple[int, int] | None:
    """Return the bounds of an integer column; None for other columns."""
    return RANGES.get(declared) or (_FULL_RANGE if declared in _FULL else None)


def decimal_digits(declared: str) -> tuple[int, int] | None:
    """Return the digits of a decimal column before and after the point; None for other columns."""
    found = _DECIMAL.fullmatch(declared)
    return None if found is None else (int(found[1]) - int(found[2]), int(found[2]))


def checked_conversion(column: str, staged: str, wanted: str) -> Conversion | None:
    """Return how values of `staged` that fit go into `wanted`, or None where none can be trusted to."""
    ints, decimals = integer_range(staged), decimal_digits(staged)
    to_ints, to_decimals = integer_range(wanted), decimal_digits(wanted)
    if ints is not None and to_ints is not None:
        is_inside = to_ints[0] <= ints[0] and ints[1] <= to_ints[1]
        return Conversion(column, "" if is_inside else _outside(column, to_ints))
    if ints is not None and wanted == "REAL":
        return Conversion(f"CAST({column} AS REAL)", _differs(f"CAST({column} AS REAL)", column))
    if staged == "REAL" and to_ints is not None:
        whole = f"CAST({column} AS INTEGER)"
        misfits = (_differs(whole, column), _outside(whole, to_ints))
        return Conversion(whole, " OR ".join(each for each in misfits if each))
    if ints is not None and to_decimals is not None:
        return _integer_to_decimal(column, to_decimals)
    if decimals is not None and to_decimals is not None:
        return _decimal_to_decimal(column, decimals, to_decimals)
    if decimals is not None and to_ints is not None:
        return _decimal_to_integer(column, decimals, to_ints)
    if staged == "TEXT" and to_decimals is not None:
        return _text_to_decimal(column, to_decimals)
    if (staged, wanted) == ("TEXT", JSON_TEXT):
        return Conversion(column, f"({column} IS NOT NULL AND NOT json_valid({column}))")
    if (staged, wanted) == ("DATE", "TIMESTAMP"):
        return Conversion(f"{column} || '{_MIDNIGHT}'", "")
    return None


def least_common(kept: str, staged: str) -> str | None:
    """Return the narrowest type that holds every value of both, or None."""
    one, other = integer_range(kept), integer_range(staged)
    if one is not None and other is not None:
        return _common_integer(kept, staged)
    if "REAL" in (kept, staged):
        bounds = one or other
        is_exact = kept == staged or (bounds is not None and max(map(abs, bounds)) <= _EXACT_IN_DOUBLE)
        return "REAL" if is_exact else None
    if {kept, staged} == {"DATE", "TIMESTAMP"}:
        return "TIMESTAMP"
    return _common_decimal(kept, staged)


def _common_integer(kept: str, staged: str) -> str:
    bounds = (integer_range(kept) or _FULL_RANGE, integer_range(staged) or _FULL_RANGE)
    low, high = min(each[0] for each in bounds), max(each[1] for each in bounds)
    for name in (kept, staged, "INTEGER_8", "INTEGER_16", "INTEGER_32"):
        inside = integer_range(name) or _FULL_RANGE
        if inside[0] <= low and high <= inside[1]:
            return name
    return "INTEGER"


def _common_decimal(kept: str, staged: str) -> str | None:
    one, other = _digits(kept), _digits(staged)
    if one is None or other is None:
        return None
    whole, scale = max(one[0], other[0]), max(one[1], other[1])
    return f"DECIMAL_TEXT({whole + scale},{scale})" if whole + scale <= MOST_DIGITS else None


def _digits(declared: str) -> tuple[int, int] | None:
    bounds = integer_range(declared)
    return decimal_digits(declared) if bounds is None else (len(str(bounds[1])), 0)


def _integer_to_decimal(column: str, digits: tuple[int, int]) -> Conversion:
    whole, scale = digits
    misfit = "" if whole > _SAFE_DIGITS else _outside(column, (1 - 10**whole, 10**whole - 1))
    zeros = f" || '.{'0' * scale}'" if scale else ""
    return Conversion(f"CAST({column} AS TEXT){zeros}", misfit)


def _decimal_to_decimal(column: str, staged: tuple[int, int], wanted: tuple[int, int]) -> Conversion:
    (whole, scale), (to_whole, to_scale) = staged, wanted
    misfits = [_too_long(column, scale, to_whole)] if whole > to_whole else []
    if to_scale >= scale:
        zeros = ("" if scale or not to_scale else ".") + "0" * (to_scale - scale)
        return Conversion(f"{column} || '{zeros}'" if zeros else column, " OR ".join(misfits))
    cut = scale - to_scale
    misfits.append(_differs(f"substr({column}, -{cut})", f"'{'0' * cut}'"))
    dropped = cut if to_scale else cut + 1
    return Conversion(f"substr({column}, 1, length({column}) - {dropped})", " OR ".join(misfits))


def _decimal_to_integer(column: str, staged: tuple[int, int], bounds: tuple[int, int]) -> Conversion:
    whole, scale = staged
    number = f"CAST({column} AS INTEGER)"
    misfits = [_outside(number, bounds)]
    if whole > _SAFE_DIGITS:
        misfits.append(_too_long(column, scale, _SAFE_DIGITS))
    if scale:
        misfits.append(_differs(f"substr({column}, -{scale})", f"'{'0' * scale}'"))
    return Conversion(number, " OR ".join(each for each in misfits if each))


def _too_long(column: str, scale: int, whole: int) -> str:
    """Return the condition under which a decimal has more digits before the point than `whole`; 0 has none."""
    after = scale + 1 if scale else 0
    digits = f"length(replace({column}, '-', '')) - {after}"
    return f"({column} IS NOT NULL AND CAST({column} AS INTEGER) <> 0 AND {digits} > {whole})"


def _text_to_decimal(column: str, digits: tuple[int, int]) -> Conversion:
    """Return how text that is written as decimals are stored here becomes one.

    SQL over a decimal column of SQLite gives text of no declared type; nothing else is taken for a number.
    """
    most, scale = digits
    point = f"instr({column}, '.')"
    whole = f"replace(substr({column}, 1, CASE {point} WHEN 0 THEN length({column}) ELSE {point} - 1 END), '-', '')"
    decimals = f"CASE {point} WHEN 0 THEN 0 ELSE length({column}) - {point} END"
    parts = (
        f"{column} GLOB '*[^-0-9.]*'",
        f"instr(substr({column}, 2), '-') > 0",
        f"{point} > 0 AND (instr(substr({column}, {point} + 1), '.') > 0 OR {point} = length({column}))",
        f"{whole} = '' OR {whole} LIKE '0_%'",
        f"CAST({column} AS INTEGER) <> 0 AND length({whole}) > {most}",
        f"{decimals} > {scale}",
    )
    misfit = f"({column} IS NOT NULL AND ({' OR '.join(f'({part})' for part in parts)}))"
    if not scale:
        return Conversion(column, misfit)
    dot = f"CASE {point} WHEN 0 THEN '.' ELSE '' END"
    return Conversion(f"{column} || {dot} || substr('{'0' * scale}', 1, {scale} - ({decimals}))", misfit)


def _outside(expression: str, bounds: tuple[int, int]) -> str:
    if bounds == _FULL_RANGE:
        return ""
    return f"({expression} IS NOT NULL AND {expression} NOT BETWEEN {bounds[0]} AND {bounds[1]})"


def _differs(one: str, other: str) -> str:
    return f"({one} IS NOT NULL AND {one} <> {other})"
