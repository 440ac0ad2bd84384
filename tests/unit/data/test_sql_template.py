"""SQL that renders by type."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mulgil.connectors.duckdb.dialect import DuckDbDialect
from mulgil.connectors.sqlite.dialect import SqliteDialect
from mulgil.data import Table
from mulgil.data.errors import SqlTemplateError
from mulgil.data.sql_template import names_in, render_sql

VALUES = {
    "t": Table("w", 'raw.fl"ights'),
    "ds": "2013-01-05",
    "ts": "2013-01-05T00:00:00-05:00",
    "s": "it's",
    "n": None,
    "xs": [1, "b"],
    "at": datetime(2013, 1, 5, 5, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("template", "sql", "params"),
    [
        ("select * from {{ t }}", 'select * from "raw"."fl""ights"', ()),
        ("where d = {{ ds }};", "where d = ?", (date(2013, 1, 5),)),
        ("where d = '{{ ds }}'", "where d = '2013-01-05'", ()),
        ("where s = {{ s }}", "where s = ?", ("it's",)),
        ("where s = '{{ s }}!'", "where s = 'it''s!'", ()),
        ('select 1 as "{{ s }}"', 'select 1 as "it\'s"', ()),
        ("x in {{ xs }}", "x in (?, ?)", (1, "b")),
        ("x is {{ n }}", "x is NULL", ()),
        ("x = {{ at }}", "x = ?", (VALUES["at"],)),
        ("x = {{ 'a<b' }} -- {{ s }}", "x = ? -- it's", ("a<b",)),
        ("/* {{ '*/ drop' }} */ 1", "/*    drop */ 1", ()),
        ("x -- {{ 'a\\r b' }}", "x -- a  b", ()),
        ("x /* {{ '*' }}{{ '/' }} */", "x /*    */", ()),
        ("select '?', {{ ds | upper }}", "select '?', ?", ("2013-01-05",)),
        ("{{ 'count(*)' | sql }}", "count(*)", ()),
        ("{% for x in xs %}{{ x }}{{ ',' | sql if not loop.last }}{% endfor %}", "?,?", (1, "b")),
        ("{% macro plus(a) %}{{ a }} + 1{% endmacro %}select {{ plus(s) }}", "select ? + 1", ("it's",)),
        ("{% set w %}d = {{ ds }}{% endset %}where {{ w }}", "where d = ?", (date(2013, 1, 5),)),
    ],
)
def test_values_render_by_type_and_place(template, sql, params):
    rendered = render_sql(template, VALUES, DuckDbDialect())
    assert (rendered.sql, rendered.params) == (sql, params)


def test_an_instant_is_one():
    [value] = render_sql("{{ ts }}", VALUES, DuckDbDialect()).params
    assert value == datetime(2013, 1, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "duckdb", "sqlite"),
    [
        (True, "TRUE", "1"),
        (1.5, "1.5", "1.5"),
        (Decimal("1.50"), "1.50", "'1.50'"),
        ("it's", "'it''s'", "'it''s'"),
        (date(2013, 1, 5), "DATE '2013-01-05'", "'2013-01-05'"),
        (
            datetime(2013, 1, 5, 10, tzinfo=UTC),
            "TIMESTAMPTZ '2013-01-05 10:00:00+00:00'",
            "'2013-01-05T10:00:00.000000Z'",
        ),
        (datetime.fromisoformat("2013-01-05T10:00"), "TIMESTAMP '2013-01-05 10:00:00'", "'2013-01-05T10:00:00.000000'"),
        (None, "NULL", "NULL"),
    ],
)
def test_literals(value, duckdb, sqlite):
    for dialect, expected in ((DuckDbDialect(), duckdb), (SqliteDialect(), sqlite)):
        assert render_sql("{{ v }}", {"v": value}, dialect, has_parameters=False).sql == expected


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ nope }}", "'nope' is undefined"),
        ("{% if %}", "Expected an expression"),
        ("select ?", "bare question mark"),
        ("{{ t.__class__ }}", "unsafe"),
        ("{{ o }}", "type object"),
        ("select $$ {{ s }} $$", "inside"),
        ("select E'{{ s }}'", "inside"),
        ("select {{ s | e }}", "No filter named"),
        ("{% set w %}a = 1{% endset %}{{ w ~ s }}", "can't be changed"),
        ("{% set w %}a = 1{% endset %}{% set v = w %}{{ v | replace('1', s) }}", "can't be changed"),
        ("{% macro m() %}a{% endmacro %}{{ m() + s }}", "can't be changed"),
        ("{{ ('a' | sql) ~ s }}", "can't be changed"),
    ],
)
def test_what_cannot_be_rendered_says_why(template, words):
    with pytest.raises(SqlTemplateError, match=words):
        render_sql(template, {**VALUES, "o": object()}, DuckDbDialect())


def test_names_in_a_template():
    assert names_in("{{ a }} {% for x in b %}{{ x }}{% endfor %} {{ c.d }}") == {"a", "b", "c"}


def test_types_that_fit():
    duckdb, sqlite = DuckDbDialect(), SqliteDialect()
    assert duckdb.fits("INTEGER", "BIGINT")
    assert duckdb.fits("DECIMAL(4,2)", "DECIMAL(6,2)")
    assert duckdb.fits("", "VARCHAR")
    assert not duckdb.fits("BIGINT", "INTEGER")
    assert not duckdb.fits("DECIMAL(4,2)", "DECIMAL(4,1)")
    assert not duckdb.fits("TIMESTAMP WITH TIME ZONE", "TIMESTAMP")
    assert sqlite.fits("INTEGER", "BIGINT")
    assert sqlite.fits("BOOLEAN", "INTEGER")
    assert sqlite.fits("DATE", "TEXT")
    assert not sqlite.fits("TEXT", "INTEGER")
    assert not sqlite.fits("DATE", "TIMESTAMP")
    assert not sqlite.fits("REAL", "INTEGER")
