"""The scheduler's loop body.

A step gathers what happened (workers' events, commands, timers, changed dags), lets the kernel judge it,
commits everything in one transaction, and only then acts: submits, cancels, acknowledges. What it takes
in stays in its inbox until the commit has succeeded.

Memory is never ahead of the database: a commit that fails drops everything that is held in memory, and
the next step reads it anew and takes the same inbox in again. That is slow and simple, and rare.
"""

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from mulgil.kernel import ClockMoved, RetryDelayEnded, RunTimedOut
from mulgil.messages import AttemptStarted
from mulgil.ports import (
    Clock,
    DaemonJoined,
    Executor,
    IdSource,
    Jitter,
    StoreUnavailableError,
    UniquenessError,
    WorkerEvent,
)
from mulgil.scheduler.clock_watch import ClockWatch
from mulgil.scheduler.commands import handle_command
from mulgil.scheduler.dispatch import Dispatcher
from mulgil.scheduler.limits import SchedulerLimits
from mulgil.scheduler.memory import Memory
from mulgil.scheduler.step_work import StepWork
from mulgil.scheduler.store import OwnerStore
from mulgil.scheduler.timers import RetryTimer, ScheduleTimer, TimeoutTimer, TimerKey
from mulgil.scheduler.timetable_runs import RunMaker
from mulgil.scheduler.worker_events import handle_worker_event, repeat_after_reading

_log = logging.getLogger(__name__)
_EVENTS_PER_READ = 1_000
_DAG_EVENTS = ("dag_published", "dag_became_stale")
_POOL_EVENTS = ("configuration_changed",)
# So often may what must be unique turn out not to be before the scheduler gives itself up.
_CONFLICTS_BORNE = 3


