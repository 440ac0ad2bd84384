"""Commands: what people ask of the scheduler that owns a dag, and its answers.

A command is a row: inserted by the CLI or the API, applied and answered by the owning scheduler in one
transaction. It is applied exactly once, however often it is read.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from mulgil.i18n import FieldValue, Text
from mulgil.model import BackfillAction, DataInterval, RerunPolicy, TaskInstanceState, TaskKey


class TriggerDagRun(msgspec.Struct, frozen=True, tag="trigger_dag_run", kw_only=True, omit_defaults=True):
    """Create a manual run. Without interval and logical date it gets the latest complete interval.

    A `logical_date` picks the interval that starts there (or contains it).
    """

    dag_id: str
    run_uid: str
    run_id: str | None = None
    logical_date: datetime | None = None
    data_interval: DataInterval | None = None
    conf: dict[str, Any] = {}
    note: str = ""


class ClearTaskInstances(msgspec.Struct, frozen=True, tag="clear_task_instances", kw_only=True, omit_defaults=True):
    """Make task instances run anew (all of the run's when `tasks` is empty)."""

    dag_id: str
    run_id: str
    tasks: tuple[TaskKey, ...] = ()
    downstream: bool = False
    upstream: bool = False
    only_failed: bool = False


class MarkTaskInstances(msgspec.Struct, frozen=True, tag="mark_task_instances", kw_only=True):
    """Set task instances to success or failed without running them."""

    dag_id: str
    run_id: str
    tasks: tuple[TaskKey, ...]
    state: TaskInstanceState


class CancelDagRun(msgspec.Struct, frozen=True, tag="cancel_dag_run"):
    """End a run: what runs is killed, what waits doesn't start; the run fails with reason `cancelled`."""

    dag_id: str
    run_id: str


class SetDagPaused(msgspec.Struct, frozen=True, tag="set_dag_paused"):
    """Stop or resume creating scheduled runs and starting tasks of a dag."""

    dag_id: str
    is_paused: bool


class PlannedInterval(msgspec.Struct, frozen=True, array_like=True):
    """An interval of a backfill, and what is to be done about it as things stood when it was planned."""

    data_interval: DataInterval
    action: BackfillAction


class CreateBackfill(msgspec.Struct, frozen=True, tag="create_backfill", kw_only=True, omit_defaults=True):
    """Run the planned intervals, in their order.

    Those that were planned to be skipped stay skipped; of the others each is looked at once more when its
    turn comes. `tasks` are the only ones to run; none named = all.
    """

    dag_id: str
    range_start: datetime
    range_end: datetime
    intervals: tuple[PlannedInterval, ...]
    max_active: int
    rerun: RerunPolicy = RerunPolicy.FAILED
    is_reverse: bool = False
    tasks: tuple[str, ...] = ()
    conf: dict[str, Any] = {}


class BackfillChange(StrEnum):
    """What people do to a backfill."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


class ChangeBackfill(msgspec.Struct, frozen=True, tag="change_backfill"):
    """Pause, resume or cancel a backfill. A cancel kills the runs that the backfill itself has under way."""

    dag_id: str
    backfill_id: int
    change: BackfillChange


CommandPayload = (
    TriggerDagRun
    | ClearTaskInstances
    | MarkTaskInstances
    | CancelDagRun
    | SetDagPaused
    | CreateBackfill
    | ChangeBackfill
)


class Applied(msgspec.Struct, frozen=True, tag="applied", omit_defaults=True):
    """The command took effect; `facts` say with what result (such as the new run's id)."""

    facts: dict[str, FieldValue] = {}


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """The command changed nothing, for this reason."""

    reason: Text


CommandAnswer = Applied | Refused


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """One command row."""

    command_id: str
    payload: CommandPayload
    submitted_at: datetime
    by: str
