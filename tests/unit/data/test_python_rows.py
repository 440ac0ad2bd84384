"""Rows of Python: a value that would have to change is refused, with its row and column."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pyarrow as pa
import pytest

from mulgil.data.arrow_type import arrow_schema
from mulgil.data.errors import SourceShapeError
from mulgil.data.python_rows import Form, batches_of
from mulgil.data.reject import BadRows

AWARE = datetime(2026, 1, 1, 5, 6, 7, 8, tzinfo=UTC)
NAIVE = AWARE.replace(tzinfo=None)
MIDNIGHT = datetime.combine(date(2026, 1, 1), time())
DAY = date(2026, 1, 1)


def table(rows: object, columns: dict[str, str] | None = None) -> pa.Table:
    declared = None if columns is None else arrow_schema(columns)
    found = batches_of(rows, Form("rows", declared), BadRows())
    return pa.Table.from_batches(list(found.batches), found.schema)


@pytest.mark.parametrize(
    ("value", "declared", "words"),
    [
        (AWARE, "timestamp[us]", "has no time zone"),
        (NAIVE, "timestamp[us, UTC]", "it has no time zone"),
        (NAIVE, "timestamp[s]", "no smaller unit than s"),
        (NAIVE, "date", "time of day would be lost"),
        (time(1, tzinfo=UTC), "time", "time zone would be lost"),
        (16777217.0, "float32", "would become 16777216.0"),
        (1e39, "float32", "too large"),
    ],
)
def test_a_value_that_would_change_is_refused(value, declared, words):
    with pytest.raises(SourceShapeError, match=rf"row 2, field 'v': .*{words}"):
        table([{"v": None}, {"v": value}], {"v": declared})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (NAIVE, AWARE),
        (AWARE, NAIVE),
        (DAY, NAIVE),
        (NAIVE, DAY),
        ([NAIVE], [AWARE]),
        ({"at": NAIVE}, {"at": AWARE}),
    ],
)
def test_the_first_row_decides_and_the_other_kind_is_refused(first, second):
    with pytest.raises(SourceShapeError, match="row 2, field 'v'"):
        table([{"v": first}, {"v": second}])


def test_a_key_that_the_structs_before_lack_is_refused():
    rows = [{"v": {"a": 1}}] * 10_000 + [{"v": {"a": 1, "b": 2}}]
    with pytest.raises(SourceShapeError, match=r"row 10001, field 'v': .*no place for its 'b'"):
        table(rows)


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        (AWARE, "timestamp[us, UTC]"),
        (NAIVE, "timestamp[us]"),
        (MIDNIGHT, "date"),
        (0.5, "float32"),
        (float("inf"), "float32"),
    ],
)
def test_a_value_that_fits_is_kept(value, declared):
    assert table([{"v": value}], {"v": declared}).num_rows == 1


def test_a_declared_field_that_no_row_has_is_refused():
    with pytest.raises(SourceShapeError, match=r"no column 'nmae'.*id, name"):
        table([{"id": 1, "name": "x"}], {"id": "int64", "nmae": "string"})


def test_a_declared_field_that_some_row_has_is_kept():
    assert table([{"id": 1}, {"id": 2, "note": "x"}], {"id": "int64", "note": "string"}).num_rows == 2


@pytest.mark.parametrize(
    ("column", "declared", "words"),
    [
        (pa.array([AWARE], pa.timestamp("us", "UTC")), "timestamp[us]", "a zone would be lost"),
        (pa.array([NAIVE], pa.timestamp("us")), "timestamp[us, UTC]", "a zone would be lost"),
        (pa.array([1.005]), "decimal(4, 2)", "no exact decimals"),
        (pa.array([None, NAIVE], pa.timestamp("us")), "date", "row 2, column 'v'"),
        (pa.array([0.5, None, float("nan"), 0.1]), "float32", "row 4, column 'v': 0.1 would change"),
    ],
)
def test_a_frame_whose_values_would_change_is_refused(column, declared, words):
    with pytest.raises(SourceShapeError, match=words):
        table(pa.table({"v": column}), {"v": declared})


def test_a_frame_whose_values_fit_is_cast():
    frame = pa.table({"v": pa.array([0.5, None]), "d": pa.array([MIDNIGHT] * 2, pa.timestamp("us"))})
    assert table(frame, {"v": "float32", "d": "date"}).column("d").to_pylist() == [DAY, DAY]
