"""Cron boundaries against a tiny reference that looks at every minute and knows no algorithm."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mulgil.model import CronTriggerTimetable, DagSchedule, DataInterval
from mulgil.timetables import advance_mark, interval_to_schedule, timetable_for
from mulgil.timetables.cron_boundaries import CronBoundaries

MINUTE = timedelta(minutes=1)

# A day around each clock change that differs in kind from the others.
CHANGES = {
    "Seoul, start 1987": ("Asia/Seoul", datetime(1987, 5, 9, 17, tzinfo=UTC)),
    "Seoul, end 1987": ("Asia/Seoul", datetime(1987, 10, 10, 17, tzinfo=UTC)),
    "Seoul, start 1988": ("Asia/Seoul", datetime(1988, 5, 7, 17, tzinfo=UTC)),
    "Seoul, end 1988": ("Asia/Seoul", datetime(1988, 10, 8, 17, tzinfo=UTC)),
    "half an hour forward": ("Australia/Lord_Howe", datetime(2013, 10, 5, 15, 30, tzinfo=UTC)),
    "half an hour back": ("Australia/Lord_Howe", datetime(2013, 4, 6, 15, 0, tzinfo=UTC)),
    "New York forward": ("America/New_York", datetime(2013, 3, 10, 7, tzinfo=UTC)),
    "New York back": ("America/New_York", datetime(2013, 11, 3, 6, tzinfo=UTC)),
    "two hours": ("Antarctica/Troll", datetime(2013, 3, 31, 1, tzinfo=UTC)),
    "two hours back": ("Antarctica/Troll", datetime(2013, 10, 27, 1, tzinfo=UTC)),
    "no midnight": ("America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
    "back over midnight": ("America/Sao_Paulo", datetime(2018, 2, 18, 2, tzinfo=UTC)),
    "midnight twice": ("America/Havana", datetime(2013, 11, 3, 5, tzinfo=UTC)),
    "a day left out": ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    "a day repeated": ("Pacific/Kwajalein", datetime(1969, 9, 30, 13, tzinfo=UTC)),
    "winter is the exception": ("Europe/Dublin", datetime(2013, 10, 27, 1, tzinfo=UTC)),
    "none": ("Asia/Kolkata", datetime(2013, 6, 1, tzinfo=UTC)),
    "UTC": ("UTC", datetime(2013, 6, 1, tzinfo=UTC)),
}


@cache
def clock(change: str) -> list[tuple[datetime, datetime]]:
    """What the clocks show at every minute of five days before to three days after the change."""
    zone, instant = ZoneInfo(CHANGES[change][0]), CHANGES[change][1]
    minutes = [instant + k * MINUTE for k in range(-5 * 1440, 3 * 1440)]
    return [(minute, minute.astimezone(zone).replace(tzinfo=None)) for minute in minutes]


class MinuteByMinute:
    """The rules, said as plainly as possible."""

    def __init__(self, *, minutes: set[int], hours: set[int], is_elapsed: bool) -> None:
        self.minutes = minutes
        self.hours = hours
        self.is_elapsed = is_elapsed

    def matches(self, local: datetime) -> bool:
        return local.minute in self.minutes and local.hour in self.hours

    def fires(self, change: str) -> list[datetime]:
        """Every fire around the change; complete from two days before it on."""
        if self.is_elapsed:
            return [instant for instant, local in clock(change) if self.matches(local)]
        fires = []
        shown = clock(change)[0][1]
        for instant, local in clock(change):
            # Every time on the clock that was reached or passed over now for the first time.
            is_fire = False
            while shown < local:
                shown += MINUTE
                is_fire = is_fire or self.matches(shown)
            if is_fire:
                fires.append(instant)
        return fires


HALF_PAST = ("30 * * * *", MinuteByMinute(minutes={30}, hours=set(range(24)), is_elapsed=True))

minute_sets = st.one_of(
    st.just(set(range(60))), st.sets(st.integers(0, 59), min_size=1, max_size=4), st.just({0, 15, 30, 45})
)
hour_sets = st.one_of(
    st.sets(st.integers(0, 23), min_size=1, max_size=6), st.sets(st.integers(0, 4), min_size=1), st.just(set(range(24)))
)
starred_hours = st.sampled_from([("*", set(range(24)))] + [(f"*/{n}", set(range(0, 24, n))) for n in (2, 3, 5, 12, 23)])


@st.composite
def schedules(draw: st.DrawFn) -> tuple[str, MinuteByMinute]:
    minutes = draw(minute_sets)
    minute_field = "*" if len(minutes) == 60 else ",".join(map(str, minutes))
    if draw(st.booleans()):
        hour_field, hours = draw(starred_hours)
    else:
        hours = draw(hour_sets)
        hour_field = ",".join(map(str, hours))
    reference = MinuteByMinute(minutes=minutes, hours=hours, is_elapsed=hour_field.startswith("*"))
    return f"{minute_field} {hour_field} * * *", reference


@settings(max_examples=60, deadline=None)
@given(schedule=schedules(), change=st.sampled_from(sorted(CHANGES)))
@example(
    schedule=("30 * * * *", MinuteByMinute(minutes={30}, hours=set(range(24)), is_elapsed=True)),
    change="half an hour forward",
)
@example(
    schedule=("30 * * * *", MinuteByMinute(minutes={30}, hours=set(range(24)), is_elapsed=True)),
    change="half an hour back",
)
def test_both_directions_see_exactly_the_fires_of_the_reference(
    schedule: tuple[str, MinuteByMinute], change: str
) -> None:
    expression, reference = schedule
    zone_name, instant = CHANGES[change]
    zone = ZoneInfo(zone_name)
    boundaries = CronBoundaries(expression, zone)
    start, end = instant - timedelta(hours=30), instant + timedelta(hours=50)
    expected = [fire for fire in reference.fires(change) if start <= fire < end]

    forward, cursor = [], boundaries.after(start - MINUTE)
    while cursor < end:
        forward.append(cursor)
        cursor = boundaries.after(cursor)
    backward, cursor = [], boundaries.before(end)
    while cursor >= start:
        backward.append(cursor)
        cursor = boundaries.before(cursor)

    assert forward == expected
    assert backward[::-1] == expected


@settings(max_examples=200, deadline=None)
@given(schedule=schedules(), change=st.sampled_from(sorted(CHANGES)), offset=st.integers(-30 * 3600, 30 * 3600))
def test_from_any_second_the_walk_goes_on_with_the_same_fires(
    schedule: tuple[str, MinuteByMinute], change: str, offset: int
) -> None:
    expression, reference = schedule
    zone_name, instant = CHANGES[change]
    zone = ZoneInfo(zone_name)
    boundaries = CronBoundaries(expression, zone)
    around = instant + timedelta(seconds=offset, microseconds=offset % 3)
    fires = reference.fires(change)

    assert boundaries.after(around) == min(fire for fire in fires if fire > around)
    assert boundaries.before(around) == max(fire for fire in fires if fire < around)


@settings(max_examples=60, deadline=None)
@given(
    first=schedules(),
    second=schedules(),
    change=st.sampled_from(sorted(CHANGES)),
    interval=st.integers(0, 40).map(lambda quarters: quarters * timedelta(minutes=15)),
)
@example(first=HALF_PAST, second=HALF_PAST, change="half an hour back", interval=timedelta(0))
@example(first=HALF_PAST, second=HALF_PAST, change="Seoul, start 1987", interval=timedelta(hours=1))
def test_triggers_make_one_run_for_each_fire_of_the_reference(
    first: tuple[str, MinuteByMinute], second: tuple[str, MinuteByMinute], change: str, interval: timedelta
) -> None:
    zone_name, instant = CHANGES[change]
    start, end = instant - timedelta(hours=30), instant + timedelta(hours=50)
    fires = {*first[1].fires(change), *second[1].fires(change)}
    expected = [DataInterval(fire - interval, fire) for fire in sorted(fires) if start <= fire <= end]
    spec = CronTriggerTimetable((first[0], second[0]), zone_name, interval)
    timetable = timetable_for(spec, start_date=start, end_date=end)

    caught_up, mark = [], DagSchedule(dag_id="d", scheduled_until=None)
    while (found := interval_to_schedule(timetable, mark, now=end, catchup=True)) is not None:
        caught_up.append(found)
        mark = advance_mark(mark, found, timetable)
    backfilled = list(timetable.intervals_between(start - interval, end - interval + timedelta(microseconds=1)))

    assert caught_up == expected
    assert backfilled == expected
    assert all(timetable.interval_at(each.start) == each for each in expected)
    assert timetable.latest_complete_interval(end) == (expected[-1] if expected else None)
