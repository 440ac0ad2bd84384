"""The context of a running task: what templates, `**context` and named parameters see.

Names and meanings are Airflow's with one deliberate difference: every instant is shown in the *dag's*
time zone, and `ds`, `ts` and their relatives are printed from it. In a dag of America/New_York that runs
daily, `{{ ds }}` is therefore the local date that the run is for, as the partition of a table is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Protocol

import msgspec

from mulgil.model import UNMAPPED, DagRun, DataInterval, TaskInstance
from mulgil.sdk.errors import OutsideTaskError
from mulgil.sdk.instants import ds, ds_nodash, ts, ts_nodash, ts_nodash_with_tz
from mulgil.sdk.macros import Macros
from mulgil.sdk.origin import find_origin
from mulgil.sdk.runtime import NOT_FOUND, TaskRuntime
from mulgil.sdk.scope import DagScope
from mulgil.sdk.stored import ConnectionAccessor, VariableAccessor
from mulgil.sdk.xcom_arg import RETURN_VALUE

if TYPE_CHECKING:
    from mulgil.sdk.param import Param


class ContextTask(Protocol):
    """What the context needs of a task."""

    @property
    def task_id(self) -> str:
        """The id."""
        ...

    @property
    def dag(self) -> DagScope:
        """The dag."""
        ...

    @property
    def params(self) -> dict[str, object]:
        """The task's own params."""
        ...


class Interval(msgspec.Struct, frozen=True):
    """The run's data interval `[start, end)`, in the dag's time zone."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        """Whether `instant` lies in the interval."""
        return self.start <= instant < self.end


class TaskInstanceView:
    """`ti`: the running task instance, with what it may push and pull."""

    def __init__(self, runtime: TaskRuntime) -> None:
        """Look through the runtime."""
        self._runtime = runtime
        instance = runtime.task_instance
        self.dag_id = instance.dag_id
        self.task_id = instance.task_id
        self.run_id = instance.run_id
        self.map_index = instance.map_index
        self.try_number = instance.try_number
        self.max_tries = instance.max_tries

    @property
    def value(self) -> TaskInstance:
        """The task instance as it was when the attempt started."""
        return self._runtime.task_instance

    def xcom_push(self, key: str, value: object) -> None:
        """Push a value; it becomes visible when the task succeeds."""
        self._runtime.xcom_push(key, value)

    def xcom_pull(
        self,
        task_ids: str | list[str] | tuple[str, ...] | None = None,
        *,
        key: str = RETURN_VALUE,
        map_indexes: int | None = UNMAPPED,
        run_id: str | None = None,
        default: object = None,
    ) -> object:
        """Return what tasks of this dag pushed: one value for one task id, a list for several.

        Without `task_ids` the own earlier pushes are meant. `map_indexes=None` gives the list over all
        map indexes of a mapped task.
        """
        if isinstance(task_ids, list | tuple):
            pulled = [self._pull(task_id, key, map_indexes, run_id) for task_id in task_ids]
            return [default if value is NOT_FOUND else value for value in pulled]
        value = self._pull(task_ids or self.task_id, key, map_indexes, run_id)
        return default if value is NOT_FOUND else value

    def _pull(self, task_id: str, key: str, map_index: int | None, run_id: str | None) -> object:
        return self._runtime.xcom_pull(task_id, key=key, map_index=map_index, run_id=run_id)


class DagRunView:
    """`dag_run`: the run, with instants in the dag's time zone."""

    def __init__(self, run: DagRun, interval: Interval) -> None:
        """Show a run."""
        self.value = run
        self.dag_id = run.dag_id
        self.run_id = run.run_id
        self.run_type = run.run_type
        self.conf = run.conf
        self.note = run.note
        self.logical_date = interval.start
        self.data_interval_start = interval.start
        self.data_interval_end = interval.end
        self.start_date = run.started_at


