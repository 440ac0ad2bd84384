"""The metadata store, as each of its users sees it.

`MetadataStore` is the whole; a component is typed by the part that it needs. Who may write what
(one owner for every row):

- `SchedulerStore`  the scheduler that owns the dags: runs, task instances, attempts, XComs, asset commits,
                    schedules, answers to commands, in one transaction a step;
- `DagFileStore`    the DAG processor: dag versions and import failures;
- `CommandStore`    anybody: inserts commands and reads their answers;
- `ConfigurationStore`  anybody: pools, connections, variables;
- `ReadStore`       anybody: what pages and the CLI show;
- `AssetStore`      anybody: the copies of the targets' ledgers, by table.

Every method is one transaction: it happens whole or not at all, and its events with it. Stores are
safe to use from one thread at a time; several processes may each hold one on the same database.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import msgspec

from mulgil.messages import Command, CommandAnswer
from mulgil.model import (
    AssetCommit,
    Attempt,
    Backfill,
    BackfillRun,
    BackfillRunState,
    Connection,
    Dag,
    DagRun,
    DagRunState,
    DagSchedule,
    DagVersion,
    DataInterval,
    Event,
    ImportFailure,
    Pool,
    TaskInstance,
    Variable,
    XComValue,
)


class StoredRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run with its task instances and its attempts that haven't ended: what a restart loads."""

    run: DagRun
    instances: tuple[TaskInstance, ...]
    live_attempts: tuple[Attempt, ...] = ()


class StoredBackfill(msgspec.Struct, frozen=True, kw_only=True):
    """A backfill with its intervals, in their order."""

    backfill: Backfill
    runs: tuple[BackfillRun, ...]


class AnsweredCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A command that was applied or refused."""

    command_id: str
    answer: CommandAnswer


class NewAssetCommit(msgspec.Struct, frozen=True, kw_only=True):
    """An asset commit and the attempt that reported it."""

    commit: AssetCommit
    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    attempt_id: str


@dataclass
class Batch:
    """Everything that one scheduler step writes; rows are whole and replace what was stored.

    A row that stands in a list twice is written as it stands last; a backfill is new if its id is. Two rows
    are replaced in part: of a run its identity (`run_uid`, `run_type`, `data_interval`, `created_at`) stays
    as it was created; of a dag only `is_paused` is taken, because the rest is the DAG processor's.
    """

    new_runs: list[DagRun] = field(default_factory=list)
    runs: list[DagRun] = field(default_factory=list)
    instances: list[TaskInstance] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    # Task instances whose XComs of earlier tries go, before `xcoms` are written: (dag, run, task, map index).
    dropped_xcoms: list[tuple[str, str, str, int]] = field(default_factory=list)
    xcoms: list[XComValue] = field(default_factory=list)
    commits: list[NewAssetCommit] = field(default_factory=list)
    dags: list[Dag] = field(default_factory=list)
    schedules: list[DagSchedule] = field(default_factory=list)
    backfills: list[Backfill] = field(default_factory=list)
    backfill_runs: list[BackfillRun] = field(default_factory=list)
    answers: list[AnsweredCommand] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not any(vars(self).values())


class SchedulerStore(Protocol):
    """What a scheduler reads and writes."""

    def claim(self, owner: str) -> int:
        """Become the one scheduler: raise the epoch and return it. Older epochs can't commit any more."""
        ...

    def commit(self, batch: Batch, *, epoch: int) -> int:
        """Write `batch` in one transaction and return the `seq` of the newest event.

        Raises:
            LeaseLostError: `epoch` is not the newest; nothing was written.
            UniquenessError: A new run's id, uid or interval exists already; nothing was written.
            StoreError: A changed run or dag, or the run of another row, isn't stored, or an answered
                command isn't pending; nothing was written.
            StoreUnavailableError: The database is busy beyond its time-out, full or gone; nothing was written.
        """
        ...

    def pending_commands(self) -> tuple[Command, ...]:
        """Return the unanswered commands in the order of their submission."""
        ...

    def active_runs(self) -> tuple[StoredRun, ...]:
        """Return every run that hasn't finished, oldest first, with its live attempts."""
        ...

    def stored_run(self, dag_id: str, run_id: str) -> StoredRun | None:
        """Return one run with its task instances."""
        ...

    def run_of_interval(self, dag_id: str, interval: DataInterval) -> DagRun | None:
        """Return the scheduled or backfill run of an interval; there is at most one."""
        ...

    def active_backfills(self) -> tuple[StoredBackfill, ...]:
        """Return every backfill that hasn't finished, by id."""
        ...

    def last_backfill(self) -> int:
        """Return the highest backfill id that was given (0 without backfills)."""
        ...

    def schedules(self) -> tuple[DagSchedule, ...]:
        """Return the high-water mark of every dag that has one."""
        ...

    def dags(self) -> tuple[Dag, ...]:
        """Return every dag, by dag id."""
        ...

    def dag_version(self, version_id: str) -> DagVersion | None:
        """Return one version."""
        ...

    def pools(self) -> tuple[Pool, ...]:
        """Return every pool, by name; the default pool always exists."""
        ...

    def xcoms(
        self, dag_id: str, run_id: str, task_id: str, *, map_index: int | None, key: str
    ) -> tuple[XComValue, ...]:
        """Return a task's XComs of one key, by map index; `map_index` null = all."""
        ...

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection with its secrets."""
        ...

    def variable(self, key: str) -> Variable | None:
        """Return a variable."""
        ...

    def last_event(self) -> int:
        """Return the newest event's `seq` (0 without events)."""
        ...

    def events(
        self, *, after: int = 0, limit: int = 1000, kinds: Sequence[str] = (), dag_id: str | None = None
    ) -> tuple[Event, ...]:
        """Return events with `seq > after` in order; `kinds` are payload tags, empty = all."""
        ...


