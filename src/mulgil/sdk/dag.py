"""`DAG` and `@dag`: a pipeline as its author declares it."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from functools import update_wrapper
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, ParamSpec, TypedDict, TypeVar, Unpack, cast, overload

from mulgil.i18n import MulgilError
from mulgil.model import DagSpec, ManualTimetable
from mulgil.sdk._arguments import CALLBACKS
from mulgil.sdk._dates import as_instant, dag_zone
from mulgil.sdk._suggestion import listed, nearest
from mulgil.sdk._values import as_int, as_timedelta
from mulgil.sdk.compile import compile_groups, compile_tasks
from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.in_process import DagTestArguments, DagTestResult, in_process
from mulgil.sdk.operator import BaseOperator
from mulgil.sdk.origin import find_origin
from mulgil.sdk.param import as_params
from mulgil.sdk.scope import DagScope, announce, open_scope
from mulgil.sdk.task_settings import COMMON_ARGUMENTS

if TYPE_CHECKING:
    from mulgil.timetables import AuthoredTimetable

P = ParamSpec("P")
R = TypeVar("R")


class DagArguments(TypedDict, total=False):
    """What a dag takes besides its id; names and meanings are Airflow's where it has them."""

    # A cron expression, a preset such as "@daily", a timedelta, a named timetable, or None.
    schedule: str | timedelta | AuthoredTimetable | None
    # The first and the last data interval's start. Naive values and strings are in `timezone`.
    start_date: datetime | date | str | None
    end_date: datetime | date | str | None
    timezone: str | None
    catchup: bool
    default_args: Mapping[str, object] | None
    max_active_runs: int
    max_active_tasks: int
    dagrun_timeout: timedelta | float | None
    is_paused_upon_creation: bool
    params: Mapping[str, object] | None
    tags: Sequence[str]
    owner: str
    description: str
    doc_md: str
    # Extra folders (relative to the bundle) in which files of templates are looked for.
    template_searchpath: str | Sequence[str]
    user_defined_macros: Mapping[str, object] | None
    user_defined_filters: Mapping[str, Callable[..., object]] | None


_NAMES = frozenset(DagArguments.__annotations__)
# Known from Airflow, but not in this version: told apart from typing errors.
_NOT_YET = frozenset(
    {
        "access_control",
        "allowed_run_types",
        "auto_register",
        "dag_display_name",
        "deadline",
        "default_view",
        "disable_bundle_versioning",
        "fail_fast",
        "fail_stop",
        "jinja_environment_kwargs",
        "max_consecutive_failed_dag_runs",
        "orientation",
        "owner_links",
        "render_template_as_native_obj",
        "rerun_with_latest_version",
        "template_undefined",
    }
)
_RENAMED = MappingProxyType(
    {"concurrency": "max_active_tasks", "schedule_interval": "schedule", "timetable": "schedule"}
)


