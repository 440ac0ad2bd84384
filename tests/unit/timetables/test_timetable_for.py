"""What each kind of timetable answers."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from mulgil.model import CronTimetable, DataInterval, DeltaTimetable, ManualTimetable, OnceTimetable, TimetableSpec
from mulgil.timetables import Timetable, TimetableError, timetable_for


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2013, 1, day, hour, minute, tzinfo=UTC)


def daily(start_date: datetime | None = None, end_date: datetime | None = None) -> Timetable:
    return timetable_for(CronTimetable("0 0 * * *", "UTC"), start_date=start_date, end_date=end_date)


def delta(hours: int, *, anchor: datetime) -> Timetable:
    return timetable_for(DeltaTimetable(timedelta(hours=hours), anchor), start_date=anchor, end_date=None)


def test_the_first_interval_starts_at_the_start_date_or_the_next_boundary() -> None:
    assert daily(at(1)).next_interval(None) == DataInterval(at(1), at(2))
    assert daily(at(1, 6)).next_interval(None) == DataInterval(at(2), at(3))
    assert daily(at(1)).next_interval(None, not_before=at(5, 1)) == DataInterval(at(6), at(7))
    assert daily(at(9)).next_interval(None, not_before=at(5, 1)) == DataInterval(at(9), at(10))


def test_without_a_beginning_there_is_no_first_interval() -> None:
    assert daily().next_interval(None) is None
    assert daily().next_interval(None, not_before=at(3)) == DataInterval(at(3), at(4))


def test_the_interval_that_starts_on_the_end_date_is_the_last() -> None:
    timetable = daily(at(1), at(3))

    assert timetable.next_interval(DataInterval(at(2), at(3))) == DataInterval(at(3), at(4))
    assert timetable.next_interval(DataInterval(at(3), at(4))) is None


def test_a_changed_schedule_leaves_no_span_out() -> None:
    hourly_interval = DataInterval(at(5, 12), at(5, 13))

    assert daily(at(1)).next_interval(hourly_interval) == DataInterval(at(5), at(6))


def test_a_start_date_that_was_moved_later_is_kept() -> None:
    assert daily(at(20)).next_interval(DataInterval(at(2), at(3))) == DataInterval(at(20), at(21))


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(5), DataInterval(at(4), at(5))),
        (at(5, 23, 59), DataInterval(at(4), at(5))),
        (at(2), DataInterval(at(1), at(2))),
        (at(1, 23), None),
        (at(30), DataInterval(at(10), at(11))),
    ],
)
def test_the_latest_complete_interval_lies_within_the_dates(now: datetime, expected: DataInterval | None) -> None:
    assert daily(at(1), at(10)).latest_complete_interval(now) == expected


def test_the_interval_of_a_date_starts_there_or_contains_it() -> None:
    assert daily().interval_at(at(5)) == DataInterval(at(5), at(6))
    assert daily().interval_at(at(5, 7)) == DataInterval(at(5), at(6))
    assert daily(at(20)).interval_at(at(5, 7)) == DataInterval(at(5), at(6))


def test_a_range_holds_the_intervals_that_start_in_it() -> None:
    assert list(daily().intervals_between(at(1, 6), at(3))) == [DataInterval(at(2), at(3))]
    assert [interval.start for interval in daily().intervals_between(at(1), at(4))] == [at(1), at(2), at(3)]
    assert list(daily().intervals_between(at(3), at(3))) == []


def test_ranges_are_lazy() -> None:
    assert next(iter(daily().intervals_between(at(1), datetime(9000, 1, 1, tzinfo=UTC)))) == DataInterval(at(1), at(2))


def test_deltas_count_elapsed_time_from_the_anchor() -> None:
    timetable = delta(7, anchor=at(1, 1))

    starts = [interval.start for interval in islice(timetable.intervals_between(at(1), at(9)), 3)]

    assert starts == [at(1, 1), at(1, 8), at(1, 15)]
    assert timetable.interval_at(at(1, 8)) == DataInterval(at(1, 8), at(1, 15))
    assert timetable.interval_at(at(1, 7, 59)) == DataInterval(at(1, 1), at(1, 8))
    assert timetable.interval_at(at(1)).end == at(1, 1)
    assert timetable.latest_complete_interval(at(1, 7)) is None


def test_once_is_one_empty_interval_at_the_start_date() -> None:
    once = timetable_for(OnceTimetable(), start_date=at(3), end_date=None)

    interval = once.next_interval(None, not_before=at(9))

    assert interval == DataInterval.at(at(3))
    assert once.next_interval(interval) is None


def test_once_without_a_start_date_is_due_now() -> None:
    once = timetable_for(OnceTimetable(), start_date=None, end_date=at(20))

    assert once.next_interval(None, not_before=at(9)) == DataInterval.at(at(9))
    assert once.next_interval(None, not_before=at(21)) is None
    assert once.next_interval(None) is None


def test_without_a_schedule_nothing_is_due() -> None:
    manual = timetable_for(ManualTimetable(), start_date=at(1), end_date=None)

    assert manual.next_interval(None, not_before=at(3)) is None


@pytest.mark.parametrize("spec", [OnceTimetable(), ManualTimetable()])
def test_runs_without_intervals_stand_for_their_instant(spec: TimetableSpec) -> None:
    timetable = timetable_for(spec, start_date=at(1), end_date=None)

    assert timetable.has_empty_intervals
    assert timetable.latest_complete_interval(at(4, 5)) == DataInterval.at(at(4, 5))
    assert timetable.interval_at(at(2, 5)) == DataInterval.at(at(2, 5))
    assert list(timetable.intervals_between(at(1), at(9))) == []
    assert not daily().has_empty_intervals


def test_answers_are_utc_whatever_zone_is_asked_in() -> None:
    seoul = datetime(2013, 1, 5, 9, 30, tzinfo=ZoneInfo("Asia/Seoul"))

    interval = daily(seoul).interval_at(seoul)

    assert interval == DataInterval(at(5), at(6))
    assert interval.start.tzinfo is UTC


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(TimetableError) as caught:
        daily().interval_at(datetime(2013, 1, 1))  # noqa: DTZ001 - the mistake under test

    assert caught.value.text.code == "timetable.naive_instant"


@pytest.mark.parametrize(
    ("timetable", "instant"),
    [
        (daily(), datetime.max.replace(tzinfo=UTC)),
        (delta(5, anchor=at(1)), datetime.max.replace(tzinfo=UTC)),
        (delta(5, anchor=at(1)), datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_the_ends_of_the_calendar_are_an_error_with_words(timetable: Timetable, instant: datetime) -> None:
    with pytest.raises(TimetableError) as caught:
        timetable.interval_at(instant)

    assert caught.value.text.code == "timetable.out_of_range"
