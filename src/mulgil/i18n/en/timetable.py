"""English: schedules, time zones and data intervals."""

MESSAGES: dict[str, str] = {
    "timetable.cron_bad_field": (
        "The {field} field `{value}` of the cron schedule `{expression}` can't be read. "
        "It takes {allowed}, with `*`, lists (`1,3`), ranges (`1-3`) and steps (`*/2`)."
    ),
    "timetable.cron_field_count": (
        "The schedule `{expression}` has {count} fields; cron has 5: minute hour day-of-month month day-of-week. "
        "Write for example `30 2 * * *`, or a preset such as `@daily`."
    ),
    "timetable.cron_nearest_weekday": (
        "The day-of-month field `{value}` of the cron schedule `{expression}` uses `W` (nearest weekday), which is not "
        "supported: such a day moves with the calendar, so data intervals would have no regular length. "
        "Use `LW` for the last weekday of the month, or weekdays such as `MON-FRI` and a branch inside the dag."
    ),
    "timetable.cron_never_fires": (
        "The cron schedule `{expression}` names a date that never comes. Check its day-of-month, month and day-of-week."
    ),
    "timetable.cron_seconds": (
        "The cron schedule `{expression}` has 6 fields; seconds are not supported. "
        "Write 5 fields (minute hour day-of-month month day-of-week), or pass a `timedelta` for less than a minute."
    ),
    "timetable.delta_needs_start_date": (
        "The schedule is a timedelta ({delta}), which counts from the dag's start date, and the dag has none. "
        "Add `start_date=` to the dag."
    ),
    "timetable.delta_too_short": (
        "The schedule is a timedelta of {delta}; the shortest is one second. Give a longer one, "
        "or `schedule=None` for a dag that only runs when started."
    ),
    "timetable.end_before_start": (
        "The dag's end date {end_date} is before its start date {start_date}. Swap or correct them."
    ),
    "timetable.naive_date": (
        "The dag's {name} {value} has no time zone. Give it one, for example "
        '`datetime(2013, 1, 1, tzinfo=ZoneInfo("Asia/Seoul"))`, or write it as a string in the dag\'s time zone.'
    ),
    "timetable.naive_instant": (
        "{value} has no time zone, so it is no definite instant. Add one, for example `{value}+09:00`."
    ),
    "timetable.negative_interval": (
        "The timetable's interval is {interval}; it is the length of the data that a run is for. "
        "Give a positive `timedelta`, or none for runs without a data interval."
    ),
    "timetable.no_cron": (
        "`MultipleCronTriggerTimetable` has no cron expression, so nothing would ever run. "
        'Give one or more, for example `"0 6 * * *", "0 18 * * FRI"`.'
    ),
    "timetable.no_events": (
        "`EventsTimetable` has no event, so nothing would ever run. "
        "List at least one instant, or write `schedule=None` for a dag that only runs when started."
    ),
    "timetable.out_of_range": (
        "No data interval of the schedule can be computed at {instant}: it lies outside the calendar's years 1 to 9999."
    ),
    "timetable.unknown_preset": "There is no schedule preset `{schedule}`. The presets are {presets}.",
    "timetable.unknown_timezone": (
        "There is no time zone `{timezone}`. Use an IANA name such as `Asia/Seoul`, `America/New_York` or `UTC`."
    ),
    "timetable.unknown_timezone_near": ("There is no time zone `{timezone}`. Did you mean `{suggestion}`?"),
}
