"""Arrow values in SQLite and back."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest

from mulgil.connectors.sqlite.arrow import arrow_type, declared_type, loaded_column, stored_columns
from mulgil.connectors.sqlite.dialect import affinity
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
        expected = [str(value) if isinstance(value, time) else value for value in COLUMNS[name].to_pylist()]
        if name == "clock":
            expected = ["01:02:03.000000", None]
        assert loaded.to_pylist() == expected
    connection.close()


def test_what_sqlite_cannot_hold_is_refused():
    with pytest.raises(SourceError, match="Column x holds NaN"):
        stored_columns(pa.record_batch({"x": [1.0, float("nan")]}))
    with pytest.raises(SchemaMismatchError, match="SQLite can't hold column x"):
        declared_type(pa.field("x", pa.list_(pa.int64())))
    with pytest.raises(SourceError, match="Column x can't be read as timestamp"):
        loaded_column(["yesterday"], pa.timestamp("us"), name="x")
    assert declared_type(pa.field("x", pa.null())) == ""


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
