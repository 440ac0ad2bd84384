"""Dispatch: what admission lets in gets an attempt, committed before it is sent."""

from collections.abc import Callable, Mapping

from mulgil.i18n import FieldValue, Text
from mulgil.kernel import Candidate, TaskInstanceFailed, TaskInstanceQueued
from mulgil.model import Attempt, AttemptState
from mulgil.ports import Executor
from mulgil.scheduler.assignment import make_assignment
from mulgil.scheduler.run_book import LiveRun
from mulgil.scheduler.step_work import StepWork


class Dispatcher:
    """Gives ready task instances to executors, as many as they can start now."""

    def __init__(self, executors: Mapping[str, Executor], *, default: str, new_id: Callable[[], str]) -> None:
        """Use the `default` executor for tasks that name none."""
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
            if name not in self._executors:
                self._refuse(work, live, candidate, wanted=name)
                continue
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
        """Return the name of the executor that a candidate asks for, whether it is here or not."""
        wanted = live.state.graph.tasks[live.state.graph.numbers[candidate.key.task_id]].executor
        return self._default if wanted is None else wanted

    def _refuse(self, work: StepWork, live: LiveRun, candidate: Candidate, *, wanted: str) -> None:
        """Fail a candidate whose executor isn't here: another one might run it otherwise than its author needs."""
        fields: dict[str, FieldValue] = {"wanted": wanted, "configured": ", ".join(self._executors)}
        reason = Text("scheduler.executor_not_configured", fields)
        attempt_id = self._queue(work, live, candidate, executor=wanted, daemon_id="")
        attempt = work.memory.attempts.get(attempt_id)
        if attempt is not None:
            work.submits.pop()
            work.end_attempt(attempt, outcome="failed", ended_at=work.now, error=reason)
            work.apply(live, TaskInstanceFailed(candidate.key, attempt_id, reason, False, 0.0))
        work.memory.admission.release(candidate.dag_id, candidate.run_id, candidate.key)

    def _queue(self, work: StepWork, live: LiveRun, candidate: Candidate, *, executor: str, daemon_id: str) -> str:
        attempt_id = self._new_id()
        work.apply(live, TaskInstanceQueued(candidate.key, attempt_id))
        row = live.state.instance(candidate.key)
        if row.attempt_id != attempt_id:
            return attempt_id
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
        return attempt_id
