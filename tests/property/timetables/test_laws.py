"""The laws of timetables with intervals, for any schedule, zone and instant."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from mulgil.model import (
    CronTimetable,
    CronTriggerTimetable,
    DataInterval,
    DeltaTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    TimetableSpec,
)
from mulgil.timetables import PRESETS, ScheduleError, Timetable, parse_schedule, timetable_for
from mulgil.timetables.cron_expression import normalize_cron

ZONES = ["UTC", "Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "Europe/London", "Africa/Casablanca"]


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high).map(str)
    spans = st.tuples(number, number).map("-".join)
    steps = st.tuples(st.one_of(st.just("*"), spans), st.integers(1, 40).map(str)).map("/".join)
    return st.lists(st.one_of(number, spans, steps), min_size=1, max_size=3).map(",".join)


def fires(expression: str) -> bool:
    """Leave out what rightly is refused, such as the second Sunday on the 1st, 15th or 29th."""
    try:
        normalize_cron(expression)
    except ScheduleError as error:
        if error.text.code != "timetable.cron_never_fires":
            raise
        return False
    return True


crons = (
    st.tuples(
        st.one_of(st.just("*"), st.just("0"), numbers(0, 59)),
        st.one_of(st.just("*"), numbers(0, 23)),
        st.one_of(st.just("*"), st.just("L"), st.just("LW"), numbers(1, 28)),
        st.one_of(st.just("*"), numbers(1, 12)),
        st.one_of(st.just("*"), st.just("MON-FRI"), st.just("SUN#2"), numbers(0, 7)),
    )
    .map(" ".join)
    .filter(fires)
)
scribbles = st.lists(
    st.one_of(st.just("*"), st.text(st.sampled_from("0123456789*/,-#LW?@MONjan"), min_size=1, max_size=6)),
    min_size=4,
    max_size=6,
).map(" ".join)
instants = st.datetimes(datetime(1960, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
specs = st.one_of(
    st.builds(CronTimetable, st.one_of(crons, st.sampled_from(sorted(PRESETS.values()))), st.sampled_from(ZONES)),
    st.builds(DeltaTimetable, st.timedeltas(timedelta(seconds=1), timedelta(days=400)), instants),
)

lengths = st.one_of(st.just(timedelta(0)), st.timedeltas(timedelta(0), timedelta(days=3)))
triggers = st.one_of(
    st.builds(
        CronTriggerTimetable, st.lists(crons, min_size=1, max_size=3).map(tuple), st.sampled_from(ZONES), lengths
    ),
    st.builds(DeltaTriggerTimetable, st.timedeltas(timedelta(seconds=1), timedelta(days=400)), instants, lengths),
    st.builds(EventsTimetable, st.lists(instants, min_size=1, max_size=9, unique=True).map(sorted).map(tuple)),
)


def unlimited(spec: TimetableSpec) -> Timetable:
    return timetable_for(spec, start_date=None, end_date=None)


def sequence(timetable: Timetable, start: datetime, *, length: int) -> list[DataInterval]:
    return list(islice(timetable.intervals_between(start, datetime(2500, 1, 1, tzinfo=UTC)), length))


@settings(deadline=None)
@given(spec=specs, start=instants)
def test_intervals_are_contiguous_ordered_and_never_empty(spec: TimetableSpec, start: datetime) -> None:
    intervals = sequence(unlimited(spec), start, length=12)

    assert intervals[0].start >= start
    assert all(interval.start < interval.end for interval in intervals)
    assert all(left.end == right.start for left, right in pairwise(intervals))


@settings(deadline=None)
@given(spec=specs, start=instants, resumed=st.integers(0, 7))
def test_resuming_from_any_interval_gives_the_same_sequence(spec: TimetableSpec, start: datetime, resumed: int) -> None:
    timetable = unlimited(spec)
    intervals = sequence(timetable, start, length=9)

    assert timetable.next_interval(intervals[resumed]) == intervals[resumed + 1]
    assert timetable.next_interval(intervals[resumed]) == intervals[resumed + 1]
    assert timetable.next_interval(DataInterval.at(intervals[resumed].end)) == intervals[resumed + 1]
    assert timetable.next_interval(None, not_before=intervals[resumed].start) == intervals[resumed]


@settings(deadline=None)
@given(spec=specs, instant=instants)
def test_every_instant_lies_in_exactly_one_interval(spec: TimetableSpec, instant: datetime) -> None:
    timetable = unlimited(spec)
    interval = timetable.interval_at(instant)

    assert interval.start <= instant < interval.end
    assert timetable.interval_at(interval.start) == interval
    assert timetable.interval_at(interval.end - timedelta(microseconds=1)) == interval
    assert timetable.interval_at(interval.end) == timetable.next_interval(interval)


@settings(deadline=None)
@given(spec=specs, now=instants)
def test_the_latest_complete_interval_is_the_one_before_the_current(spec: TimetableSpec, now: datetime) -> None:
    timetable = unlimited(spec)
    latest = timetable.latest_complete_interval(now)

    assert latest is not None
    assert latest.end <= now
    assert timetable.next_interval(latest) == timetable.interval_at(now)


@settings(deadline=None)
@given(spec=specs, start=instants, length=st.timedeltas(timedelta(0), timedelta(days=3000)))
def test_the_dates_cut_the_sequence_and_change_nothing_in_it(
    spec: TimetableSpec, start: datetime, length: timedelta
) -> None:
    end = start + length
    limited, interval, found = timetable_for(spec, start_date=start, end_date=end), None, []
    while len(found) < 8 and (interval := limited.next_interval(interval)) is not None:
        found.append(interval)

    # The end date itself still starts an interval.
    expected = islice(unlimited(spec).intervals_between(start, end + timedelta(microseconds=1)), 8)
    assert found == list(expected)


@given(expression=crons)
def test_normalizing_a_cron_expression_twice_changes_nothing(expression: str) -> None:
    normalized = normalize_cron(expression)

    assert normalize_cron(normalized) == normalized


@settings(max_examples=500, deadline=None)
@given(schedule=scribbles, zone=st.sampled_from(ZONES))
def test_any_text_is_a_schedule_or_a_schedule_error(schedule: str, zone: str) -> None:
    try:
        spec = parse_schedule(schedule, timezone=zone)
    except ScheduleError:
        return
    timetable_for(spec, start_date=None, end_date=None).interval_at(datetime(2013, 1, 1, tzinfo=ZoneInfo(zone)))


@settings(deadline=None)
@given(spec=triggers, start=instants, length=st.timedeltas(timedelta(0), timedelta(days=900)))
def test_triggers_are_in_order_and_resume_from_any_of_them(
    spec: TimetableSpec, start: datetime, length: timedelta
) -> None:
    timetable = unlimited(spec)
    found = list(islice(timetable.intervals_between(start, start + length), 8))

    for each, following in pairwise(found):
        assert each.start < following.start
        assert each.end < following.end
        assert timetable.next_interval(each) == following
    for each in found:
        assert start <= each.start < start + length
        assert timetable.interval_at(each.start) == each
        assert timetable.latest_complete_interval(each.end) == each
