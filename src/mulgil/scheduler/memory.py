"""Everything that the scheduler holds in memory: a copy of what the store says, never ahead of it.

It is read when the scheduler starts and whenever a commit has failed; between the two, steps change it
together with what they commit.
"""

import logging
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mulgil.i18n import MulgilError, Text
from mulgil.kernel import (
    Admission,
    BackfillCourse,
    CancelAttempt,
    OfferTaskInstance,
    RetryAt,
    RunState,
    candidate_for,
    resume,
)
from mulgil.messages import Command
from mulgil.ports import SchedulerStore, StoredRun, StoreError
from mulgil.scheduler.attempts import AttemptTable
from mulgil.scheduler.backfill_book import BackfillBook
from mulgil.scheduler.dag_book import DagBook
from mulgil.scheduler.limits import SchedulerLimits
from mulgil.scheduler.run_book import LiveRun, RunBook
from mulgil.scheduler.timers import RetryTimer, TimeoutTimer, TimerKey, Timers

_log = logging.getLogger(__name__)
_NONE = timedelta(0)


@dataclass
class Memory:
    """See the module."""

    dags: DagBook
    admission: Admission
    # The newest event that was looked at for changes of dags and pools.
    seen_event: int
    runs: RunBook = field(default_factory=RunBook)
    backfills: BackfillBook = field(default_factory=BackfillBook)
    attempts: AttemptTable = field(default_factory=AttemptTable)
    timers: Timers[TimerKey] = field(default_factory=Timers)
    commands: deque[Command] = field(default_factory=deque)
    pools: frozenset[str] = frozenset()
    # Dags whose queue or schedule may allow another run.
    restless: dict[str, None] = field(default_factory=dict)
    # What was to be killed when the memory was read, with the reasons: said once more, in case it was not heard.
    unwanted: list[tuple[str, Text]] = field(default_factory=list)
    # By how much later the timeouts of runs come, because the clock was set meanwhile: by run and its start.
    shifts: Mapping[tuple[str, str, datetime], timedelta] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        store: SchedulerStore,
        limits: SchedulerLimits,
        *,
        shifts: Mapping[tuple[str, str, datetime], timedelta] | None = None,
    ) -> "Memory":
        """Read everything that a scheduler needs to go on; `shifts` are those of an earlier memory."""
        seen_event = store.last_event()
        memory = cls(
            dags=DagBook(store, versions_kept=limits.versions_kept),
            admission=Admission(parallelism=limits.parallelism),
            seen_event=seen_event,
            shifts=shifts or {},
        )
        memory.read_pools(store)
        for dag_id in memory.dags.dag_ids:
            memory.note_dag(dag_id)
        for stored in store.active_runs():
            try:
                memory.unwanted.extend(memory.take(stored)[1])
            except StoreError:
                raise
            except MulgilError as error:
                # One unreadable run must not keep all others from running.
                _log.error("run %s of dag %s is left alone: %s", stored.run.run_id, stored.run.dag_id, error)
        memory.read_backfills(store)
        memory.restless.update(dict.fromkeys((*memory.runs.dag_ids(), *memory.backfills.dag_ids())))
        return memory

    def is_busy(self, now: datetime) -> bool:
        """Whether something is to be done without any news."""
        next_timer = self.timers.next
        return bool(self.commands or self.restless) or (next_timer is not None and next_timer <= now)

    def read_pools(self, store: SchedulerStore) -> None:
        """Take over the pools as they are configured now."""
        pools = {pool.name: pool.slots for pool in store.pools()}
        for name, slots in pools.items():
            self.admission.set_pool(name, slots)
        for name in sorted(self.pools - pools.keys()):
            self.admission.remove_pool(name)
        self.pools = frozenset(pools)

    def read_backfills(self, store: SchedulerStore) -> None:
        """Take up the backfills that haven't finished where their rows stand."""
        self.backfills.last_id = store.last_backfill()
        for stored in store.active_backfills():
            self.backfills.put(BackfillCourse(stored.backfill, stored.runs))

    def note_dag(self, dag_id: str) -> None:
        """Take over a dag's row after it changed."""
        dag = self.dags.dag(dag_id)
        self.admission.set_paused(dag_id, dag is not None and dag.is_paused)
        self.restless[dag_id] = None

    def take(self, stored: StoredRun) -> tuple[LiveRun, tuple[tuple[str, Text], ...]]:
        """Take a stored run into memory; return it and the attempts to cancel once more, with the reasons."""
        version = self.dags.version(stored.run.version_id)
        live = LiveRun(RunState.load(version.graph, stored.run, stored.instances), version)
        dag_id, run_id = live.key
        for attempt in stored.live_attempts:
            self.attempts.put(attempt)
        for instance in stored.instances:
            if instance.attempt_id is not None:
                self.admission.hold(candidate_for(live.state, instance.key))
        cancels: list[tuple[str, Text]] = []
        for decision in resume(live.state):
            match decision:
                case OfferTaskInstance(key=key):
                    self.admission.offer(candidate_for(live.state, key))
                case RetryAt(key=key, at=at):
                    self.timers.set(RetryTimer(dag_id, run_id, key), at)
                case CancelAttempt(attempt_id=attempt_id, reason=reason):
                    cancels.append((attempt_id, reason))
                case _:
                    pass
        self.runs.put(live)
        self.watch_timeout(live)
        return live, tuple(cancels)

    def watch_timeout(self, live: LiveRun) -> None:
        """Keep the timer of a run's `dagrun_timeout` in step with the run."""
        run, timeout = live.state.run, live.state.graph.spec.dagrun_timeout
        timer = TimeoutTimer(run.dag_id, run.run_id)
        if timeout is None or run.started_at is None or run.state.is_finished:
            self.timers.clear(timer)
            return
        with suppress(OverflowError):
            # A timeout that ends after year 9999 never does.
            shift = self.shifts.get((run.dag_id, run.run_id, run.started_at), _NONE)
            self.timers.set(timer, run.started_at + timeout + shift)

    def move_timeouts(self, by: timedelta, now: datetime) -> None:
        """Let every run have as long as it had before the clock was set; none has more than its dag allows."""
        shifts: dict[tuple[str, str, datetime], timedelta] = {}
        for live in self.runs:
            run, timeout = live.state.run, live.state.graph.spec.dagrun_timeout
            if timeout is not None and run.started_at is not None:
                key = (run.dag_id, run.run_id, run.started_at)
                shifts[key] = min(self.shifts.get(key, _NONE) + by, now - run.started_at)
        self.shifts = shifts
        for live in self.runs:
            self.watch_timeout(live)

    def forget(self, live: LiveRun) -> None:
        """Drop a finished run."""
        dag_id, run_id = live.key
        self.runs.remove(live.key)
        self.timers.clear(TimeoutTimer(dag_id, run_id))
        self.admission.forget_run(dag_id, run_id)
