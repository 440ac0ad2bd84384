"""Checks that look beyond single rows: at another table, and at how old the newest row is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pyarrow as pa
import pytest

from mulgil.data import Table, checks
from mulgil.data.errors import CheckFailedError, CheckUnusableError, DeclarationError
from mulgil.data.table_spec import TableSpec, WriteMode

SPEC = TableSpec(connection_id="there", name="flights")
CARRIERS = Table("there", "carriers", key=["code"])
END = datetime(2013, 1, 6, tzinfo=UTC)


def put(place, table, *wanted, spec=SPEC):
    return place.load(pa.table(table), mode=WriteMode.REPLACE, spec=spec, checks=tuple(wanted))


def aged(check):
    """The check as a run of one day has it."""
    return msgspec.structs.replace(check, not_before=END - check.max_age)


def test_foreign_keys_name_rows_of_the_other_table(place):
    put(place, {"code": ["KE", "OZ"]}, spec=CARRIERS.spec)
    check = checks.foreign_key("carrier", references=CARRIERS)
    put(place, {"id": [1, 2, 3], "carrier": ["KE", "OZ", None]}, check)
    with pytest.raises(CheckFailedError, match=r"foreign_key\(carrier -> carriers\) failed for flights: 1 rows.*XX"):
        put(place, {"id": [1, 2], "carrier": ["KE", "XX"]}, check)
    outcome = put(
        place,
        {"id": [1, 2], "carrier": ["KE", "XX"]},
        checks.foreign_key("carrier", references=CARRIERS, severity="warn"),
    )
    assert [(told.failing, '"XX"' in told.sample) for told in outcome.warnings] == [(1, True)]
    assert len(place.fetch("select * from flights")) == 2


def test_foreign_keys_of_several_columns(place):
    put(place, {"a": [1, 1], "b": [1, 2]}, spec=TableSpec(connection_id="there", name="carriers"))
    check = checks.foreign_key("x", "y", references=Table("there", "carriers"), to=["a", "b"])
    put(place, {"x": [1, 1], "y": [1, 2]}, check)
    with pytest.raises(CheckFailedError):
        put(place, {"x": [2], "y": [1]}, check)


def test_a_foreign_key_to_nothing_is_said(place):
    with pytest.raises(CheckUnusableError, match="carriers"):
        put(place, {"carrier": ["KE"]}, checks.foreign_key("carrier", references=CARRIERS))
    with pytest.raises(CheckUnusableError, match="did you mean 'carrier'"):
        put(place, {"carrier": ["KE"]}, checks.foreign_key("carier", references=CARRIERS))


@pytest.mark.parametrize(
    ("values", "age"),
    [
        ([date(2013, 1, 5), None], timedelta(days=1)),
        ([datetime(2013, 1, 5, 22)], timedelta(hours=2)),  # noqa: DTZ001
        ([datetime(2013, 1, 5, 22, tzinfo=UTC)], timedelta(hours=2)),
    ],
    ids=["date", "naive", "instant"],
)
def test_freshness_is_measured_from_the_end_of_the_interval(place, values, age):
    put(place, {"at": values}, aged(checks.freshness("at", max_age=age)))
    with pytest.raises(CheckFailedError, match="freshness"):
        put(
            place,
            {"at": values},
            aged(checks.freshness("at", max_age=age / 2 if age < timedelta(days=1) else timedelta(0))),
        )


def test_nothing_is_not_fresh(place):
    with pytest.raises(CheckFailedError, match="freshness"):
        put(place, {"at": pa.array([], pa.date32())}, aged(checks.freshness("at", max_age=timedelta(days=9))))
    with pytest.raises(CheckUnusableError, match="neither a date nor a timestamp"):
        put(place, {"at": [1]}, aged(checks.freshness("at", max_age=timedelta(days=9))))


def test_what_a_check_cannot_be_is_refused_where_it_is_declared():
    with pytest.raises(DeclarationError, match="takes a Table"):
        checks.foreign_key("a", references="carriers")
    with pytest.raises(DeclarationError, match="as many columns"):
        checks.foreign_key("a", references=CARRIERS, to=["x", "y"])
    with pytest.raises(DeclarationError, match="timedelta"):
        checks.freshness("a", max_age=3)
    with pytest.raises(DeclarationError, match="Only not_null and accepted_values"):
        checks.unique("a", severity="reject")
