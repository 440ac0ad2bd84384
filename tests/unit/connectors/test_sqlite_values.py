"""Arrow values in SQLite and back."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest

from mulgil.connectors.sqlite.arrow import arrow_type, declared_type, loaded_column, stored_columns
from mulgil.connectors.sqlite.dialect import SqliteDialect, affinity
from mulgil.data.errors import SchemaMismatchError, SourceError

COLUMNS = {
    "flag": pa.array([True, None]),
    "small": pa.array([1, None], pa.int8()),
    "wide": pa.array([2**62, None]),
    "real": pa.array([1.5, float("inf")]),
    "text": pa.array(["o'clock\x00", None]),
    "code": pa.array(["a", "b"]).dictionary_encode(),
    "blob": pa.array([b"\x00\x01", None]),
    "day": pa.array([date(2013, 1, 5), None]),
    "at": pa.array([datetime(2013, 1, 5, 10, 0, 0, 7, tzinfo=UTC), None], pa.timestamp("us", "Asia/Seoul")),
    "naive": pa.array([datetime.fromisoformat("2013-01-05T10:00:00"), None], pa.timestamp("ms")),
    "money": pa.array([Decimal("12345678901234567890.10"), None], pa.decimal128(22, 2)),
    "clock": pa.array([time(1, 2, 3), None]),
}
DECLARED = {
    "flag": "BOOLEAN",
    "small": "INTEGER",
    "wide": "INTEGER",
    "real": "REAL",
    "text": "TEXT",
    "code": "TEXT",
    "blob": "BLOB",
    "day": "DATE",
    "at": "TIMESTAMPTZ",
    "naive": "TIMESTAMP",
    "money": "DECIMAL_TEXT(22,2)",
    "clock": "TIME",
}


def test_values_are_stored_readably_and_come_back():
    batch = pa.record_batch(COLUMNS)
    assert {field.name: declared_type(field) for field in batch.schema} == DECLARED
    connection = sqlite3.connect(":memory:")
    connection.execute(f"create table t ({', '.join(f'{name} {kind}' for name, kind in DECLARED.items())})")
    marks = ", ".join("?" for _ in DECLARED)
    connection.executemany(f"insert into t values ({marks})", zip(*stored_columns(batch), strict=True))
    shown = connection.execute("select day, at, naive, money, datetime(at) from t").fetchone()
    assert shown == (
        "2013-01-05",
        "2013-01-05T10:00:00.000007Z",
        "2013-01-05T10:00:00.000000",
        "12345678901234567890.10",
        "2013-01-05 10:00:00",
    )
    rows = connection.execute("select * from t").fetchall()
    for name, values in zip(DECLARED, zip(*rows, strict=True), strict=True):
        loaded = loaded_column(values, arrow_type(DECLARED[name]), name=name)
        assert loaded.to_pylist() == COLUMNS[name].to_pylist()
    connection.close()


def test_what_sqlite_cannot_hold_is_refused():
    with pytest.raises(SourceError, match="Column x holds NaN"):
        stored_columns(pa.record_batch({"x": [1.0, float("nan")]}))
    with pytest.raises(SchemaMismatchError, match="SQLite can't hold column x"):
        declared_type(pa.field("x", pa.duration("s")))
    with pytest.raises(SchemaMismatchError, match="value 9223372036854775808 in row 12"):
        stored_columns(pa.record_batch({"x": pa.array([1, 2**63], pa.uint64())}), first_row=11)
    with pytest.raises(SchemaMismatchError, match=r"value 1970-01-01 00:00:00\.000000001 in row 2"):
        stored_columns(pa.record_batch({"x": pa.array([1000, 1], pa.timestamp("ns"))}))
    with pytest.raises(SourceError, match="Column x can't be read as timestamp"):
        loaded_column(["yesterday"], pa.timestamp("us"), name="x")
    assert declared_type(pa.field("x", pa.null())) == ""


def test_nested_values_are_stored_as_json():
    nested = {
        "list": pa.array([[1, 2], None]),
        "struct": pa.array([{"a": Decimal("1.50"), "b": [date(2013, 1, 5)]}, None]),
        "map": pa.array([[("k", [1])], []], pa.map_(pa.string(), pa.list_(pa.int64()))),
    }
    batch = pa.record_batch(nested)
    assert {declared_type(field) for field in batch.schema} == {"JSON_TEXT"}
    assert stored_columns(batch) == [
        ["[1,2]", None],
        ['{"a":"1.50","b":["2013-01-05"]}', None],
        ['{"k":[1]}', "{}"],
    ]
    assert arrow_type("JSON_TEXT") == pa.string()


def test_small_decimals_are_stored_without_an_exponent():
    column = pa.array([Decimal("0.00000001"), Decimal("1.5"), None], pa.decimal128(20, 10))
    assert stored_columns(pa.record_batch({"x": column})) == [["0.0000000100", "1.5000000000", None]]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("BIGINT", "INTEGER"),
        ("VARCHAR(9)", "TEXT"),
        ("", ""),
        ("DOUBLE", "REAL"),
        ("DATE", "NUMERIC"),
        ("DECIMAL_TEXT(9,2)", "TEXT"),
    ],
)
def test_affinities(declared, expected):
    assert affinity(declared) == expected


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("1.50", "1.500"), ("-0.05", "-0.050"), ("7", "7.000"), ("0", "0.000"), ("999.999", "999.999"),
        *((bad, None) for bad in ("", "-", "1.", ".5", "1.2345", "1000", "007", "1e3", "1.2.3", "1-2", "--1", " 1")),
    ],
)  # fmt: skip
def test_only_text_that_is_a_decimal_becomes_one(text, stored):
    conversion = SqliteDialect().conversion("x", "TEXT", "DECIMAL_TEXT(6,3)")
    connection = sqlite3.connect(":memory:")
    sql = f"select {conversion.expression}, ({conversion.misfit}) is true from (select ? as x)"
    found, is_misfit = connection.execute(sql, [text]).fetchone()
    connection.close()
    assert (None if is_misfit else found) == stored
