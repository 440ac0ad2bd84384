"""Laws of partitions, of the rule that orders writes, and of values in SQL."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mulgil.connectors.duckdb.dialect import DuckDbDialect
from mulgil.connectors.sqlite.dialect import SqliteDialect
from mulgil.data.partition import calendar_partition, parse_partitions, partitions_of_interval
from mulgil.data.scope import BeginAnew, Proceed, Superseded, judge
from mulgil.data.sql_template import render_sql
from mulgil.data.table_spec import Grain
from mulgil.data.zone import first_instant, has_date, zone_of
from mulgil.model import DataInterval

ZONES = st.sampled_from(
    [
        "UTC",
        "America/New_York",
        "America/Sao_Paulo",
        "America/Havana",
        "Asia/Seoul",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Europe/London",
    ]
)
DAYS = st.dates(date(1980, 1, 1), date(2030, 12, 31))
CALENDAR = st.sampled_from([Grain.DAY, Grain.MONTH, Grain.YEAR])


@given(DAYS, ZONES)
def test_a_day_starts_at_its_first_instant(day, zone_name):
    zone = zone_of(zone_name)
    start = first_instant(day, zone)
    assert start.astimezone(zone).date() >= day
    assert (start - timedelta(microseconds=1)).astimezone(zone).date() < day


@given(DAYS, st.integers(1, 70), CALENDAR, ZONES)
def test_partitions_of_an_interval_cut_it_without_gap_or_overlap(day, count, grain, zone_name):
    first = calendar_partition(_floor(day, grain), grain=grain, timezone=zone_name)
    end = first
    for _ in range(count % 14):
        end = calendar_partition(end.end_date, grain=grain, timezone=zone_name)
    zone = zone_of(zone_name)
    if grain is Grain.DAY and not (has_date(first.first_date, zone) and has_date(end.first_date, zone)):
        return
    found = partitions_of_interval(DataInterval(first.start, end.end), grain=grain, timezone=zone_name)
    assert (found[0].key, found[-1].key) == (first.key, end.key)
    assert all(one.end == other.start for one, other in pairwise(found))
    assert list(found) == sorted(found, key=lambda part: part.start)
    assert found == parse_partitions([part.key for part in found], grain=grain, timezone=zone_name)


@given(st.datetimes(datetime(1980, 1, 1), datetime(2030, 1, 1)), st.integers(1, 30))  # noqa: DTZ001 - made UTC below
def test_hours_cut_an_interval(start, count):
    begin = start.replace(minute=0, second=0, microsecond=0, tzinfo=UTC)
    found = partitions_of_interval(
        DataInterval(begin, begin + timedelta(hours=count)), grain=Grain.HOUR, timezone="Asia/Seoul"
    )
    assert len(found) == count
    assert found == parse_partitions([part.key for part in found], grain=Grain.HOUR, timezone="UTC")


WRITES = st.lists(
    st.one_of(
        st.just(frozenset({"*"})),
        st.frozensets(st.sampled_from(["p:a", "p:b", "p:c"]), min_size=1),
    ),
    min_size=1,
    max_size=8,
)


@given(WRITES, st.data())
def test_writes_published_in_any_order_leave_what_their_fences_order(scopes_of, data):
    """Publish in any order; the table equals a replay in the order of the fences."""
    order = data.draw(st.permutations(range(len(scopes_of))))
    table: dict[str, int] = {}
    ledger: dict[str, int] = {}
    done: dict[int, frozenset[str]] = {}
    next_fence = len(scopes_of) + 1
    for number in order:
        fence, scopes = number + 1, scopes_of[number]
        while isinstance(verdict := _judged(scopes, fence, ledger), BeginAnew):
            fence, next_fence = next_fence, next_fence + 1
        done[fence] = scopes
        if isinstance(verdict, Superseded):
            continue
        assert isinstance(verdict, Proceed)
        _apply(table, scopes, fence)
        ledger.update(dict.fromkeys(scopes, fence))
    replayed: dict[str, int] = {}
    for fence in sorted(done):
        _apply(replayed, done[fence], fence)
    assert table == replayed


class _Commit:
    def __init__(self, scope: str, fence: int) -> None:
        self.scope, self.fence = scope, fence


def _judged(scopes, fence, ledger):
    return judge(sorted(scopes), fence, [_Commit(scope, at) for scope, at in ledger.items()])


def _apply(table, scopes, fence):
    for part in ("p:a", "p:b", "p:c") if "*" in scopes else scopes:
        table[part] = fence


TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"))


@given(TEXTS)
def test_any_text_comes_back_out_of_sql(text):
    connection = sqlite3.connect(":memory:")
    bound = render_sql("select {{ v }}, '{{ v }}', \"x\" from (select 1 as x)", {"v": text}, SqliteDialect())
    assert connection.execute(bound.sql, bound.params).fetchone() == (text, text, 1)
    plain = render_sql("select {{ v }} -- {{ v }}", {"v": text}, SqliteDialect(), has_parameters=False)
    assert connection.execute(plain.sql).fetchone() == (text,)
    assert DuckDbDialect().literal(text) == SqliteDialect().literal(text)
    connection.close()


def _floor(day, grain):
    if grain is Grain.YEAR:
        return day.replace(month=1, day=1)
    return day.replace(day=1) if grain is Grain.MONTH else day