class DAG(DagScope):
    """A dag: tasks with their dependencies, a schedule, and what holds for all of its runs.

    Use it as `with DAG("name", schedule="@daily", ...) as dag:` or through `@dag`. Everything else than
    the id is given by name.
    """

    def __init__(self, dag_id: str, **dag_arguments: Unpack[DagArguments]) -> None:
        """Declare a dag.

        Raises:
            DagDefinitionError: An argument is unknown or can't be.
        """
        origin = find_origin()
        given: dict[str, Any] = dict(dag_arguments)
        _check_names(given, dag_id, origin.file, origin.line)
        super().__init__(dag_id, default_args=given.get("default_args"), origin=origin)
        self._take_schedule(given)
        self._take_limits(given)
        self.params = as_params(given.get("params"))
        self.tags = tuple(sorted({str(tag) for tag in given.get("tags", ())}))
        self.owner = str(given.get("owner", ""))
        self.description = str(given.get("description", ""))
        self.doc_md = str(given.get("doc_md", ""))
        searchpath = given.get("template_searchpath", ())
        self.template_searchpath = (searchpath,) if isinstance(searchpath, str) else tuple(searchpath)
        self.user_defined_macros = dict(given.get("user_defined_macros") or {})
        self.user_defined_filters = dict(given.get("user_defined_filters") or {})
        self._opened: list[AbstractContextManager[None]] = []
        announce(self)

    def _take_schedule(self, given: dict[str, Any]) -> None:
        from mulgil.timetables import parse_schedule

        self.timezone, self.zone = dag_zone(given.get("timezone"), given.get("start_date"), self.origin)
        self.start_date = as_instant(given.get("start_date"), "start_date", self.zone, self.origin)
        self.end_date = as_instant(given.get("end_date"), "end_date", self.zone, self.origin)
        self.catchup = bool(given.get("catchup", False))
        try:
            self.timetable = parse_schedule(
                given.get("schedule"), timezone=self.timezone, start_date=self.start_date, end_date=self.end_date
            )
        except MulgilError as error:
            where: dict[str, str | int] = {"file": self.origin.file, "line": self.origin.line}
            raise DagDefinitionError("sdk.bad_schedule", dag_id=self.dag_id, why=str(error), **where) from error
        if self.catchup and self.start_date is None and not isinstance(self.timetable, ManualTimetable):
            raise DagDefinitionError(
                "sdk.catchup_without_start", dag_id=self.dag_id, file=self.origin.file, line=self.origin.line
            )

    def _take_limits(self, given: dict[str, Any]) -> None:
        where = self.origin
        self.max_active_runs = as_int(given.get("max_active_runs", 16), "max_active_runs", where, least=1)
        self.max_active_tasks = as_int(given.get("max_active_tasks", 16), "max_active_tasks", where, least=1)
        timeout = given.get("dagrun_timeout")
        self.dagrun_timeout = None if timeout is None else as_timedelta(timeout, "dagrun_timeout", where)
        self.is_paused_upon_creation = bool(given.get("is_paused_upon_creation", False))

    @property
    def tasks(self) -> tuple[BaseOperator, ...]:
        """The tasks in the author's order."""
        return tuple(node for node in self.nodes.values() if isinstance(node, BaseOperator))

    def task(self, task_id: str) -> BaseOperator:
        """Return one task.

        Raises:
            KeyError: There is none of this id.
        """
        node = self.nodes[task_id]
        if not isinstance(node, BaseOperator):
            raise KeyError(task_id)
        return node

    get_task = task

    def to_spec(self) -> DagSpec:
        """Compile the dag into data.

        Raises:
            DagDefinitionError: A cycle, a default_args name that no task knows, arguments that don't fit.
        """
        tasks = compile_tasks(self)
        params = {name: param.to_spec(name) for name, param in self.params.items()}
        self._check_scheduled_params()
        return DagSpec(
            dag_id=self.dag_id,
            tasks=tasks,
            timetable=self.timetable,
            timezone=self.timezone,
            start_date=self.start_date,
            end_date=self.end_date,
            catchup=self.catchup,
            max_active_runs=self.max_active_runs,
            max_active_tasks=self.max_active_tasks,
            dagrun_timeout=self.dagrun_timeout,
            is_paused_upon_creation=self.is_paused_upon_creation,
            groups=compile_groups(self),
            params=params,
            tags=self.tags,
            owner=self.owner,
            description=self.description,
            doc=self.doc_md,
            file=self.file,
            line=self.origin.line_in(self.origin.module_file),
        )

    def test(self, date: datetime | date | str | None = None, **arguments: Unpack[DagTestArguments]) -> DagTestResult:
        """Run the dag to its end in this process, without a server, and return what came of it.

        Tasks run as they always do, one at a time, in this process: a debugger may stop in them. Targets
        are written for real, those of the home's connections unless others are given. Without a date it is
        run for the latest complete data interval; retry delays are skipped.

        Raises:
            MulgilError: The dag can't run as it is declared, or not for what was asked.
        """
        return in_process().try_dag(self, date, **arguments)

    def cli(self, arguments: Sequence[str] | None = None) -> NoReturn:
        """Be a program: run the dag as the command line asks (`--help`), print, and leave with an exit code.

        It belongs at the end of a dag file, under `if __name__ == "__main__":`, so that importing the file
        runs nothing.
        """
        sys.exit(in_process().run_as_program(self, arguments))

    def _check_scheduled_params(self) -> None:
        """Refuse a param that every run must give in a dag whose runs are made by the clock."""
        if isinstance(self.timetable, ManualTimetable):
            return
        for name, param in self.params.items():
            if not param.has_default:
                where: dict[str, str | int] = {"file": param.origin.file, "line": param.origin.line}
                raise DagDefinitionError("sdk.param_without_default", name=name, dag_id=self.dag_id, **where)

    def __enter__(self) -> DAG:
        """Let tasks that are created now join the dag."""
        scope = open_scope(self)
        scope.__enter__()
        self._opened.append(scope)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the dag."""
        self._opened.pop().__exit__(kind, error, trace)

    def __repr__(self) -> str:
        """Show the id."""
        return f"<DAG {self.dag_id}>"


class DagFunction(Generic[P]):
    """A function whose call declares a dag."""

    def __init__(self, function: Callable[P, object], dag_id: str | None, arguments: DagArguments) -> None:
        """Keep the function and the dag's arguments."""
        self.function = function
        self.dag_id = dag_id or function.__name__
        self.arguments = arguments
        self.is_called = False
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> DAG:
        """Declare the dag: run the function's body, whose tasks join it."""
        self.is_called = True
        arguments: dict[str, Any] = dict(self.arguments)
        arguments.setdefault("doc_md", inspect.getdoc(self.function) or "")
        dag = DAG(self.dag_id, **arguments)
        with dag:
            self.function(*args, **kwargs)
        return dag

    @property
    def is_forgotten(self) -> bool:
        """Whether it was never called, though it needs no arguments; one that does is there for other files."""
        if self.is_called:
            return False
        parameters = inspect.signature(self.function).parameters.values()
        variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        return all(each.default is not each.empty or each.kind in variable for each in parameters)


