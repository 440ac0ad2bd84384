"""What people can do to a mulgil, one method a use case: the CLI and the API know only this."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from mulgil.i18n import Text
from mulgil.messages import BackfillChange, CommandAnswer
from mulgil.model import (
    Attempt,
    Backfill,
    BackfillAction,
    BackfillRunState,
    Connection,
    Dag,
    DagRun,
    DagRunState,
    DagVersion,
    DataInterval,
    Event,
    ImportFailure,
    Pool,
    RerunPolicy,
    TaskInstance,
    TaskInstanceState,
    TaskKey,
    Variable,
)
from mulgil.ports.store import NewAssetCommit, StoredBackfill


class Submitted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a command: `answer` is null while no scheduler has taken it."""

    command_id: str
    answer: CommandAnswer | None


class DagSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A dag as a list shows it."""

    dag: Dag
    version: DagVersion
    run_counts: dict[DagRunState, int]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What a run and its task instances wait for now; what doesn't wait has no reason here."""

    run: Text | None = None
    instances: dict[TaskKey, Text] = {}


class BackfillRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks to be run: the intervals of a dag that start in `[range_start, range_end)`.

    Of `tasks` (none named = all) everything upstream and downstream is included as asked. Without a
    `max_active` the dag's own limit or a default holds, whichever is lower.
    """

    dag_id: str
    range_start: datetime
    range_end: datetime
    is_reverse: bool = False
    max_active: int | None = None
    rerun: RerunPolicy = RerunPolicy.FAILED
    tasks: tuple[str, ...] = ()
    upstream: bool = False
    downstream: bool = False
    conf: dict[str, Any] = {}


class PlannedRun(msgspec.Struct, frozen=True, kw_only=True):
    """One interval of a plan: what would be done about it now, and why nothing where that is so."""

    data_interval: DataInterval
    action: BackfillAction
    run_id: str | None = None
    reason: Text | None = None
    # How many task instances of its run would be cleared.
    cleared: int = 0


class BackfillPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a backfill would do, interval by interval in its order; nothing else runs when it is submitted.

    `tasks` are the only ones that would run (none named = all). `unfinished` counts the intervals of the
    range that haven't ended yet: those are the schedule's.
    """

    request: BackfillRequest
    runs: tuple[PlannedRun, ...]
    tasks: tuple[str, ...]
    max_active: int
    is_paused: bool
    timezone: str
    unfinished: int = 0


class BackfillSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill as a list shows it."""

    backfill: Backfill
    run_counts: dict[BackfillRunState, int]


class AssetSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A table that dags name, with what stands in it.

    `table_name` is the ledger's name for it, null without commits. `standing` are the commits whose rows
    are in the table, by scope; `stale_scopes` those of them whose inputs were committed anew since.
    """

    connection_id: str
    name: str
    table_name: str | None = None
    writers: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    standing: tuple[NewAssetCommit, ...] = ()
    stale_scopes: tuple[str, ...] = ()


