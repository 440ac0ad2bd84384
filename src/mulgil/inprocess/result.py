"""What came of runs: states, tries, values, commits, and what stood still."""

from collections.abc import Callable, Mapping, Sequence

from mulgil.i18n import Text, nearest_name, render
from mulgil.inprocess.errors import RequestError
from mulgil.model import (
    UNMAPPED,
    Attempt,
    DagRun,
    DagRunState,
    TaskInstance,
    TaskInstanceState,
    TaskKey,
    XComValue,
)
from mulgil.ports import NewAssetCommit

RETURN_VALUE = "return_value"


class Reason(str):
    """A reason in words; `text` has its code and fields."""

    __slots__ = ("text",)
    text: Text

    def __new__(cls, text: Text) -> "Reason":
        """Render a text."""
        made = super().__new__(cls, render(text))
        made.text = text
        return made

    @property
    def code(self) -> str:
        """The reason's code, which is the same in every language."""
        return self.text.code


class RunResult:
    """One run and all that belongs to it."""

    def __init__(
        self,
        run: DagRun,
        instances: Sequence[TaskInstance],
        attempts: Sequence[Attempt],
        commits: Sequence[NewAssetCommit],
    ) -> None:
        """Keep the rows."""
        self.run = run
        self.instances = tuple(instances)
        self.attempts = tuple(attempts)
        self.commits = tuple(commits)
        self._by_key = {instance.key: instance for instance in self.instances}

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.run.run_id

    @property
    def state(self) -> DagRunState:
        """The run's state."""
        return self.run.state

    def instance(self, task_id: str, map_index: int = UNMAPPED) -> TaskInstance:
        """Return a task instance.

        Raises:
            RequestError: There is none.
        """
        found = self._by_key.get(TaskKey(task_id, map_index))
        if found is not None:
            return found
        known = [_label(key) for key in self._by_key]
        wanted = _label(TaskKey(task_id, map_index))
        guess = nearest_name(wanted, known) or ", ".join(known[:20])
        raise RequestError("inprocess.instance_unknown", run_id=self.run_id, task_id=wanted, guess=guess)

    @property
    def states(self) -> dict[str, TaskInstanceState]:
        """The state of each task instance by its label: `task`, or `task[0]` for a mapped one."""
        return {_label(key): instance.state for key, instance in self._by_key.items()}


def _label(key: TaskKey) -> str:
    return key.task_id if key.map_index == UNMAPPED else f"{key.task_id}[{key.map_index}]"


class Result:
    """What came of one or several runs.

    Every question takes `run`: the number of the run, from 0 in the order of the runs, or its id.
    """

    def __init__(
        self,
        runs: Sequence[RunResult],
        *,
        values: Sequence[XComValue],
        decode: Callable[[bytes], object],
        standstill: Mapping[str, Mapping[str, Text]],
    ) -> None:
        """Keep what the store said at the end."""
        self.runs = tuple(runs)
        self.standstill = standstill
        self.xcoms = tuple(values)
        self._decode = decode
        self._values = {(one.run_id, one.task_id, one.map_index, one.key): one.value for one in self.xcoms}

    @property
    def succeeded(self) -> bool:
        """Whether every run succeeded."""
        return not self.standstill and all(run.state is DagRunState.SUCCESS for run in self.runs)

    @property
    def why_standstill(self) -> dict[str, str]:
        """The reasons for which unfinished runs and task instances wait, in words, by `run` and `run/task`."""
        return {
            f"{run_id}/{label}" if label else run_id: render(reason)
            for run_id, reasons in self.standstill.items()
            for label, reason in reasons.items()
        }

    def run(self, run: int | str = 0) -> RunResult:
        """Return one run.

        Raises:
            RequestError: There is none.
        """
        if isinstance(run, int) and -len(self.runs) <= run < len(self.runs):
            return self.runs[run]
        for found in self.runs:
            if found.run_id == run:
                return found
        raise RequestError("inprocess.run_unknown", run=str(run), known=", ".join(one.run_id for one in self.runs))

    def run_state(self, run: int | str = 0) -> DagRunState:
        """Return a run's state."""
        return self.run(run).state

    def state(self, task_id: str, *, run: int | str = 0, map_index: int = UNMAPPED) -> TaskInstanceState:
        """Return a task instance's state."""
        return self.run(run).instance(task_id, map_index).state

    def states(self, *, run: int | str = 0) -> dict[str, TaskInstanceState]:
        """Return the state of every task instance by its label: `task`, or `task[0]` for a mapped one."""
        return self.run(run).states

    def tries(self, task_id: str, *, run: int | str = 0, map_index: int = UNMAPPED) -> int:
        """Return how many tries were started."""
        return self.run(run).instance(task_id, map_index).try_number

    def reason(self, task_id: str, *, run: int | str = 0, map_index: int = UNMAPPED) -> Reason | None:
        """Return why a task instance stands where it does, in words, with its `code`: the error of a failed one."""
        found = self.run(run).instance(task_id, map_index).reason
        return None if found is None else Reason(found)

    def value(self, task_id: str, *, key: str = RETURN_VALUE, run: int | str = 0, map_index: int = UNMAPPED) -> object:
        """Return what a task returned, or pushed under `key`; None where there is nothing."""
        found = self.run(run)
        found.instance(task_id, map_index)
        value = self._values.get((found.run_id, task_id, map_index, key))
        return None if value is None else self._decode(value)
