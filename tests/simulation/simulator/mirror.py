"""A copy of what is committed, kept by reading the commits: the checks compare new commits with it."""

from dataclasses import dataclass

from mulgil.messages import Assignment
from mulgil.model import Attempt, AttemptState, DagRun, DagRunState, TaskInstance, TaskInstanceState
from tests.simulation.simulator.scenario import Scenario

Place = tuple[str, str, str, int]
RunPlace = tuple[str, str]
OVER = (AttemptState.ENDED, AttemptState.LOST)


def place_of(row: TaskInstance | Attempt) -> Place:
    """Return which task instance a row is or belongs to."""
    return row.dag_id, row.run_id, row.task_id, row.map_index


@dataclass
class Stand:
    """Where a task instance stands, as the event log tells it, one event after another."""

    task_id: str
    state: TaskInstanceState = TaskInstanceState.NONE
    attempt_id: str | None = None


class Mirror:
    """See the module. `CommitRules` writes it."""

    def __init__(self, scenario: Scenario) -> None:
        self.runs: dict[RunPlace, DagRun] = {}
        self.unfinished_runs: set[RunPlace] = set()
        self.run_states: dict[RunPlace, DagRunState] = {}
        self.rows: dict[RunPlace, dict[Place, TaskInstance]] = {}
        self.stands: dict[RunPlace, dict[Place, Stand]] = {}
        self.attempts: dict[str, Attempt] = {}
        self.live_attempts: set[str] = set()
        # Attempts whose end counted for their task instance, since it was cleared.
        self.counted_ends: dict[Place, list[str]] = {}
        # Branches that succeeded by themselves, and what they chose: by run and task.
        self.choices: dict[RunPlace, dict[str, tuple[str, ...]]] = {}
        # Task instances that stand as succeeded, by an attempt: which.
        self.succeeded_by: dict[Place, str] = {}
        # Those that had succeeded when an attempt was queued.
        self._successes_before: dict[str, frozenset[Place]] = {}
        self._silent = {(dag.dag_id, task.task_id) for dag in scenario.dags for task in dag.tasks if task.is_resolvable}

    def row(self, place: Place) -> TaskInstance | None:
        """Return a task instance's row."""
        return self.rows.get(place[:2], {}).get(place)

    def rows_of_task(self, dag_id: str, run_id: str, task_id: str) -> dict[Place, TaskInstance]:
        """Return a task's rows in a run."""
        rows = self.rows.get((dag_id, run_id), {})
        return {place: row for place, row in rows.items() if row.task_id == task_id}

    def put_row(self, row: TaskInstance) -> TaskInstance | None:
        """Take a task instance's row over; return what it was."""
        place = place_of(row)
        rows = self.rows.setdefault(place[:2], {})
        before = rows.get(place)
        rows[place] = row
        return before

    def put_run(self, run: DagRun) -> None:
        """Take a run over."""
        place = (run.dag_id, run.run_id)
        self.runs[place] = run
        if run.state.is_finished:
            self.unfinished_runs.discard(place)
        else:
            self.unfinished_runs.add(place)

    def put_attempt(self, attempt: Attempt) -> None:
        """Take an attempt over."""
        if attempt.attempt_id not in self.attempts:
            rows = self.rows.get((attempt.dag_id, attempt.run_id), {})
            succeeded = frozenset(place for place in rows if place in self.succeeded_by)
            self._successes_before[attempt.attempt_id] = succeeded
        self.attempts[attempt.attempt_id] = attempt
        if attempt.state in OVER:
            self.live_attempts.discard(attempt.attempt_id)
        else:
            self.live_attempts.add(attempt.attempt_id)

    def known_success_before(self, assignment: Assignment) -> frozenset[Place]:
        """Return what had succeeded when an attempt was queued."""
        return self._successes_before.get(assignment.attempt_id, frozenset())

    def has_xcom(self, place: Place) -> bool:
        """Whether a task instance has succeeded by an attempt that pushes XComs: a resolvable one pushes none."""
        return place in self.succeeded_by and (place[0], place[2]) not in self._silent

    def running(self, dag_id: str) -> int:
        """Return how many runs of a dag are running."""
        return sum(state is DagRunState.RUNNING for place, state in self.run_states.items() if place[0] == dag_id)
