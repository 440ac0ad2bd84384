"""What a scheduler is told about how to work."""

from datetime import timedelta

import msgspec


class SchedulerLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits and delays; the defaults are those of one machine.

    The limits of a step keep one commit short, so that nobody waits long for the database or an answer.
    """

    # How many attempts may be alive at once, over all dags.
    parallelism: int = 32
    worker_events_per_step: int = 500
    commands_per_step: int = 100
    timers_per_step: int = 500
    dags_per_step: int = 100
    # A step creates no further run once it writes this many task instances.
    rows_per_step: int = 5_000
    # Nor does it look at another interval of a backfill once it has looked at so many.
    backfill_runs_per_step: int = 500
    # How many scheduled runs of a dag may wait in the queue: catch-up creates them no further ahead.
    runs_ahead: int = 4
    versions_kept: int = 256
    # How long the word that an attempt has started may wait for something more important to be committed
    # with: a commit of its own would keep the attempt's report, and all that follows from it, waiting.
    start_delay: timedelta = timedelta(milliseconds=25)
    # After a failed commit: the first and the longest delay until the next try.
    retry_first: timedelta = timedelta(milliseconds=50)
    retry_longest: timedelta = timedelta(seconds=2)
