"""What an author may write as a schedule, and what a wrong one says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mulgil.model import CronTimetable, DeltaTimetable, ManualTimetable, OnceTimetable
from mulgil.timetables import PRESETS, ScheduleError, parse_schedule, timetable_for
from mulgil.timetables.cron_expression import normalize_cron

START = datetime(2013, 1, 1, tzinfo=ZoneInfo("Asia/Seoul"))


def code_of(schedule: str | timedelta | None, *, timezone: str = "UTC", **dates: datetime) -> str:
    with pytest.raises(ScheduleError) as caught:
        parse_schedule(schedule, timezone=timezone, **dates)
    return caught.value.text.code


@pytest.mark.parametrize(("preset", "expression"), PRESETS.items())
def test_presets_are_cron_in_the_dag_s_zone(preset: str, expression: str) -> None:
    assert parse_schedule(preset, timezone="Asia/Seoul") == CronTimetable(expression, "Asia/Seoul")


def test_none_and_once_have_no_intervals() -> None:
    assert parse_schedule(None, timezone="UTC") == ManualTimetable()
    assert parse_schedule("@once", timezone="UTC") == OnceTimetable()


def test_a_timedelta_counts_from_the_start_date() -> None:
    spec = parse_schedule(timedelta(hours=3), timezone="Asia/Seoul", start_date=START)

    assert spec == DeltaTimetable(timedelta(hours=3), datetime(2012, 12, 31, 15, tzinfo=UTC))


def test_the_author_s_words_are_kept_but_for_spaces() -> None:
    assert parse_schedule(" 0  22-2 * * mon ", timezone="UTC") == CronTimetable("0 22-2 * * mon", "UTC")


@pytest.mark.parametrize(
    ("written", "normalized"),
    [
        ("0 22-2 * * *", "0 22-23,0-2 * * *"),
        ("50-10/20 * * * *", "50,10 * * * *"),
        ("0 22-2/2 * * *", "0 22,0,2 * * *"),
        ("0 0 25-5 * *", "0 0 25-31,1-5 * *"),
        ("0 0 1 nov-feb *", "0 0 1 11-12,1-2 *"),
        ("0 0 * * fri-mon", "0 0 * * 5-6,0-1"),
        ("0 0 * * FRI-MON/2", "0 0 * * 5,0"),
        ("0 0 * * MON-SUN", "0 0 * * MON-7"),
        ("0 0 * * 5-7", "0 0 * * 5-7"),
        ("0 0 * * 7-2", "0 0 * * 0-2"),
        ("0 0 * * 0-7", "0 0 * * 0-7"),
        ("0 9-17/2,22-1 1,15 * *", "0 9-17/2,22-23,0-1 1,15 * *"),
        ("0 0 LW * *", "0 0 LW * *"),
        ("0 0 * * WED", "0 0 * * WED"),
    ],
)
def test_ranges_that_wrap_around_are_written_out(written: str, normalized: str) -> None:
    assert normalize_cron(written) == normalized


def test_a_range_over_midnight_fires_in_order() -> None:
    timetable = timetable_for(CronTimetable("0 22-2 * * *", "UTC"), start_date=None, end_date=None)
    noon = datetime(2013, 1, 1, 12, tzinfo=UTC)

    hours = [interval.start.hour for interval in timetable.intervals_between(noon, noon + timedelta(days=1))]

    assert hours == [22, 23, 0, 1, 2]


@pytest.mark.parametrize(
    ("expression", "field", "value"),
    [
        ("60 0 * * *", "minute", "60"),
        ("0 24 * * *", "hour", "24"),
        ("0 0 0 * *", "day-of-month", "0"),
        ("0 0 1 13 *", "month", "13"),
        ("0 0 1 FOO *", "month", "FOO"),
        ("0 0 * * 8", "day-of-week", "8"),
        ("0 0 * * MOO", "day-of-week", "MOO"),
        ("*/0 0 * * *", "minute", "*/0"),
        ("1,,2 0 * * *", "minute", "1,,2"),
        ("50-10/0 * * * *", "minute", "50-10/0"),
        ("0 0 ? * *", "day-of-month", "?"),
        ("0 0 1 1W *", "month", "1W"),
        ("²L 0 * * *", "minute", "²L"),
        ("0 0 * * ²L", "day-of-week", "²L"),
        ("9" * 5000 + " 0 * * *", "minute", "9" * 5000),
    ],
)
def test_a_bad_field_is_named(expression: str, field: str, value: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        parse_schedule(expression, timezone="UTC")

    assert caught.value.text.code == "timetable.cron_bad_field"
    assert caught.value.text.fields["field"] == field
    assert caught.value.text.fields["value"] == value


@pytest.mark.parametrize(
    ("schedule", "code"),
    [
        ("@dayly", "timetable.unknown_preset"),
        ("daily", "timetable.cron_field_count"),
        ("", "timetable.cron_field_count"),
        ("0 0 * *", "timetable.cron_field_count"),
        ("0 0 0 * * *", "timetable.cron_seconds"),
        ("0 0 15W * *", "timetable.cron_nearest_weekday"),
        ("0 0 31 2 *", "timetable.cron_never_fires"),
        ("0 0 30,31 2 *", "timetable.cron_never_fires"),
        (timedelta(0), "timetable.delta_too_short"),
        (timedelta(days=-1), "timetable.delta_too_short"),
        (timedelta(days=1), "timetable.delta_needs_start_date"),
    ],
)
def test_what_can_t_be_used_is_refused(schedule: str | timedelta, code: str) -> None:
    assert code_of(schedule) == code


def test_dates_need_a_time_zone_and_an_order() -> None:
    naive = datetime(2013, 1, 1)  # noqa: DTZ001 - the mistake under test
    assert code_of("@daily", start_date=naive) == "timetable.naive_date"
    assert code_of("@daily", end_date=naive) == "timetable.naive_date"
    assert code_of("@daily", start_date=START, end_date=START - timedelta(days=1)) == "timetable.end_before_start"


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("Asia/Soeul", "Asia/Seoul"),
        ("asia/seoul", "Asia/Seoul"),
        ("Seoul", "Asia/Seoul"),
        ("New York", "America/New_York"),
        ("America", "America/Jamaica"),
        ("../etc/passwd", None),
        ("", None),
        ("UTC+9", None),
        ("\0", None),
    ],
)
def test_an_unknown_time_zone_names_the_nearest(name: str, suggestion: str | None) -> None:
    with pytest.raises(ScheduleError) as caught:
        parse_schedule(None, timezone=name)

    assert caught.value.text.fields["timezone"] == name
    if name not in {"America", "UTC+9"}:
        assert caught.value.text.fields.get("suggestion") == suggestion