class Context(Mapping[str, object]):
    """A read-only mapping from names to values, each computed when it is first asked for."""

    def __init__(self, makers: Mapping[str, Callable[[], object]]) -> None:
        """Take one function a name."""
        self._makers = dict(makers)
        self._made: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        """Return the value of `name`."""
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Count the names."""
        return len(self._makers)

    def extended(self, more: Mapping[str, object]) -> Context:
        """Return this context with more names."""
        context = Context({**self._makers, **{name: _constant(value) for name, value in more.items()}})
        context._made = {name: value for name, value in self._made.items() if name not in more}
        return context


def _constant(value: object) -> Callable[[], object]:
    return lambda: value


def build_context(task: ContextTask, runtime: TaskRuntime) -> Context:
    """Return the context of the attempt that `runtime` serves."""
    dag, run = task.dag, runtime.dag_run
    interval = _local_interval(run.data_interval, dag)
    start = interval.start
    view = TaskInstanceView(runtime)
    makers: dict[str, Callable[[], object]] = {
        "conn": lambda: ConnectionAccessor(runtime),
        "dag": lambda: dag,
        "dag_run": lambda: DagRunView(run, interval),
        "data_interval_end": lambda: interval.end,
        "data_interval_start": lambda: start,
        "ds": lambda: ds(start),
        "ds_nodash": lambda: ds_nodash(start),
        "inlets": lambda: getattr(task, "inlets", ()),
        "interval": lambda: interval,
        "logical_date": lambda: start,
        "macros": Macros,
        "map_index": lambda: view.map_index,
        "outlets": lambda: getattr(task, "outlets", ()),
        "params": lambda: _params(dag.params, task.params, run.conf),
        "run_id": lambda: run.run_id,
        "task": lambda: task,
        "task_instance": lambda: view,
        "task_instance_key_str": lambda: _key_string(view, start),
        "ti": lambda: view,
        "try_number": lambda: view.try_number,
        "ts": lambda: ts(start),
        "ts_nodash": lambda: ts_nodash(start),
        "ts_nodash_with_tz": lambda: ts_nodash_with_tz(start),
        "var": lambda: SimpleNamespace(value=VariableAccessor(runtime), json=VariableAccessor(runtime, as_json=True)),
    }
    return Context({**makers, **{name: _constant(value) for name, value in dag.user_defined_macros.items()}})


CONTEXT_NAMES = frozenset(
    {
        "conn",
        "dag",
        "dag_run",
        "data_interval_end",
        "data_interval_start",
        "ds",
        "ds_nodash",
        "inlets",
        "interval",
        "logical_date",
        "macros",
        "map_index",
        "outlets",
        "params",
        "run_id",
        "task",
        "task_instance",
        "task_instance_key_str",
        "templates_dict",
        "ti",
        "try_number",
        "ts",
        "ts_nodash",
        "ts_nodash_with_tz",
        "var",
    }
)
"""Every name that a context has; parameters so named need not be given."""


def _local_interval(interval: DataInterval, dag: DagScope) -> Interval:
    return Interval(interval.start.astimezone(dag.zone), interval.end.astimezone(dag.zone))


def _params(
    of_dag: Mapping[str, Param], of_task: Mapping[str, object], conf: Mapping[str, object]
) -> dict[str, object]:
    values = {name: param.default for name, param in of_dag.items() if param.has_default}
    values |= {name: getattr(value, "default", value) for name, value in of_task.items()}
    return {**values, **{name: value for name, value in conf.items() if name in of_dag or name in of_task}}


def _key_string(view: TaskInstanceView, start: datetime) -> str:
    return f"{view.dag_id}__{view.task_id}__{ds_nodash(start)}"


_current: list[Context] = []


def push_context(context: Context) -> None:
    """Make `context` the one that `get_current_context` returns."""
    _current.append(context)


def pop_context() -> None:
    """Undo the last `push_context`."""
    _current.pop()


def get_current_context() -> Context:
    """Return the context of the task that runs here.

    Raises:
        OutsideTaskError: No task runs here.
    """
    if _current:
        return _current[-1]
    origin = find_origin()
    raise OutsideTaskError("sdk.context_outside_task", file=origin.file, line=origin.line)