class Scheduler:
    """Owns every dag of one store. One thread; `step` never waits."""

    def __init__(
        self,
        store: OwnerStore,
        executors: Sequence[Executor],
        clock: Clock,
        ids: IdSource,
        jitter: Jitter,
        limits: SchedulerLimits,
        *,
        owner: str,
    ) -> None:
        """Use the first of `executors` for tasks that name none; `owner` names this process to people."""
        self.store = store
        self._executors = {executor.name: executor for executor in executors}
        self._clock = clock
        self._ids = ids
        self._jitter = jitter
        self._limits = limits
        self._owner = owner
        self._dispatcher = Dispatcher(self._executors, default=executors[0].name, new_id=ids.new_id)
        self._epoch: int | None = None
        self._memory: Memory | None = None
        self._inbox: deque[tuple[Executor, WorkerEvent]] = deque()
        self._rang = True
        self._has_just_read = False
        self._failures = 0
        self._conflicts = 0
        self._answered = False
        self._patient_since: datetime | None = None
        self._is_owner_asked = False
        self._is_confirmed = False
        self._is_clock_unsure = True
        self._watch = ClockWatch(clock)
        self._shifts: Mapping[tuple[str, str, datetime], timedelta] = {}

    @property
    def is_loaded(self) -> bool:
        """Whether a trigger would be accepted and scheduled now."""
        return self._memory is not None

    @property
    def has_commands(self) -> bool:
        """Whether commands may wait that were not answered yet."""
        return self._rang or self._memory is None or bool(self._memory.commands)

    def ring(self) -> None:
        """Say that the database may hold something new."""
        self._rang = True

    def poll(self) -> None:
        """Look into the database although nobody rang, and whether this scheduler is its owner still."""
        self._rang = self._is_owner_asked = True

    def take_confirmed(self) -> bool:
        """Return whether a step has found, since the last call, what `poll` asked: that this is the owner."""
        confirmed, self._is_confirmed = self._is_confirmed, False
        return confirmed

    def take_answered(self) -> bool:
        """Return whether commands were answered since the last call: whoever waits can be told."""
        answered, self._answered = self._answered, False
        return answered

    def dag_of_attempt(self, attempt_id: str) -> str | None:
        """Return the dag of an attempt that hasn't ended."""
        attempt = None if self._memory is None else self._memory.attempts.get(attempt_id)
        return None if attempt is None else attempt.dag_id

    def step(self) -> datetime | None:
        """Do what is to be done now; return when to come back if nothing happens before (None: no need).

        Raises:
            LeaseLostError: Another scheduler has taken over; this one must stop.
            UniquenessError: The store holds what this scheduler can't know of, again and again.
        """
        for executor in self._executors.values():
            self._inbox.extend((executor, event) for event in executor.events())
        now = self._clock.now()
        patience = self._patience(now)
        if patience is not None:
            return patience
        try:
            memory = self._loaded()
            work = StepWork(memory, self.store, now)
            self._follow_clock(work)
            taken = self._take_in(memory, work)
            self._commit(work)
        except StoreUnavailableError as error:
            return now + self._fail(error)
        except UniquenessError as error:
            self._conflicts += 1
            if self._conflicts > _CONFLICTS_BORNE:
                raise
            return now + self._fail(error)
        self._failures = self._conflicts = 0
        self._is_clock_unsure = False
        if taken == len(self._inbox):
            self._has_just_read = False
        for _ in range(taken):
            self._inbox.popleft()
        self._act(work)
        return self._next_instant(memory, now)

    # What comes in.

    def _patience(self, now: datetime) -> datetime | None:
        """Return until when a step can wait, because nothing has come in but the word of attempts' starts."""
        memory = self._memory
        is_minor = (
            memory is not None
            and not self._rang
            and not memory.is_busy(now)
            and all(isinstance(event, AttemptStarted) for _, event in self._inbox)
        )
        if not self._inbox or not is_minor:
            self._patient_since = None
            return None
        since = self._patient_since = self._patient_since or now
        until = since + self._limits.start_delay
        # A clock that was set back must not stretch the wait.
        if since <= now < until:
            return until
        self._patient_since = None
        return None

    def _loaded(self) -> Memory:
        if self._epoch is None:
            self._epoch = self.store.claim(self._owner)
        if self._memory is None:
            self._memory = Memory.load(self.store, self._limits, shifts=self._shifts)
            self._rang = self._has_just_read = self._is_clock_unsure = True
        return self._memory

    def _follow_clock(self, work: StepWork) -> None:
        """Keep delays as they are where the clock was set, now or while nobody looked.

        A move is followed once, whether or not this step's commit succeeds: its word may be lost, and a delay that
        is moved twice is worse than one that begins anew.
        """
        moved = self._watch.moved(work.now)
        if not moved and not self._is_clock_unsure:
            return
        if moved:
            _log.warning("the clock was set by %s s; retry delays and timeouts go on as before", moved.total_seconds())
        for live in work.memory.runs:
            work.apply(live, ClockMoved(moved))
        work.memory.move_timeouts(moved, work.now)
        self._shifts = work.memory.shifts
        self._watch.settle(moved)

    def _take_in(self, memory: Memory, work: StepWork) -> int:
        """Let everything that happened have its effect; return how many of the inbox were taken in."""
        if self._rang:
            self._rang = False
            self._look(memory)
        taken = self._take_worker_events(work)
        for _ in range(min(len(memory.commands), self._limits.commands_per_step)):
            handle_command(work, memory.commands.popleft())
        for timer in memory.timers.due(work.now, limit=self._limits.timers_per_step):
            self._fire(work, timer)
        self._make_runs(memory, work)
        if taken == len(self._inbox):
            # What daemons said about receipts and ends must be heard before anything is sent to them.
            if self._has_just_read:
                repeat_after_reading(work)
            self._dispatcher.dispatch(work)
        return taken

    def _look(self, memory: Memory) -> None:
        """Read what others wrote: commands, dag versions, pools."""
        known = {command.command_id for command in memory.commands}
        memory.commands.extend(command for command in self.store.pending_commands() if command.command_id not in known)
        newest = self.store.last_event()
        kinds: set[str] = set()
        after = memory.seen_event
        while after < newest:
            page = self.store.events(after=after, limit=_EVENTS_PER_READ, kinds=(*_DAG_EVENTS, *_POOL_EVENTS))
            kinds.update(str(event.payload.__struct_config__.tag) for event in page)
            after = page[-1].seq if len(page) == _EVENTS_PER_READ else newest
        memory.seen_event = max(newest, after)
        if not kinds.isdisjoint(_DAG_EVENTS):
            for dag_id in memory.dags.refresh():
                memory.note_dag(dag_id)
        if not kinds.isdisjoint(_POOL_EVENTS):
            memory.read_pools(self.store)

    def _take_worker_events(self, work: StepWork) -> int:
        joins = [event for _, event in self._inbox if isinstance(event, DaemonJoined)]
        latest = {event.daemon_id: event for event in joins}
        taken = min(len(self._inbox), self._limits.worker_events_per_step)
        for _, (_, event) in zip(range(taken), self._inbox, strict=False):
            is_latest = isinstance(event, DaemonJoined) and latest[event.daemon_id] is event
            is_newest = is_latest and event is joins[-1]
            handle_worker_event(
                work, event, jitter=self._jitter.spread(), is_latest_join=is_latest, is_newest_join=is_newest
            )
        return taken

    def _fire(self, work: StepWork, timer: TimerKey) -> None:
        match timer:
            case ScheduleTimer(dag_id=dag_id):
                work.memory.restless[dag_id] = None
            case RetryTimer(dag_id=dag_id, run_id=run_id, key=key):
                live = work.memory.runs.get(dag_id, run_id)
                if live is not None:
                    work.apply(live, RetryDelayEnded(key))
            case TimeoutTimer(dag_id=dag_id, run_id=run_id):
                live = work.memory.runs.get(dag_id, run_id)
                if live is not None:
                    work.apply(live, RunTimedOut())

    def _make_runs(self, memory: Memory, work: StepWork) -> None:
        maker = RunMaker(work, self._limits, self._ids.new_id)
        for dag_id in tuple(islice(memory.restless, self._limits.dags_per_step)):
            if maker.is_full:
                break
            del memory.restless[dag_id]
            if not maker.settle_dag(dag_id):
                memory.restless[dag_id] = None

    # What goes out.

    def _commit(self, work: StepWork) -> None:
        is_silent = work.batch.is_empty and not work.has_something_to_say
        if self._epoch is None or (is_silent and not self._is_owner_asked):
            return
        # Whoever says anything must be the owner still: an empty batch checks just that.
        self.store.commit(work.batch, epoch=self._epoch)
        self._is_confirmed |= self._is_owner_asked
        self._is_owner_asked = False

    def _fail(self, error: Exception) -> timedelta:
        """Drop what may be ahead of the database; return how long to wait before the next try."""
        self._memory = None
        self._failures += 1
        _log.warning("the metadata database did not take a step, it is tried again: %s", error)
        return min(self._limits.retry_first * (1 << min(self._failures - 1, 10)), self._limits.retry_longest)

    def _act(self, work: StepWork) -> None:
        for joined in work.joined:
            for executor in self._executors.values():
                executor.welcome(joined)
        for attempt, assignment in work.submits:
            self._dispatcher.executor(attempt.executor).submit(assignment, daemon_id=attempt.daemon_id)
        for attempt_id, reason in work.cancels:
            for executor in self._executors.values():
                executor.cancel(attempt_id, reason)
        if work.acknowledged:
            for executor in self._executors.values():
                executor.acknowledge(work.acknowledged)
        if work.batch.answers:
            self._answered = True
        work.settle()

    def _next_instant(self, memory: Memory, now: datetime) -> datetime | None:
        if self._inbox or self._rang or memory.is_busy(now):
            return now
        return memory.timers.next