@overload
def dag(function: Callable[P, object], /) -> DagFunction[P]: ...
@overload
def dag(
    dag_id: str | None = None, /, **dag_arguments: Unpack[DagArguments]
) -> Callable[[Callable[P, object]], DagFunction[P]]: ...
def dag(
    first: Callable[P, object] | str | None = None, /, **dag_arguments: Any
) -> DagFunction[P] | Callable[[Callable[P, object]], DagFunction[P]]:
    """Make a function's call declare a dag: `@dag`, `@dag("name")` or `@dag(schedule="@daily")`.

    The dag's id is the function's name unless one is given.
    """
    if callable(first):
        return DagFunction(first, None, {})
    dag_id = dag_arguments.pop("dag_id", first)
    # DAG checks the names.
    arguments = cast(DagArguments, dag_arguments)
    return lambda function: DagFunction(function, dag_id, arguments)


def _check_names(given: Mapping[str, object], dag_id: object, file: str, line: int) -> None:
    for name in given:
        if name in _NAMES:
            continue
        guess = _RENAMED.get(name) or nearest(name, _NAMES)
        what: dict[str, str | int] = {"name": name, "dag_id": str(dag_id), "file": file, "line": line}
        if name in CALLBACKS:
            raise DagDefinitionError("sdk.dag_callback_not_yet", **what)
        if name in COMMON_ARGUMENTS - {"task_id"}:
            raise DagDefinitionError("sdk.task_argument_on_dag", **what)
        if name in _NOT_YET:
            raise DagDefinitionError("sdk.dag_argument_not_yet", **what)
        if guess is not None:
            raise DagDefinitionError("sdk.unknown_dag_argument_guess", guess=guess, **what)
        raise DagDefinitionError("sdk.unknown_dag_argument", known=listed(_NAMES), **what)
