"""A schedule in a word or two, for people."""

from datetime import timedelta

from mulgil.model import (
    CronTimetable,
    CronTriggerTimetable,
    DeltaTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    ManualTimetable,
    OnceTimetable,
    TimetableSpec,
)


def schedule_text(spec: TimetableSpec, *, timezone: str) -> str:
    """Return a schedule much as its author would write it; a zone only where it isn't the dag's `timezone`."""
    match spec:
        case CronTimetable():
            return " ".join([spec.expression, *_zone(spec.timezone, timezone)])
        case DeltaTimetable():
            return str(spec.delta)
        case OnceTimetable():
            return "@once"
        case ManualTimetable():
            return "None"
        case CronTriggerTimetable():
            name = "CronTrigger" if len(spec.expressions) == 1 else "MultipleCronTrigger"
            return _call(name, *spec.expressions, *_zone(spec.timezone, timezone), *_length(spec.interval))
        case DeltaTriggerTimetable():
            return _call("DeltaTrigger", str(spec.delta), *_length(spec.interval))
        case EventsTimetable():
            first, last = spec.event_dates[0], spec.event_dates[-1]
            return _call("Events", f"{len(spec.event_dates)}: {first:%Y-%m-%d} - {last:%Y-%m-%d}")


def _call(name: str, *arguments: str) -> str:
    return f"{name}({'; '.join(arguments)})"


def _zone(own: str, dags: str) -> list[str]:
    return [] if own == dags else [own]


def _length(interval: timedelta) -> list[str]:
    return [f"interval={interval}"] if interval else []
