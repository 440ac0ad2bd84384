"""Dates compared with instants: found in templates, refused where the column's type shows the mistake."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mulgil.connectors.duckdb.dialect import DuckDbDialect, column_of
from mulgil.data.date_comparison import Comparison, refuse_mixed
from mulgil.data.errors import SqlTemplateError
from mulgil.data.sql_template import render_sql

START = datetime(2013, 1, 5, 5, tzinfo=UTC)
VALUES = {"start": START, "end": START, "day": date(2013, 1, 5), "ds": "2013-01-05", "ts": "2013-01-05T05:00:00+00:00"}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("flight_date >= {{ start }}", [("flight_date", True)]),
        ('f."Flight Date"<{{ end }}', [("Flight Date", True)]),
        ("{{ start }} <= f.flight_date", [("flight_date", True)]),
        ('{{ ts }} = "raw"."flights".flight_date', [("flight_date", True)]),
        ("d BETWEEN {{ start }} AND {{ end }}", [("d", True), ("d", True)]),
        ("at >= {{ ds }} and at < {{ day }}", [("at", False), ("at", False)]),
        ("d = date_trunc('day', {{ start }})", []),
        ("d = '{{ start }}' -- = {{ start }}", []),
        ("d = {{ 7 }}", []),
    ],
)
def test_what_stands_next_to_a_comparison(where, expected):
    rendered = render_sql(f"select * from t where {where}", VALUES, DuckDbDialect())
    assert [(each.column, each.is_instant) for each in rendered.comparisons] == expected


TABLE = {"flights": (column_of("d", "DATE"), column_of("at", "TIMESTAMP"), column_of("n", "BIGINT"))}


@pytest.mark.parametrize(
    ("column", "is_instant", "timezone", "has_dates", "is_refused"),
    [
        ("D", True, "America/New_York", True, True),
        ("d", True, "Europe/London", True, True),
        ("d", True, "UTC", True, False),
        ("d", True, "UTC", False, True),
        ("d", False, "America/New_York", True, False),
        ("at", True, "America/New_York", True, False),
        ("at", False, "America/New_York", True, True),
        ("at", False, "UTC", False, False),
        ("n", True, "America/New_York", True, False),
        ("unknown", True, "America/New_York", True, False),
    ],
)
def test_what_is_refused(column, is_instant, timezone, has_dates, is_refused):
    def judge(tables):
        refuse_mixed([Comparison(column, is_instant)], tables, timezone=timezone, has_dates=has_dates)

    if not is_refused:
        judge(TABLE)
        return
    with pytest.raises(SqlTemplateError, match=r"\{\{ data_interval_start"):
        judge(TABLE)
    judge({**TABLE, "other": (column_of(column, "BIGINT"),)})
