"""A value that goes into a column of another type is there what it was; one that can't be is told."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from fractions import Fraction

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulgil.connectors.duckdb.dialect import DuckDbDialect
from mulgil.connectors.sqlite.arrow import declared_type, stored_columns
from mulgil.connectors.sqlite.dialect import SqliteDialect
from mulgil.data.arrow_type import to_arrow
from mulgil.data.column_type import ColumnType, parse_type

INTEGERS = [parse_type(name, column="x") for name in ("int8", "int16", "int32", "int64", "uint8", "uint32", "uint64")]
FLOATS = [ColumnType(name="float64")]
DECIMALS = st.builds(
    lambda whole, scale: ColumnType(name="decimal", precision=whole + scale, scale=scale),
    st.integers(1, 19),
    st.integers(0, 19),
)
KINDS = st.one_of(st.sampled_from([*INTEGERS, *FLOATS]), DECIMALS)


def values_of(kind: ColumnType) -> st.SearchStrategy[object]:
    if kind.name == "float64":
        return st.one_of(st.floats(allow_nan=False), st.integers(-(2**70), 2**70).map(float))
    if kind.name == "decimal":
        most = 10**kind.precision - 1
        return st.integers(-most, most).map(lambda number: Decimal(f"{number}e-{kind.scale}"))
    bits = int(kind.name.removeprefix("u").removeprefix("int"))
    low, high = (0, 2**bits - 1) if kind.name.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    # Greater ones have no place in SQLite at all.
    return st.integers(low, min(high, 2**63 - 1))


CASES = KINDS.flatmap(
    lambda staged: st.tuples(st.just(staged), KINDS, st.lists(st.none() | values_of(staged), min_size=1, max_size=8))
)


@given(CASES)
def test_in_duckdb(case):
    staged, wanted, values = case
    dialect = DuckDbDialect()
    column = pa.table({"x": pa.array(values, to_arrow(staged))})
    conversion = dialect.conversion('"x"', dialect.column_type(staged), dialect.column_type(wanted))
    if conversion is None:
        return
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE sink (y {dialect.column_type(wanted)})")
        connection.register("source", column)
        connection.execute(f"INSERT INTO sink SELECT {conversion.expression} FROM source WHERE {_fits(conversion)}")
        found = connection.execute("SELECT y FROM sink").fetchall()
        kept = connection.execute(f"SELECT x FROM source WHERE {_fits(conversion)}").fetchall()
    assert [_number(row[0]) for row in found] == [_number(row[0]) for row in kept]
    assert _is_all(kept, values, wanted)


@given(CASES)
def test_in_sqlite(case):
    staged, wanted, values = case
    dialect = SqliteDialect()
    batch = pa.record_batch({"x": pa.array(values, to_arrow(staged))})
    kind, sink = declared_type(batch.schema.field("x")), dialect.column_type(wanted)
    conversion = dialect.conversion('"x"', kind, sink)
    if conversion is None:
        return
    connection = sqlite3.connect(":memory:")
    connection.execute(f'CREATE TABLE source ("x" {kind})')
    connection.execute(f"CREATE TABLE sink (y {sink})")
    connection.executemany("INSERT INTO source VALUES (?)", zip(*stored_columns(batch), strict=True))
    connection.execute(f"INSERT INTO sink SELECT {conversion.expression} FROM source WHERE {_fits(conversion)}")
    found = connection.execute("SELECT y FROM sink").fetchall()
    kept = connection.execute(f"SELECT x FROM source WHERE {_fits(conversion)}").fetchall()
    connection.close()
    assert [_number(row[0]) for row in found] == [_number(row[0]) for row in kept]
    if wanted.name == "decimal":
        assert all(row[0] is None or len(row[0].partition(".")[2]) == wanted.scale for row in found)
    assert _is_all(kept, values, wanted)


@pytest.mark.parametrize("dialect", [DuckDbDialect(), SqliteDialect()], ids=["duckdb", "sqlite"])
@given(one=KINDS, other=KINDS)
def test_what_is_widened_holds_both(dialect, one, other):
    kept, staged = dialect.column_type(one), dialect.column_type(other)
    wide = dialect.least_common(kept, staged)
    assert wide == dialect.least_common(staged, kept)
    if wide is None:
        return
    assert all(dialect.conversion("x", narrow, wide) is not None for narrow in (kept, staged))
    assert "DECIMAL" not in wide or "DECIMAL" in kept + staged


def _fits(conversion) -> str:
    return f"({conversion.misfit}) IS NOT TRUE" if conversion.misfit else "TRUE"


def _number(value: object) -> object:
    """Return a number as what it is, whatever it is stored as."""
    if value is None or value in (float("inf"), float("-inf")):
        return value
    return Fraction(Decimal(value) if isinstance(value, str) else value)


def _is_all(kept: list[tuple[object]], values: list[object], wanted: ColumnType) -> bool:
    """Whether nothing that fits was refused."""
    return len(kept) == sum(1 for value in values if value is None or _has_place(_number(value), wanted))


def _has_place(value: object, wanted: ColumnType) -> bool:
    if wanted.name == "float64":
        return not isinstance(value, Fraction) or _is_double(value)
    if not isinstance(value, Fraction):
        return False
    if wanted.name == "decimal":
        scaled = value * 10**wanted.scale
        return scaled.denominator == 1 and abs(scaled) < 10**wanted.precision
    bits = int(wanted.name.removeprefix("u").removeprefix("int"))
    low, high = (0, 2**bits - 1) if wanted.name.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return value.denominator == 1 and low <= value <= high


def _is_double(value: Fraction) -> bool:
    try:
        return Fraction(float(value)) == value
    except OverflowError:
        return False
