"""The states of task instances, attempts, dag runs and backfills, and the other closed vocabularies.

The allowed transitions are tables in `mulgil.kernel`; this file only names the states.
"""

from enum import StrEnum


class TaskInstanceState(StrEnum):
    """Where one task instance stands. `NONE` is shown as null by the API."""

    NONE = "none"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    RESTARTING = "restarting"
    SUCCESS = "success"
    FAILED = "failed"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    DEFERRED = "deferred"
    AWAITING_INPUT = "awaiting_input"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    REMOVED = "removed"

    @property
    def is_finished(self) -> bool:
        """Whether only a clear (or a new version of the dag) leads out of this state."""
        return self in FINISHED_STATES

    @property
    def is_live(self) -> bool:
        """Whether an attempt may exist that holds a slot."""
        return self in LIVE_STATES


FINISHED_STATES = frozenset(
    {
        TaskInstanceState.SUCCESS,
        TaskInstanceState.FAILED,
        TaskInstanceState.SKIPPED,
        TaskInstanceState.UPSTREAM_FAILED,
        TaskInstanceState.REMOVED,
    }
)
LIVE_STATES = frozenset({TaskInstanceState.QUEUED, TaskInstanceState.RUNNING, TaskInstanceState.RESTARTING})


class AttemptState(StrEnum):
    """Where one attempt (one start of one try) stands, apart from its task instance's state."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    ENDED = "ended"
    LOST = "lost"


class DagRunState(StrEnum):
    """Where one dag run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"

    @property
    def is_finished(self) -> bool:
        """Whether the run has ended."""
        return self in (DagRunState.SUCCESS, DagRunState.FAILED)


class RunType(StrEnum):
    """What made a dag run."""

    SCHEDULED = "scheduled"
    BACKFILL = "backfill"
    MANUAL = "manual"
    ASSET_TRIGGERED = "asset_triggered"

    @property
    def is_unique_by_interval(self) -> bool:
        """Whether a dag has at most one run of these types for a data interval."""
        return self in (RunType.SCHEDULED, RunType.BACKFILL)


class BackfillState(StrEnum):
    """Where one backfill stands."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    SUCCESS = "success"
    FAILED = "failed"

    @property
    def is_finished(self) -> bool:
        """Whether nothing of it is to be done any more."""
        return self in (BackfillState.CANCELLED, BackfillState.SUCCESS, BackfillState.FAILED)


class BackfillRunState(StrEnum):
    """Where one data interval of a backfill stands."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"

    @property
    def is_finished(self) -> bool:
        """Whether the backfill is done with the interval."""
        return self not in (BackfillRunState.WAITING, BackfillRunState.RUNNING)


class BackfillAction(StrEnum):
    """What a backfill does about one data interval."""

    # It has no run: one is created.
    CREATE = "create"
    # It has a run that has ended: task instances of that run are cleared.
    RERUN = "rerun"
    # It has a run that hasn't ended, whoever wanted it: its end is waited for.
    JOIN = "join"
    # Nothing is to be done.
    SKIP = "skip"


class RerunPolicy(StrEnum):
    """Which intervals that have a run already a backfill runs again."""

    # None: only runs that are missing are created.
    MISSING = "missing"
    # Those in which something failed.
    FAILED = "failed"
    # Every one.
    ALL = "all"


class TriggerRule(StrEnum):
    """Which mix of upstream states lets a task run (Airflow's thirteen rules, same names)."""

    ALL_SUCCESS = "all_success"
    ALL_FAILED = "all_failed"
    ALL_DONE = "all_done"
    ALL_DONE_MIN_ONE_SUCCESS = "all_done_min_one_success"
    ALL_DONE_SETUP_SUCCESS = "all_done_setup_success"
    ONE_SUCCESS = "one_success"
    ONE_FAILED = "one_failed"
    ONE_DONE = "one_done"
    NONE_FAILED = "none_failed"
    NONE_FAILED_MIN_ONE_SUCCESS = "none_failed_min_one_success"
    NONE_SKIPPED = "none_skipped"
    ALL_SKIPPED = "all_skipped"
    ALWAYS = "always"


class WeightRule(StrEnum):
    """How a task's effective priority weight is computed from its neighbours'."""

    DOWNSTREAM = "downstream"
    UPSTREAM = "upstream"
    ABSOLUTE = "absolute"


class Isolation(StrEnum):
    """How an attempt's process comes to be."""

    FORK = "fork"
    SPAWN = "spawn"
