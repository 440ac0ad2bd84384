"""The backfills that haven't finished, in memory."""

from collections import defaultdict

from mulgil.kernel import BackfillCourse
from mulgil.model import BackfillAction
from mulgil.scheduler.run_book import RunBook


class BackfillBook:
    """Courses by id and by dag, older ones first."""

    def __init__(self) -> None:
        """Start empty."""
        self.last_id = 0
        self._courses: dict[int, BackfillCourse] = {}
        self._of_dag: dict[str, list[int]] = defaultdict(list)

    def put(self, course: BackfillCourse) -> None:
        """Take a backfill into memory."""
        backfill = course.backfill
        self._courses[backfill.backfill_id] = course
        self._of_dag[backfill.dag_id] = sorted({*self._of_dag[backfill.dag_id], backfill.backfill_id})
        self.last_id = max(self.last_id, backfill.backfill_id)

    def get(self, backfill_id: int) -> BackfillCourse | None:
        """Return a backfill that hasn't finished."""
        return self._courses.get(backfill_id)

    def remove(self, backfill_id: int) -> None:
        """Drop a backfill that has finished."""
        course = self._courses.pop(backfill_id)
        self._of_dag[course.backfill.dag_id].remove(backfill_id)

    def of_dag(self, dag_id: str) -> tuple[BackfillCourse, ...]:
        """Return a dag's backfills, older ones first."""
        return tuple(self._courses[number] for number in self._of_dag.get(dag_id, ()))

    def dag_ids(self) -> tuple[str, ...]:
        """Return the dags that have backfills here, in order."""
        return tuple(sorted(dag_id for dag_id, numbers in self._of_dag.items() if numbers))

    def room(self, dag_id: str) -> int:
        """Return how many more intervals the backfills of a dag may take up now."""
        return sum(course.room for course in self.of_dag(dag_id))

    def driven(self, dag_id: str, runs: RunBook) -> int:
        """Return how many of a dag's running runs its backfills have started."""
        return sum(
            entry.action is not BackfillAction.JOIN and runs.is_running(dag_id, entry.run_id)
            for course in self.of_dag(dag_id)
            for entry in course.running
        )

    def driver(self, dag_id: str, run_id: str) -> int | None:
        """Return the backfill that has started a run and waits for its end."""
        for course in self.of_dag(dag_id):
            for entry in course.running:
                if entry.run_id == run_id and entry.action is not BackfillAction.JOIN:
                    return course.backfill.backfill_id
        return None

    def waits_for(self, dag_id: str, run_id: str | None, *, but: int) -> bool:
        """Return whether another backfill than `but` waits for the end of a run."""
        return any(
            entry.run_id == run_id
            for course in self.of_dag(dag_id)
            if course.backfill.backfill_id != but
            for entry in course.running
        )