class Control(Protocol):
    """Commands wait up to `answer_timeout` for the scheduler's answer; reads are one transaction each.

    Raises:
        NotFoundError: A named dag, run, task, pool, connection or variable doesn't exist; with the
            nearest name where there is one.
    """

    def trigger(
        self,
        dag_id: str,
        *,
        run_id: str | None = None,
        logical_date: datetime | None = None,
        data_interval: DataInterval | None = None,
        conf: dict[str, Any] | None = None,
        note: str = "",
    ) -> Submitted:
        """Create a manual run. `conf` is checked against the dag's params."""
        ...

    def clear(
        self,
        dag_id: str,
        run_id: str,
        *,
        tasks: Sequence[TaskKey] = (),
        downstream: bool = False,
        upstream: bool = False,
        only_failed: bool = False,
    ) -> Submitted:
        """Make task instances of a run run anew."""
        ...

    def mark(self, dag_id: str, run_id: str, tasks: Sequence[TaskKey], state: TaskInstanceState) -> Submitted:
        """Set task instances to success or failed."""
        ...

    def cancel(self, dag_id: str, run_id: str) -> Submitted:
        """End a run."""
        ...

    def set_paused(self, dag_id: str, *, is_paused: bool) -> Submitted:
        """Pause or resume a dag."""
        ...

    def plan_backfill(self, request: BackfillRequest) -> BackfillPlan:
        """Say what a backfill would do now. Nothing is written."""
        ...

    def create_backfill(self, plan: BackfillPlan) -> Submitted:
        """Start the backfill that was planned; the answer's facts name its `backfill_id`.

        What the plan skips stays skipped. The rest is looked at once more, interval by interval, when its turn
        comes.
        """
        ...

    def change_backfill(self, backfill_id: int, change: BackfillChange) -> Submitted:
        """Pause, resume or cancel a backfill."""
        ...

    def backfills(self, *, dag_id: str | None = None, limit: int = 100) -> tuple[BackfillSummary, ...]:
        """Return backfills, newest first."""
        ...

    def backfill(self, backfill_id: int) -> StoredBackfill:
        """Return one backfill with its intervals."""
        ...

    def dags(self) -> tuple[DagSummary, ...]:
        """Return every dag that isn't stale, by dag id."""
        ...

    def dag(self, dag_id: str) -> DagSummary:
        """Return one dag."""
        ...

    def import_failures(self) -> tuple[ImportFailure, ...]:
        """Return the files that can't be imported."""
        ...

    def runs(
        self, *, dag_id: str | None = None, state: DagRunState | None = None, limit: int = 100
    ) -> tuple[DagRun, ...]:
        """Return runs, newest interval first."""
        ...

    def run(self, dag_id: str, run_id: str) -> DagRun:
        """Return one run."""
        ...

    def task_instances(self, dag_id: str, run_id: str) -> tuple[TaskInstance, ...]:
        """Return a run's task instances in the order of its dag, then by map index."""
        ...

    def explain(self, dag_id: str, run_id: str) -> Explanation:
        """Return what a run and its unfinished task instances wait for, as the scheduler would say it."""
        ...

    def explain_queue(self, runs: Sequence[DagRun]) -> dict[tuple[str, str], Text]:
        """Return what each of these runs that is queued waits for, by dag id and run id."""
        ...

    def attempts(self, dag_id: str, run_id: str, *, task_id: str | None = None) -> tuple[Attempt, ...]:
        """Return a run's attempts."""
        ...

    def asset_commits(self, dag_id: str, run_id: str) -> tuple[NewAssetCommit, ...]:
        """Return what a run committed."""
        ...

    def assets(self) -> tuple[AssetSummary, ...]:
        """Return every table that a dag names or a commit was made in, by connection and name."""
        ...

    def table_commits(self, connection_id: str, table_name: str, *, limit: int = 100) -> tuple[NewAssetCommit, ...]:
        """Return a table's commits, newest first."""
        ...

    def repair_commits(self, commits: Sequence[NewAssetCommit]) -> None:
        """Set the copies of a ledger's records right."""
        ...

    def events(self, *, after: int = 0, limit: int = 1000, dag_id: str | None = None) -> tuple[Event, ...]:
        """Return the event log."""
        ...

    def pools(self) -> tuple[Pool, ...]:
        """Return every pool."""
        ...

    def put_pool(self, pool: Pool) -> None:
        """Create or change a pool."""
        ...

    def delete_pool(self, name: str) -> None:
        """Delete a pool."""
        ...

    def connections(self) -> tuple[Connection, ...]:
        """Return every connection; callers mask what they show."""
        ...

    def put_connection(self, connection: Connection) -> None:
        """Create or change a connection."""
        ...

    def delete_connection(self, connection_id: str) -> None:
        """Delete a connection."""
        ...

    def variables(self) -> tuple[Variable, ...]:
        """Return every variable."""
        ...

    def put_variable(self, variable: Variable) -> None:
        """Create or change a variable."""
        ...

    def delete_variable(self, key: str) -> None:
        """Delete a variable."""
        ...
