"""The part of the SQL store that belongs to the scheduler: its one write a step, and what a restart loads."""

from collections import defaultdict
from collections.abc import Sequence

from mulgil.messages import Command
from mulgil.model import Attempt, BackfillRun, DagRun, DagSchedule, DataInterval, Event, TaskInstance
from mulgil.ports import Batch, LeaseLostError, StoredBackfill, StoredRun
from mulgil.stores.sql.batch import write_batch
from mulgil.stores.sql.database import Transaction
from mulgil.stores.sql.part import StorePart
from mulgil.stores.sql.rows import backfills, dags, log, runs


class SqlSchedulerStore(StorePart):
    """What only a scheduler does, and the event log."""

    def claim(self, owner: str) -> int:
        """Become the one scheduler: raise the epoch and return it. Older epochs can't commit any more."""
        with self._database.write() as transaction:
            transaction.run("claim", {"owner": owner})
            return _epoch(transaction)

    def commit(self, batch: Batch, *, epoch: int) -> int:
        """Write `batch` in one transaction and return the `seq` of the newest event."""
        with self._database.write() as transaction:
            newest = _epoch(transaction)
            if newest != epoch:
                raise LeaseLostError("store.lease_lost", epoch=epoch, newest=newest)
            write_batch(transaction, batch)
            return int(transaction.rows("last_event")[0][0])

    def pending_commands(self) -> tuple[Command, ...]:
        """Return the unanswered commands in the order of their submission, but those of a newer version."""
        with self._database.read() as transaction:
            commands = map(log.command_value, transaction.rows("pending_commands"))
            return tuple(command for command in commands if command is not None)

    def active_runs(self) -> tuple[StoredRun, ...]:
        """Return every run that hasn't finished, oldest first, with its live attempts."""
        instances: dict[tuple[str, str], list[TaskInstance]] = defaultdict(list)
        attempts: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
        with self._database.read() as transaction:
            found = [runs.run_value(row) for row in transaction.rows("active_runs")]
            for instance in map(runs.instance_value, transaction.rows("instances_of_active_runs")):
                instances[instance.dag_id, instance.run_id].append(instance)
            for attempt in map(runs.attempt_value, transaction.rows("live_attempts_of_active_runs")):
                attempts[attempt.dag_id, attempt.run_id].append(attempt)
        return tuple(
            StoredRun(
                run=run,
                instances=tuple(instances[run.dag_id, run.run_id]),
                live_attempts=tuple(attempts[run.dag_id, run.run_id]),
            )
            for run in found
        )

    def stored_run(self, dag_id: str, run_id: str) -> StoredRun | None:
        """Return one run with its task instances and live attempts."""
        key = {"dag_id": dag_id, "run_id": run_id}
        with self._database.read() as transaction:
            row = transaction.row("run_by_id", key)
            if row is None:
                return None
            return StoredRun(
                run=runs.run_value(row),
                instances=tuple(map(runs.instance_value, transaction.rows("task_instances", key))),
                live_attempts=tuple(map(runs.attempt_value, transaction.rows("live_attempts", key))),
            )

    def run_of_interval(self, dag_id: str, interval: DataInterval) -> DagRun | None:
        """Return the scheduled or backfill run of an interval; there is at most one."""
        with self._database.read() as transaction:
            row = transaction.row("run_of_interval", {"dag_id": dag_id, **runs.interval_params(interval)})
            return None if row is None else runs.run_value(row)

    def active_backfills(self) -> tuple[StoredBackfill, ...]:
        """Return every backfill that hasn't finished, by id."""
        found: dict[int, list[BackfillRun]] = defaultdict(list)
        with self._database.read() as transaction:
            active = [backfills.backfill_value(row) for row in transaction.rows("active_backfills")]
            for run in map(backfills.backfill_run_value, transaction.rows("runs_of_active_backfills")):
                found[run.backfill_id].append(run)
        return tuple(StoredBackfill(backfill=one, runs=tuple(found[one.backfill_id])) for one in active)

    def last_backfill(self) -> int:
        """Return the highest backfill id that was given (0 without backfills)."""
        with self._database.read() as transaction:
            return int(transaction.rows("last_backfill")[0][0])

    def schedules(self) -> tuple[DagSchedule, ...]:
        """Return the high-water mark of every dag that has one, by dag id."""
        with self._database.read() as transaction:
            return tuple(map(dags.schedule_value, transaction.rows("schedules")))

    def last_event(self) -> int:
        """Return the newest event's `seq` (0 without events)."""
        with self._database.read() as transaction:
            return int(transaction.rows("last_event")[0][0])

    def events(
        self, *, after: int = 0, limit: int = 1000, kinds: Sequence[str] = (), dag_id: str | None = None
    ) -> tuple[Event, ...]:
        """Return events with `seq > after` in order, but those that only a newer version can read."""
        name = "events" if dag_id is None else "events_of_dag"
        params: dict[str, str | int] = {"after": after, "limit": limit, "kinds": log.kinds_param(kinds)}
        if dag_id is not None:
            params["dag_id"] = dag_id
        with self._database.read() as transaction:
            while rows := transaction.rows(name, params):
                readable = tuple(event for event in map(log.event_value, rows) if event is not None)
                if readable:
                    return readable
                # A page that this version can't read at all must not look like the log's end.
                params["after"] = rows[-1][0]
        return ()


def _epoch(transaction: Transaction) -> int:
    row = transaction.row("epoch")
    return 0 if row is None else int(row[0])
