"""What timetables answer whose runs are due at ticks: of cron, of a length of time, of a list."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mulgil.model import (
    CronTimetable,
    CronTriggerTimetable,
    DagSchedule,
    DataInterval,
    DeltaTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    ManualTimetable,
    OnceTimetable,
    TimetableSpec,
)
from mulgil.timetables import (
    AuthoredTimetable,
    ScheduleError,
    Timetable,
    TimetableError,
    advance_mark,
    authored,
    interval_to_schedule,
    parse_schedule,
    schedule_text,
    timetable_for,
)

HOURS_6 = timedelta(hours=6)
DAY = timedelta(days=1)


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2013, 1, day, hour, minute, tzinfo=UTC)


def morning(
    interval: timedelta = timedelta(0), *, start_date: datetime | None = None, end_date: datetime | None = None
) -> Timetable:
    return timetable_for(
        CronTriggerTimetable(("0 6 * * *",), "UTC", interval), start_date=start_date, end_date=end_date
    )


def events(*, is_restricted: bool = False, start: datetime | None = None, end: datetime | None = None) -> Timetable:
    spec = EventsTimetable((at(3, 1), at(5), at(9, 7)), is_restricted)
    return timetable_for(spec, start_date=start, end_date=end)


def mark(until: datetime | None = None) -> DagSchedule:
    return DagSchedule(dag_id="flights", scheduled_until=until)


def test_a_run_is_for_its_tick_alone_or_for_a_span_that_ends_there() -> None:
    assert morning(start_date=at(1)).next_interval(None) == DataInterval.at(at(1, 6))
    assert morning(DAY, start_date=at(1)).next_interval(None) == DataInterval(at(1, 6) - DAY, at(1, 6))
    assert morning().has_empty_intervals
    assert not morning(DAY).has_empty_intervals


def test_start_and_end_date_limit_the_ticks() -> None:
    timetable = morning(HOURS_6, start_date=at(1, 6), end_date=at(3, 6))

    assert timetable.next_interval(None) == DataInterval(at(1), at(1, 6))
    assert timetable.next_interval(DataInterval(at(2), at(2, 6))) == DataInterval(at(3), at(3, 6))
    assert timetable.next_interval(DataInterval(at(3), at(3, 6))) is None
    assert timetable.latest_complete_interval(at(1, 5)) is None
    assert timetable.latest_complete_interval(at(1, 6)) == DataInterval(at(1), at(1, 6))
    assert timetable.latest_complete_interval(at(20)) == DataInterval(at(3), at(3, 6))
    assert morning().next_interval(None) is None


def test_several_expressions_are_one_schedule_and_share_their_ticks() -> None:
    spec = CronTriggerTimetable(("0 6 * * *", "0 6,18 * * *"), "UTC")

    found = timetable_for(spec, start_date=None, end_date=None).intervals_between(at(1), at(3))

    assert [interval.start for interval in found] == [at(1, 6), at(1, 18), at(2, 6), at(2, 18)]


def test_a_range_holds_the_intervals_that_start_in_it() -> None:
    assert list(morning().intervals_between(at(1, 6), at(2, 6))) == [DataInterval.at(at(1, 6))]
    assert list(morning(HOURS_6).intervals_between(at(1), at(2))) == [DataInterval(at(1), at(1, 6))]
    assert list(morning(HOURS_6).intervals_between(at(1, 1), at(2))) == []


def test_the_interval_of_a_date_is_the_last_that_starts_until_then() -> None:
    assert morning().interval_at(at(2, 6)) == DataInterval.at(at(2, 6))
    assert morning().interval_at(at(2, 5)) == DataInterval.at(at(1, 6))
    assert morning(HOURS_6).interval_at(at(2)) == DataInterval(at(2), at(2, 6))
    assert morning(HOURS_6).interval_at(at(2, 20)) == DataInterval(at(2), at(2, 6))


def test_a_length_of_time_ticks_from_the_start_date() -> None:
    spec = DeltaTriggerTimetable(HOURS_6, at(1, 1), timedelta(hours=1))
    timetable = timetable_for(spec, start_date=at(1, 1), end_date=None)

    first = timetable.next_interval(None)

    assert first == DataInterval(at(1), at(1, 1))
    assert timetable.next_interval(first) == DataInterval(at(1, 6), at(1, 7))


@pytest.mark.parametrize(("interval"), [timedelta(0), HOURS_6, 3 * DAY])
def test_catching_up_makes_every_run_once_and_then_waits(interval: timedelta) -> None:
    timetable, schedule, now, created = morning(interval, start_date=at(1)), mark(), at(6, 7), []
    while (found := interval_to_schedule(timetable, schedule, now=now, catchup=True)) and found.end <= now:
        created.append(found)
        schedule = advance_mark(schedule, found, timetable)

    assert created == [DataInterval(at(day, 6) - interval, at(day, 6)) for day in range(1, 7)]
    assert found == DataInterval(at(7, 6) - interval, at(7, 6))


def test_without_catch_up_only_the_latest_tick_is_made_up_for() -> None:
    assert interval_to_schedule(morning(), mark(at(2, 6)), now=at(6, 7), catchup=False) == DataInterval.at(at(6, 6))
    assert interval_to_schedule(morning(), mark(at(6, 6)), now=at(6, 7), catchup=False) == DataInterval.at(at(7, 6))
    assert interval_to_schedule(morning(), mark(), now=at(6, 5), catchup=False) == DataInterval.at(at(5, 6))


def test_a_dag_that_becomes_a_single_run_still_gets_it() -> None:
    schedule = advance_mark(mark(), DataInterval.at(at(1, 6)), morning())
    once = timetable_for(OnceTimetable(), start_date=None, end_date=None)

    assert interval_to_schedule(once, schedule, now=at(9), catchup=False) == DataInterval.at(at(9))


def test_events_come_one_after_another_and_end() -> None:
    timetable, schedule, created = events(start=at(1)), mark(), []
    while found := interval_to_schedule(timetable, schedule, now=at(30), catchup=True):
        created.append(found.start)
        schedule = advance_mark(schedule, found, timetable)

    assert created == [at(3, 1), at(5), at(9, 7)]
    assert interval_to_schedule(events(), mark(), now=at(6), catchup=False) == DataInterval.at(at(5))
    assert interval_to_schedule(events(), mark(at(5)), now=at(6), catchup=False) == DataInterval.at(at(9, 7))


def test_events_keep_to_the_dates() -> None:
    assert events(start=at(4)).next_interval(None) == DataInterval.at(at(5))
    assert events(end=at(8)).next_interval(DataInterval.at(at(5))) is None
    assert events(end=at(8)).latest_complete_interval(at(20)) == DataInterval.at(at(5))
    assert events(start=at(6)).latest_complete_interval(at(8)) is None
    assert events().latest_complete_interval(at(2)) is None
    assert [each.start for each in events().intervals_between(at(5), at(9, 7))] == [at(5)]


def test_a_run_for_another_date_is_its_own_or_that_of_the_event_before() -> None:
    assert events().interval_at(at(6)) == DataInterval.at(at(6))
    assert events(is_restricted=True).interval_at(at(6)) == DataInterval.at(at(5))
    assert events(is_restricted=True).interval_at(at(5)) == DataInterval.at(at(5))
    assert events(is_restricted=True).interval_at(at(1)) == DataInterval.at(at(3, 1))


def test_the_ends_of_the_calendar_are_an_error_with_words() -> None:
    for ask in (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)):
        with pytest.raises(TimetableError) as caught:
            morning(3 * DAY).interval_at(ask)
        assert caught.value.text.code == "timetable.out_of_range"


WRITTEN = [
    (authored.CronTriggerTimetable("0  6 * * *"), CronTriggerTimetable(("0 6 * * *",), "Asia/Seoul"),
     "CronTrigger(0 6 * * *)"),
    (authored.CronTriggerTimetable("@daily", timezone="UTC", interval=DAY),
     CronTriggerTimetable(("0 0 * * *",), "UTC", DAY), "CronTrigger(0 0 * * *; UTC; interval=1 day, 0:00:00)"),
    (authored.MultipleCronTriggerTimetable("0 6 * * *", "@daily", "0 6 * * *"),
     CronTriggerTimetable(("0 6 * * *", "0 0 * * *"), "Asia/Seoul"), "MultipleCronTrigger(0 6 * * *; 0 0 * * *)"),
    (authored.DeltaTriggerTimetable(HOURS_6), DeltaTriggerTimetable(HOURS_6, at(1)), "DeltaTrigger(6:00:00)"),
    (authored.EventsTimetable([at(5), at(3), at(5)], restrict_to_events=True),
     EventsTimetable((at(3), at(5)), True), "Events(2: 2013-01-03 - 2013-01-05)"),
    (authored.CronDataIntervalTimetable("@daily"), CronTimetable("0 0 * * *", "Asia/Seoul"), "0 0 * * *"),
    (authored.CronDataIntervalTimetable("@daily", "UTC"), CronTimetable("0 0 * * *", "UTC"), "0 0 * * * UTC"),
    (authored.DeltaDataIntervalTimetable(HOURS_6), DeltaTimetable(HOURS_6, at(1)), "6:00:00"),
    ("@once", OnceTimetable(), "@once"),
    (None, ManualTimetable(), "None"),
]  # fmt: skip


@pytest.mark.parametrize(("schedule", "spec", "shown"), WRITTEN)
def test_what_an_author_names_becomes_data(
    schedule: str | AuthoredTimetable | None, spec: TimetableSpec, shown: str
) -> None:
    assert parse_schedule(schedule, timezone="Asia/Seoul", start_date=at(1)) == spec
    assert schedule_text(spec, timezone="Asia/Seoul") == shown


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: authored.CronTriggerTimetable("6 o'clock"), "timetable.cron_field_count"),
        (lambda: authored.CronTriggerTimetable("@noon"), "timetable.unknown_preset"),
        (lambda: authored.CronTriggerTimetable("@daily", "Seoul"), "timetable.unknown_timezone_near"),
        (lambda: authored.CronTriggerTimetable("@daily", interval=-DAY), "timetable.negative_interval"),
        (lambda: authored.DeltaTriggerTimetable(DAY, interval=-DAY), "timetable.negative_interval"),
        (lambda: authored.MultipleCronTriggerTimetable(), "timetable.no_cron"),
        (lambda: authored.EventsTimetable([]), "timetable.no_events"),
        (
            lambda: parse_schedule(authored.DeltaTriggerTimetable(DAY), timezone="UTC"),
            "timetable.delta_needs_start_date",
        ),
        (
            lambda: parse_schedule(authored.DeltaTriggerTimetable(timedelta(0)), timezone="UTC", start_date=at(1)),
            "timetable.delta_too_short",
        ),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object], code: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        make()
    assert caught.value.text.code == code


def test_an_event_without_a_zone_is_refused() -> None:
    with pytest.raises(TimetableError) as caught:
        authored.EventsTimetable([datetime(2013, 1, 1)])  # noqa: DTZ001 - the mistake under test
    assert caught.value.text.code == "timetable.naive_instant"
