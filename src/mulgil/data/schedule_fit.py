"""Whether a dag's intervals are whole numbers of a table's grains, seen before anything runs."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import msgspec

from mulgil.data.errors import GrainMismatchError
from mulgil.data.partition import partitions_of_interval
from mulgil.data.table_spec import Grain
from mulgil.model import DataInterval
from mulgil.sdk import DagScope
from mulgil.timetables import schedule_text, timetable_for

# Enough intervals to meet every kind that a schedule has; what a clock change makes odd is met by its run.
_TRIED = 40
_SPAN = timedelta(days=5 * 366)
_SOME_INSTANT = datetime(2024, 1, 1, tzinfo=UTC)


class Misfit(msgspec.Struct, frozen=True):
    """Why an interval names no partitions; without an interval, because the schedule has none."""

    schedule: str
    timezone: str
    interval: DataInterval | None = None


def misfit(dag: DagScope, *, grain: Grain, timezone: str) -> Misfit | None:
    """Return the first interval of the dag that is not a whole number of grains, or None if all fit."""
    start = getattr(dag, "start_date", None) or _SOME_INSTANT
    timetable = timetable_for(dag.timetable, start_date=None, end_date=None)
    schedule = schedule_text(dag.timetable, timezone=dag.timezone)
    if timetable.has_empty_intervals:
        return Misfit(schedule, timezone)
    for interval in islice(timetable.intervals_between(start, start + _SPAN), _TRIED):
        try:
            partitions_of_interval(interval, grain=grain, timezone=timezone)
        except GrainMismatchError as error:
            return Misfit(schedule, str(error.text.fields["timezone"]), interval)
    return None
