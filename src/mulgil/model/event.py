"""The event log: one append-only row for every change, written in the change's own transaction.

Live updates, the audit log, Gantt charts, metrics and alerts all read this one table. Payloads are a
tagged union that only grows; a reader skips kinds that it doesn't know.
"""

from datetime import datetime

import msgspec

from mulgil.i18n import Text
from mulgil.model.states import BackfillState, DagRunState, TaskInstanceState


class DagRunChanged(msgspec.Struct, frozen=True, tag="dag_run_changed", omit_defaults=True):
    """A run was created or entered a state (`previous` is null at creation)."""

    previous: DagRunState | None
    state: DagRunState
    reason: Text | None = None


class TaskInstanceChanged(msgspec.Struct, frozen=True, tag="task_instance_changed", omit_defaults=True):
    """A task instance went from one state to another."""

    previous: TaskInstanceState
    state: TaskInstanceState
    try_number: int
    attempt_id: str | None = None
    reason: Text | None = None


class AssetCommitted(msgspec.Struct, frozen=True, tag="asset_committed", omit_defaults=True):
    """A table's scope got new contents."""

    connection_id: str
    table_name: str
    scope: str
    fence: int
    rows: int


class DagPublished(msgspec.Struct, frozen=True, tag="dag_published"):
    """The DAG processor published a version of a dag."""

    version_id: str
    number: int


class DagBecameStale(msgspec.Struct, frozen=True, tag="dag_became_stale"):
    """The file that defined a dag is gone or defines it no longer; `version_id` was its last version."""

    version_id: str


class BackfillChanged(msgspec.Struct, frozen=True, tag="backfill_changed", omit_defaults=True):
    """A backfill was created or entered a state (`previous` is null at creation)."""

    backfill_id: int
    previous: BackfillState | None
    state: BackfillState


class CommandApplied(msgspec.Struct, frozen=True, tag="command_applied", omit_defaults=True):
    """Somebody's command took effect or was refused: the audit trail of what people did."""

    command_id: str
    command: str
    by: str
    refused: Text | None = None


class ConfigurationChanged(msgspec.Struct, frozen=True, tag="configuration_changed", omit_defaults=True):
    """A pool, connection or variable was created, changed or deleted. Values are never recorded."""

    kind: str
    name: str
    action: str
    by: str = ""


EventPayload = (
    DagRunChanged
    | TaskInstanceChanged
    | AssetCommitted
    | DagPublished
    | DagBecameStale
    | BackfillChanged
    | CommandApplied
    | ConfigurationChanged
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the event log; `seq` is given by the store at commit, in commit order."""

    at: datetime
    payload: EventPayload
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    map_index: int | None = None
    seq: int = 0
