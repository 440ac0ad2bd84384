"""Which interval gets a run next, by mark, clock and catch-up."""

from datetime import UTC, datetime, timedelta

import pytest

from mulgil.model import CronTimetable, DagSchedule, DataInterval, ManualTimetable, OnceTimetable
from mulgil.timetables import Timetable, advance_mark, interval_to_schedule, timetable_for


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2013, 1, day, hour, tzinfo=UTC)


def day(number: int) -> DataInterval:
    return DataInterval(at(number), at(number + 1))


def daily(start_date: datetime | None = None, end_date: datetime | None = None) -> Timetable:
    return timetable_for(CronTimetable("0 0 * * *", "UTC"), start_date=start_date, end_date=end_date)


def mark(until: datetime | None = None, *, has_run_once: bool = False) -> DagSchedule:
    return DagSchedule(dag_id="flights", scheduled_until=until, has_run_once=has_run_once)


@pytest.mark.parametrize(
    ("until", "catchup", "expected"),
    [
        (None, True, day(1)),
        (None, False, day(9)),
        (at(3), True, day(3)),
        (at(3), False, day(9)),
        (at(10), True, day(10)),
        (at(10), False, day(10)),
    ],
)
def test_catch_up_follows_the_mark_and_its_absence_skips_to_the_latest(
    until: datetime | None, catchup: bool, expected: DataInterval
) -> None:
    assert interval_to_schedule(daily(at(1)), mark(until), now=at(10, 7), catchup=catchup) == expected


@pytest.mark.parametrize("catchup", [True, False])
def test_before_the_start_date_the_first_interval_is_waited_for(catchup: bool) -> None:
    assert interval_to_schedule(daily(at(20)), mark(), now=at(10), catchup=catchup) == day(20)


@pytest.mark.parametrize("catchup", [True, False])
def test_a_dag_without_a_start_date_begins_with_the_latest(catchup: bool) -> None:
    assert interval_to_schedule(daily(), mark(), now=at(10), catchup=catchup) == day(9)


@pytest.mark.parametrize("catchup", [True, False])
def test_after_the_end_date_nothing_is_due(catchup: bool) -> None:
    assert interval_to_schedule(daily(at(1), at(5)), mark(at(6)), now=at(10), catchup=catchup) is None


def test_without_catch_up_a_past_dag_still_gets_its_last_interval() -> None:
    assert interval_to_schedule(daily(at(1), at(5)), mark(), now=at(10), catchup=False) == day(5)


def test_catching_up_creates_every_interval_once_and_then_waits() -> None:
    timetable, schedule, now, created = daily(at(1)), mark(), at(6, 3), []
    while (interval := interval_to_schedule(timetable, schedule, now=now, catchup=True)) and interval.end <= now:
        created.append(interval)
        schedule = advance_mark(schedule, interval, timetable)

    assert created == [day(number) for number in range(1, 6)]
    assert interval == day(6)
    assert schedule.scheduled_until == at(6)


def test_a_schedule_that_became_coarser_begins_with_the_interval_it_was_in() -> None:
    assert interval_to_schedule(daily(at(1)), mark(at(10, 13)), now=at(10, 14), catchup=False) == day(10)


def test_once_runs_once() -> None:
    once = timetable_for(OnceTimetable(), start_date=at(3), end_date=None)
    first = interval_to_schedule(once, mark(), now=at(9), catchup=False)

    assert first == DataInterval.at(at(3))
    assert interval_to_schedule(once, advance_mark(mark(), first, once), now=at(9), catchup=False) is None


def test_a_dag_that_becomes_a_single_run_still_gets_it() -> None:
    once = timetable_for(OnceTimetable(), start_date=None, end_date=None)

    assert interval_to_schedule(once, mark(at(5)), now=at(9), catchup=False) == DataInterval.at(at(9))


def test_without_a_schedule_nothing_is_ever_due() -> None:
    manual = timetable_for(ManualTimetable(), start_date=at(1), end_date=None)

    assert interval_to_schedule(manual, mark(), now=at(9), catchup=True) is None


def test_the_mark_never_goes_back() -> None:
    assert advance_mark(mark(at(9)), day(3), daily()).scheduled_until == at(9)
    assert advance_mark(mark(at(9)), day(9), daily()).scheduled_until == at(9) + timedelta(days=1)
