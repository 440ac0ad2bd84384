"""Dispatch: what admission lets in gets an attempt, committed before it is sent."""

from collections.abc import Callable, Mapping

from mulgil.kernel import Candidate, TaskInstanceQueued
from mulgil.model import Attempt, AttemptState
from mulgil.ports import Executor
from mulgil.scheduler.assignment import make_assignment
from mulgil.scheduler.run_book import LiveRun
from mulgil.scheduler.step_work import StepWork


class Dispatcher:
    """Gives ready task instances to executors, as many as they can start now."""

    def __init__(self, executors: Mapping[str, Executor], *, default: str, new_id: Callable[[], str]) -> None:
        """Use the `default` executor for tasks that name none, or one that isn't here."""
        self._executors = executors
        self._default = default
        self._new_id = new_id

    def dispatch(self, work: StepWork) -> None:
        """Queue attempts while there are candidates and slots; they are submitted after the commit."""
        free = {name: executor.free_slots() - self._promised(work, name) for name, executor in self._executors.items()}
        daemons = {name: executor.target_daemon() for name, executor in self._executors.items()}
        full: list[Candidate] = []
        while any(slots > 0 for slots in free.values()):
            admitted = work.memory.admission.admit(1)
            if not admitted:
                break
            candidate = admitted[0]
            live = work.memory.runs.get(candidate.dag_id, candidate.run_id)
            if live is None:
                continue
            name = self.executor_for(live, candidate)
            daemon_id = daemons[name]
            if free[name] <= 0 or daemon_id is None:
                full.append(candidate)
                continue
            free[name] -= 1
            self._queue(work, live, candidate, executor=name, daemon_id=daemon_id)
        for candidate in full:
            work.memory.admission.release(candidate.dag_id, candidate.run_id, candidate.key)
            work.memory.admission.offer(candidate)

    def _promised(self, work: StepWork, name: str) -> int:
        """Return how many slots go to attempts that this step sends once more, before anything new."""
        return len({attempt.attempt_id for attempt, _ in work.submits if attempt.executor == name})

    def executor(self, name: str) -> Executor:
        """Return an executor by name; the default one where it isn't configured any more."""
        return self._executors.get(name) or self._executors[self._default]

    def executor_for(self, live: LiveRun, candidate: Candidate) -> str:
        """Return the name of the executor that runs a candidate."""
        wanted = live.state.graph.tasks[live.state.graph.numbers[candidate.key.task_id]].executor
        return wanted if wanted is not None and wanted in self._executors else self._default

    def _queue(self, work: StepWork, live: LiveRun, candidate: Candidate, *, executor: str, daemon_id: str) -> None:
        attempt_id = self._new_id()
        work.apply(live, TaskInstanceQueued(candidate.key, attempt_id))
        row = live.state.instance(candidate.key)
        if row.attempt_id != attempt_id:
            return
        attempt = Attempt(
            attempt_id=attempt_id,
            dag_id=candidate.dag_id,
            run_id=candidate.run_id,
            task_id=candidate.key.task_id,
            map_index=candidate.key.map_index,
            try_number=row.try_number,
            state=AttemptState.QUEUED,
            executor=executor,
            daemon_id=daemon_id,
            queued_at=work.now,
        )
        work.put_attempt(attempt)
        work.submits.append((attempt, make_assignment(live, candidate.key, attempt_id)))