class DagFileStore(Protocol):
    """What the DAG processor writes."""

    def publish_file(
        self, *, bundle: str, file: str, versions: Sequence[DagVersion], failure: ImportFailure | None, at: datetime
    ) -> tuple[str, ...]:
        """Record the outcome of parsing one file and return the dag ids whose current version changed.

        A version that is already current changes nothing; a known older one becomes current again, as
        does the version of a stale dag; the `number` of a new one is given by the store. With a `failure`
        the file's dags keep their versions. Without one, dags of the file that it no longer defines
        become stale, and an earlier failure goes. A dag id that a live dag of another file has, or that
        stands in `versions` twice, makes the whole file an import failure; that of a stale dag is taken
        over: so call `forget_files` first when files were moved.
        """
        ...

    def forget_files(self, *, bundle: str, present: Sequence[str], at: datetime) -> tuple[str, ...]:
        """Make the dags of files that are gone stale, drop those files' failures; return the dag ids."""
        ...

    def import_failures(self) -> tuple[ImportFailure, ...]:
        """Return the files that can't be imported now, by bundle and file."""
        ...


class CommandStore(Protocol):
    """What somebody who wants something writes."""

    def submit(self, command: Command) -> None:
        """Insert a command; inserting the same `command_id` again changes nothing."""
        ...

    def answer(self, command_id: str) -> CommandAnswer | None:
        """Return the owner's answer, or None while there is none."""
        ...


class ConfigurationStore(Protocol):
    """What people configure. Each change is an event, never with its value."""

    def put_pool(self, pool: Pool, *, by: str, at: datetime) -> None:
        """Create or change a pool."""
        ...

    def delete_pool(self, name: str, *, by: str, at: datetime) -> bool:
        """Delete a pool; False if there was none. The default pool can't be deleted."""
        ...

    def put_connection(self, connection: Connection, *, by: str, at: datetime) -> None:
        """Create or change a connection; password and extra are stored encrypted."""
        ...

    def delete_connection(self, connection_id: str, *, by: str, at: datetime) -> bool:
        """Delete a connection; False if there was none."""
        ...

    def connections(self) -> tuple[Connection, ...]:
        """Return every connection with its secrets, by id."""
        ...

    def put_variable(self, variable: Variable, *, by: str, at: datetime) -> None:
        """Create or change a variable; the value is stored encrypted."""
        ...

    def delete_variable(self, key: str, *, by: str, at: datetime) -> bool:
        """Delete a variable; False if there was none."""
        ...

    def variables(self) -> tuple[Variable, ...]:
        """Return every variable, by key."""
        ...


class ReadStore(Protocol):
    """What is shown to people."""

    def runs(
        self,
        *,
        dag_id: str | None = None,
        state: DagRunState | None = None,
        limit: int = 100,
    ) -> tuple[DagRun, ...]:
        """Return runs, newest interval first."""
        ...

    def run(self, dag_id: str, run_id: str) -> DagRun | None:
        """Return one run."""
        ...

    def run_counts(self) -> dict[str, dict[DagRunState, int]]:
        """Return how many runs each dag has in each state."""
        ...

    def task_instances(self, dag_id: str, run_id: str) -> tuple[TaskInstance, ...]:
        """Return a run's task instances by task id and map index."""
        ...

    def attempts(self, dag_id: str, run_id: str, *, task_id: str | None = None) -> tuple[Attempt, ...]:
        """Return a run's attempts in the order in which they were queued."""
        ...

    def asset_commits(self, dag_id: str, run_id: str) -> tuple[NewAssetCommit, ...]:
        """Return what a run's attempts committed, in order."""
        ...

    def runs_of_range(self, dag_id: str, start: datetime, end: datetime) -> tuple[StoredRun, ...]:
        """Return the scheduled and backfill runs of intervals that start in `[start, end)`, oldest interval first.

        They come with their task instances, and without attempts.
        """
        ...

    def backfills(self, *, dag_id: str | None = None, limit: int = 100) -> tuple[Backfill, ...]:
        """Return backfills, newest first."""
        ...

    def backfill(self, backfill_id: int) -> StoredBackfill | None:
        """Return one backfill."""
        ...

    def backfill_counts(self, backfill_ids: Sequence[int]) -> dict[int, dict[BackfillRunState, int]]:
        """Return how many intervals each of these backfills has in each state."""
        ...

    def versions(self, dag_id: str) -> tuple[DagVersion, ...]:
        """Return a dag's versions, newest first."""
        ...


class AssetStore(Protocol):
    """What is known of tables: copies of what stands in the ledgers of their targets.

    The scheduler copies what its tasks report, and whoever has read a ledger may set the copies right.
    Each row is a fact that the target owns, written whole, so neither can undo the other.
    """

    def standing_commits(self) -> tuple[NewAssetCommit, ...]:
        """Return of each scope of each table the newest commit that isn't superseded, by connection, table, scope."""
        ...

    def table_commits(self, connection_id: str, table_name: str, *, limit: int = 100) -> tuple[NewAssetCommit, ...]:
        """Return a table's commits, newest first."""
        ...

    def repair_commits(self, commits: Sequence[NewAssetCommit], *, by: str, at: datetime) -> None:
        """Write these commits whole, as their ledger has them; one event a table."""
        ...


class MetadataStore(SchedulerStore, DagFileStore, CommandStore, ConfigurationStore, ReadStore, AssetStore, Protocol):
    """The whole metadata store."""

    def close(self) -> None:
        """Give back connections and files; the store can't be used any more."""
        ...
