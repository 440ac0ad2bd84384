"""One dag run in memory: its rows, and counters that make an event cost its out-degree.

What the counters say is a function of the rows alone: `put` keeps them in step with every change, and
`RunState.load` gets the same ones from the stored rows after a restart. Only `advance` changes a run;
the methods from `locate` on are for the kernel's own modules.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from mulgil.kernel.branch import choice_of, excluded_by
from mulgil.kernel.decision import SetTaskInstance
from mulgil.kernel.errors import RunMismatchError, UnknownTaskInstanceError
from mulgil.kernel.graph import DagGraph
from mulgil.kernel.task_instance_states import Cause, next_state
from mulgil.kernel.upstream_tally import UpstreamTally
from mulgil.model import UNMAPPED, DagRun, TaskInstance, TaskInstanceState, TaskKey

# Where a row stands: the task's number, and the row's position among the task's rows.
Place = tuple[int, int]


def _restored(row: TaskInstance, *, retries: int) -> TaskInstance:
    """Return the row of a task that its dag has again, as if it had been cleared."""
    return replace(
        row,
        state=next_state(row.state, Cause.TASK_RESTORED),
        clear_number=row.clear_number + 1,
        max_tries=row.try_number + retries + 1,
        lost_count=0,
        scheduled_at=None,
        queued_at=None,
        started_at=None,
        ended_at=None,
        retry_at=None,
    )


_WAITING = frozenset({TaskInstanceState.NONE, TaskInstanceState.UP_FOR_RETRY})


class RunState:
    """The task instances of one run. Mutable, owned by the caller, safe in one thread."""

    def __init__(self, graph: DagGraph, run: DagRun, rows: list[list[TaskInstance]]) -> None:
        """Count `rows`, which are by task number and map index; callers use `create` or `load`."""
        self._graph = graph
        self._run = run
        self._rows = rows
        self._tallies = [UpstreamTally(sum(len(rows[above]) for above in upstream)) for upstream in graph.upstream]
        self._waiting = [0] * len(rows)
        self._offered = [0] * len(rows)
        # Task → map index of the branch's row (UNMAPPED: all) → branches that did not choose the task.
        self._exclusions: dict[int, dict[int, list[int]]] = {}
        self._unfinished = 0
        self._alive = 0
        for task, task_rows in enumerate(rows):
            for row in task_rows:
                self._count(task, row, 1)

    @classmethod
    def create(cls, graph: DagGraph, run: DagRun) -> tuple["RunState", tuple[TaskInstance, ...]]:
        """Return a new run with a fresh task instance for every task and map index, and those rows."""
        rows = [
            [
                TaskInstance(
                    dag_id=run.dag_id,
                    run_id=run.run_id,
                    task_id=task.task_id,
                    map_index=map_index,
                    max_tries=task.retry.retries + 1,
                )
                for map_index in graph.map_indexes(number)
            ]
            for number, task in enumerate(graph.tasks)
        ]
        state = cls(graph, run, rows)
        return state, state.instances()

    @classmethod
    def load(cls, graph: DagGraph, run: DagRun, instances: Iterable[TaskInstance]) -> "RunState":
        """Return a run as it was stored, in any order of rows; rows of tasks that its version lacks are `removed`.

        Raises:
            RunMismatchError: The rows are not exactly those of this dag version.
        """
        stored = {row.key: row for row in instances}
        rows: list[list[TaskInstance]] = []
        for number, task in enumerate(graph.tasks):
            keys = [TaskKey(task.task_id, map_index) for map_index in graph.map_indexes(number)]
            if any(key not in stored for key in keys):
                raise RunMismatchError(
                    "kernel.task_instance_missing", dag_id=run.dag_id, run_id=run.run_id, task=task.task_id
                )
            rows.append([stored.pop(key) for key in keys])
        unexpected = [key for key, row in stored.items() if row.state is not TaskInstanceState.REMOVED]
        if unexpected:
            raise RunMismatchError(
                "kernel.task_instance_unexpected", dag_id=run.dag_id, run_id=run.run_id, task=min(unexpected).task_id
            )
        return cls(graph, run, rows)

    @classmethod
    def revise(
        cls, graph: DagGraph, run: DagRun, instances: Iterable[TaskInstance]
    ) -> tuple["RunState", tuple[SetTaskInstance, ...]]:
        """Return a run that has ended as this version of its dag has it, and the rows to write for that.

        Task instances that the version hasn't become `removed`; those that it adds have never run.
        """
        stored = {row.key: row for row in instances}
        fresh, _ = cls.create(graph, run)
        rows: list[list[TaskInstance]] = []
        changes: list[SetTaskInstance] = []
        for number in range(len(graph.tasks)):
            rows.append([])
            for new in fresh.rows_of(number):
                old = stored.pop(new.key, None)
                row = new if old is None else old
                if old is not None and old.state is TaskInstanceState.REMOVED:
                    row = _restored(old, retries=graph.tasks[number].retry.retries)
                if row is not old:
                    changes.append(SetTaskInstance(row, row.state if old is None else old.state))
                rows[-1].append(row)
        for key in sorted(stored):
            old = stored[key]
            if old.state is not TaskInstanceState.REMOVED:
                state = next_state(old.state, Cause.TASK_REMOVED)
                changes.append(SetTaskInstance(replace(old, state=state, reason=None), old.state))
        return cls(graph, run, rows), tuple(changes)

    @property
    def graph(self) -> DagGraph:
        """The compiled dag version that the run is pinned to."""
        return self._graph

    @property
    def run(self) -> DagRun:
        """The run's row as it stands."""
        return self._run

    def instance(self, key: TaskKey) -> TaskInstance:
        """Return a task instance's row as it stands.

        Raises:
            UnknownTaskInstanceError: The run has no such task instance.
        """
        return self.row(self.locate(key))

    def instances(self) -> tuple[TaskInstance, ...]:
        """Return all rows, tasks in topological order, then by map index."""
        return tuple(row for rows in self._rows for row in rows)

    def locate(self, key: TaskKey) -> Place:
        """Return where a task instance's row stands."""
        task = self._graph.numbers.get(key.task_id)
        if task is not None:
            position = 0 if key.map_index == UNMAPPED else key.map_index
            rows = self._rows[task]
            if 0 <= position < len(rows) and rows[position].map_index == key.map_index:
                return task, position
        raise UnknownTaskInstanceError(
            "kernel.unknown_task_instance",
            dag_id=self._run.dag_id,
            run_id=self._run.run_id,
            task=key.task_id,
            map_index=key.map_index,
        )

    def row(self, place: Place) -> TaskInstance:
        """Return the row at a place."""
        return self._rows[place[0]][place[1]]

    def rows_of(self, task: int) -> tuple[TaskInstance, ...]:
        """Return a task's rows by map index."""
        return tuple(self._rows[task])

    def width(self, task: int) -> int:
        """Return how many rows a task has."""
        return len(self._rows[task])

    def put(self, place: Place, row: TaskInstance) -> None:
        """Replace a row and bring the counters in step."""
        task, position = place
        old = self._rows[task][position]
        self._rows[task][position] = row
        self._count(task, old, -1)
        self._count(task, row, 1)

    def put_run(self, run: DagRun) -> None:
        """Replace the run's row."""
        self._run = run

    def tally(self, task: int) -> UpstreamTally:
        """Return how the instances right upstream of a task have ended."""
        return self._tallies[task]

    def waiting(self, task: int) -> int:
        """Return how many of a task's instances wait for the readiness rules."""
        return self._waiting[task]

    def offered(self, task: int) -> int:
        """Return how many of a task's instances are scheduled, waiting for admission."""
        return self._offered[task]

    def has_exclusions(self, task: int) -> bool:
        """Return whether a branch excludes any instance of a task."""
        return task in self._exclusions

    def excluding(self, task: int, map_index: int) -> int | None:
        """Return the first branch that excludes a task instance.

        A mapped branch excludes the instances of its own map index only, an ordinary one all.
        """
        by_index = self._exclusions.get(task)
        if by_index is None:
            return None
        branches = by_index.get(UNMAPPED) or (by_index.get(map_index) if map_index != UNMAPPED else None)
        return min(branches) if branches else None

    def first_upstream(self, task: int, states: tuple[TaskInstanceState, ...]) -> str | None:
        """Return the first direct upstream task with an instance in one of `states`, earlier states first."""
        for state in states:
            for above in self._graph.upstream[task]:
                if any(row.state is state for row in self._rows[above]):
                    return self._graph.tasks[above].task_id
        return None

    @property
    def has_ended(self) -> bool:
        """Whether every task instance has finished and no attempt is alive."""
        return not self._unfinished and not self._alive

    def _count(self, task: int, row: TaskInstance, by: int) -> None:
        state = row.state
        if row.attempt_id is not None:
            self._alive += by
        if state.is_finished:
            for below in self._graph.downstream[task]:
                self._tallies[below].count(state, by)
            self._count_choice(task, row, by)
            return
        self._unfinished += by
        if state in _WAITING:
            self._waiting[task] += by
        elif state is TaskInstanceState.SCHEDULED:
            self._offered[task] += by

    def _count_choice(self, task: int, row: TaskInstance, by: int) -> None:
        chosen = choice_of(row)
        if chosen is None:
            return
        for below in excluded_by(self._graph, task, chosen):
            by_index = self._exclusions.setdefault(below, {})
            branches = by_index.setdefault(row.map_index, [])
            if by > 0:
                branches.append(task)
                continue
            branches.remove(task)
            if not branches:
                del by_index[row.map_index]
            if not by_index:
                del self._exclusions[below]
