"""Dag runs, task instances and attempts as rows. Only the scheduler that owns the dag writes them."""

from datetime import datetime
from typing import Any

import msgspec

from mulgil.i18n import Text
from mulgil.model.interval import DataInterval
from mulgil.model.states import AttemptState, DagRunState, RunType, TaskInstanceState

UNMAPPED = -1


class TaskKey(msgspec.Struct, frozen=True, order=True, array_like=True):
    """A task instance inside its run: the task and the map index (`UNMAPPED` for an ordinary task)."""

    task_id: str
    map_index: int = UNMAPPED


class DagRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a dag, for one data interval. `run_uid` is random and never used twice anywhere."""

    dag_id: str
    run_id: str
    run_uid: str
    run_type: RunType
    state: DagRunState
    data_interval: DataInterval
    version_id: str
    created_at: datetime
    conf: dict[str, Any] = {}
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: Text | None = None
    triggered_by: str = ""
    note: str = ""

    @property
    def logical_date(self) -> datetime:
        """The start of the data interval."""
        return self.data_interval.start


class TaskInstance(msgspec.Struct, frozen=True, kw_only=True):
    """One task (or one map index of it) in one run.

    `try_number` counts tries that were started, from 1 (0 = never); it goes on counting after a
    clear, which raises `clear_number` and `max_tries`. `lost_count` counts attempts that died of our
    own processes' deaths: they consume no try.
    """

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = UNMAPPED
    state: TaskInstanceState = TaskInstanceState.NONE
    try_number: int = 0
    max_tries: int = 1
    clear_number: int = 0
    lost_count: int = 0
    attempt_id: str | None = None
    reason: Text | None = None
    scheduled_at: datetime | None = None
    queued_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    retry_at: datetime | None = None

    @property
    def key(self) -> TaskKey:
        """Which task instance of the run this is."""
        return TaskKey(self.task_id, self.map_index)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One start of one try of one task instance, under an id that is never used twice."""

    attempt_id: str
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    try_number: int
    state: AttemptState
    executor: str
    daemon_id: str
    queued_at: datetime
    pid: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    error: Text | None = None


class XComValue(msgspec.Struct, frozen=True, kw_only=True):
    """One XCom: `value` is the encoding of `mulgil.serialization.xcom`, inline or naming a file."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    key: str
    value: bytes


class AssetCommit(msgspec.Struct, frozen=True, kw_only=True):
    """The metadata DB's copy of one ledger record; where they differ the target wins."""

    connection_id: str
    table_name: str
    scope: str
    fence: int
    write_id: str
    producer: str
    mode: str
    rows: int
    committed_at: datetime
    # The full ledger record (checks, checksum, inputs, cursors) as JSON.
    record: bytes = b"{}"
    superseded_by: int | None = None
