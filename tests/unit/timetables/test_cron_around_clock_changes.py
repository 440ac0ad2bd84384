"""Golden cases: what a schedule does on the days that real clocks changed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from mulgil.model import CronTimetable
from mulgil.timetables import timetable_for

NEW_YORK = (
    "America/New_York",
    {
        "2013-03-10": {
            "0 2 * * *": ["03:00-04:00"],
            "30 2 * * *": ["03:00-04:00"],
            "0,30 2 * * *": ["03:00-04:00"],
            "0 1,2,3 * * *": ["01:00-05:00", "03:00-04:00"],
            "*/15 2 * * *": ["03:00-04:00"],
            "0 0-4 * * *": ["00:00-05:00", "01:00-05:00", "03:00-04:00", "04:00-04:00"],
            "0 */2 * * *": ["00:00-05:00", *[f"{hour:02}:00-04:00" for hour in range(4, 24, 2)]],
        },
        "2013-11-03": {
            "0 1 * * *": ["01:00-04:00"],
            "30 1 * * *": ["01:30-04:00"],
            "0 2 * * *": ["02:00-05:00"],
            "*/30 1 * * *": ["01:00-04:00", "01:30-04:00"],
            "0 1,2 * * *": ["01:00-04:00", "02:00-05:00"],
        },
    },
)
SEOUL = (
    "Asia/Seoul",
    {
        # Clocks went forward at 02:00 and back at 03:00, as far as the zone's data go.
        "1987-05-10": {"0 2 * * *": ["03:00+10:00"], "30 2 * * *": ["03:00+10:00"], "0 3 * * *": ["03:00+10:00"]},
        "1987-10-11": {"0 2 * * *": ["02:00+10:00"], "30 2 * * *": ["02:30+10:00"], "0 3 * * *": ["03:00+09:00"]},
        "1988-05-08": {"0 2 * * *": ["03:00+10:00"], "15,45 2 * * *": ["03:00+10:00"]},
        "1988-10-09": {"0 2 * * *": ["02:00+10:00"], "30 2 * * *": ["02:30+10:00"], "0 3 * * *": ["03:00+09:00"]},
    },
)
LORD_HOWE = (
    "Australia/Lord_Howe",
    {
        # Half an hour: 02:00 to 02:30, and 02:00 back to 01:30.
        "2013-10-06": {
            "0 2 * * *": ["02:30+11:00"],
            "15 2 * * *": ["02:30+11:00"],
            "30 2 * * *": ["02:30+11:00"],
            "30 * 6 10 *": ["00:30+10:30", "01:30+10:30", *[f"{hour:02}:30+11:00" for hour in range(2, 24)]],
            "0 * 6 10 *": ["00:00+10:30", "01:00+10:30", *[f"{hour:02}:00+11:00" for hour in range(3, 24)]],
        },
        "2013-04-07": {
            "45 1 * * *": ["01:45+11:00"],
            "0 2 * * *": ["02:00+10:30"],
            "30 * 7 4 *": [
                "00:30+11:00",
                "01:30+11:00",
                *[f"{hour:02}:30+10:30" for hour in range(1, 24)],
            ],
        },
    },
)
CASES = [
    pytest.param(zone, day, expression, fires, id=f"{zone} {day} {expression}")
    for zone, days in (NEW_YORK, SEOUL, LORD_HOWE)
    for day, schedules in days.items()
    for expression, fires in schedules.items()
]


@pytest.mark.parametrize(("zone", "day", "expression", "fires"), CASES)
def test_fires_of_the_day(zone: str, day: str, expression: str, fires: list[str]) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone))
    next_midnight = midnight.replace(day=midnight.day + 1)
    timetable = timetable_for(CronTimetable(expression, zone), start_date=None, end_date=None)

    intervals = list(timetable.intervals_between(midnight.astimezone(UTC), next_midnight.astimezone(UTC)))

    assert [interval.start for interval in intervals] == [datetime.fromisoformat(f"{day}T{fire}") for fire in fires]


@pytest.mark.parametrize(
    ("day", "hours"), [("2013-03-10", 23), ("2013-11-03", 25), ("2013-06-01", 24)], ids=["forward", "back", "usual"]
)
@pytest.mark.parametrize(("expression", "per_hour"), [("0 * * * *", 1), ("*/15 * * * *", 4)])
def test_a_starred_hour_follows_elapsed_time(expression: str, per_hour: int, day: str, hours: int) -> None:
    zone = ZoneInfo("America/New_York")
    midnight = datetime.fromisoformat(day).replace(tzinfo=zone)
    timetable = timetable_for(CronTimetable(expression, zone.key), start_date=None, end_date=None)

    intervals = list(timetable.intervals_between(midnight, midnight.replace(day=midnight.day + 1)))

    assert len(intervals) == hours * per_hour
    assert {(interval.end - interval.start).total_seconds() for interval in intervals} == {3600 / per_hour}


@pytest.mark.parametrize(("day", "hours"), [("2013-03-10", 23), ("2013-11-03", 25), ("2013-11-04", 24)])
def test_a_daily_interval_is_the_local_day(day: str, hours: int) -> None:
    zone = ZoneInfo("America/New_York")
    midnight = datetime.fromisoformat(day).replace(tzinfo=zone)
    timetable = timetable_for(CronTimetable("0 0 * * *", zone.key), start_date=None, end_date=None)

    interval = timetable.interval_at(midnight)

    assert interval.start == midnight
    assert interval.end == midnight.replace(day=midnight.day + 1)
    assert (interval.end - interval.start).total_seconds() == hours * 3600


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("0 0 29 2 *", "2013-01-01", "2016-02-29"),
        ("0 0 29 2 *", "2096-03-01", "2104-02-29"),
        ("0 0 L 2 *", "2015-03-01", "2016-02-29"),
        ("0 0 31 * *", "2013-02-01", "2013-03-31"),
        ("0 0 LW * *", "2013-08-01", "2013-08-30"),
        ("0 0 * * FRI#5", "2013-09-01", "2013-11-29"),
        ("0 0 * * 1L", "2013-09-01", "2013-09-30"),
        ("0 0 13 * FRI", "2013-09-10", "2013-09-13"),
        ("0 0 1 */3 *", "2013-02-01", "2013-04-01"),
    ],
)
def test_days_of_the_calendar(expression: str, after: str, expected: str) -> None:
    start_date = datetime.fromisoformat(after).replace(tzinfo=UTC)
    timetable = timetable_for(CronTimetable(expression, "UTC"), start_date=start_date, end_date=None)

    interval = timetable.next_interval(None)

    assert interval is not None
    assert interval.start == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert timetable.interval_at(interval.start) == interval
