"""The part of the memory store that belongs to the scheduler, with the commands that reach it."""

from collections.abc import Sequence

from mulgil.messages import Command, CommandAnswer
from mulgil.model import DagRun, DagSchedule, DataInterval, Event
from mulgil.ports import Batch, LeaseLostError, StoredBackfill, StoredRun
from mulgil.stores.memory.batch import check_batch, write_batch
from mulgil.stores.memory.order import live_attempts_of, oldest_first, sorted_instances, stored_backfill
from mulgil.stores.memory.part import StorePart


class MemorySchedulerStore(StorePart):
    """What only a scheduler does, commands for it, and the event log."""

    def claim(self, owner: str) -> int:
        """Become the one scheduler: raise the epoch and return it. Older epochs can't commit any more."""
        self._tables.epoch += 1
        return self._tables.epoch

    def commit(self, batch: Batch, *, epoch: int) -> int:
        """Write `batch` in one transaction and return the `seq` of the newest event."""
        if epoch != self._tables.epoch:
            raise LeaseLostError("store.lease_lost", epoch=epoch, newest=self._tables.epoch)
        check_batch(self._tables, batch)
        write_batch(self._tables, batch)
        return self.last_event()

    def submit(self, command: Command) -> None:
        """Insert a command; inserting the same `command_id` again changes nothing."""
        self._tables.commands.setdefault(command.command_id, command)

    def answer(self, command_id: str) -> CommandAnswer | None:
        """Return the owner's answer, or None while there is none."""
        return self._tables.answers.get(command_id)

    def pending_commands(self) -> tuple[Command, ...]:
        """Return the unanswered commands in the order of their submission."""
        tables = self._tables
        return tuple(command for command_id, command in tables.commands.items() if command_id not in tables.answers)

    def active_runs(self) -> tuple[StoredRun, ...]:
        """Return every run that hasn't finished, oldest first, with its live attempts."""
        active = (run for run in self._tables.runs.values() if not run.state.is_finished)
        return tuple(map(self._stored, sorted(active, key=oldest_first)))

    def stored_run(self, dag_id: str, run_id: str) -> StoredRun | None:
        """Return one run with its task instances and live attempts."""
        run = self._tables.runs.get((dag_id, run_id))
        return None if run is None else self._stored(run)

    def _stored(self, run: DagRun) -> StoredRun:
        return StoredRun(
            run=run,
            instances=sorted_instances(self._tables, run.dag_id, run.run_id),
            live_attempts=live_attempts_of(self._tables, run.dag_id, run.run_id),
        )

    def run_of_interval(self, dag_id: str, interval: DataInterval) -> DagRun | None:
        """Return the scheduled or backfill run of an interval; there is at most one."""
        return self._tables.runs_by_interval.get((dag_id, interval))

    def active_backfills(self) -> tuple[StoredBackfill, ...]:
        """Return every backfill that hasn't finished, by id."""
        stored = (stored_backfill(self._tables, backfill_id) for backfill_id in sorted(self._tables.backfills))
        return tuple(one for one in stored if one is not None and not one.backfill.state.is_finished)

    def last_backfill(self) -> int:
        """Return the highest backfill id that was given (0 without backfills)."""
        return max(self._tables.backfills, default=0)

    def schedules(self) -> tuple[DagSchedule, ...]:
        """Return the high-water mark of every dag that has one, by dag id."""
        return tuple(schedule for _, schedule in sorted(self._tables.schedules.items()))

    def last_event(self) -> int:
        """Return the newest event's `seq` (0 without events)."""
        return len(self._tables.events)

    def events(
        self, *, after: int = 0, limit: int = 1000, kinds: Sequence[str] = (), dag_id: str | None = None
    ) -> tuple[Event, ...]:
        """Return events with `seq > after` in order."""
        found: list[Event] = []
        for event in self._tables.events[max(after, 0) :]:
            if len(found) >= limit:
                break
            is_wanted_kind = not kinds or event.payload.__struct_config__.tag in kinds
            if is_wanted_kind and dag_id in (None, event.dag_id):
                found.append(event)
        return tuple(found)
