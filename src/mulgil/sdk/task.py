"""`@task`: plain functions as tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import update_wrapper
from typing import Any, ClassVar, Generic, NoReturn, TypeVar, Unpack, get_type_hints, overload

from mulgil.sdk.binding import check_call, context_arguments
from mulgil.sdk.context import Context
from mulgil.sdk.errors import TaskCallError, UnknownDecoratorError
from mulgil.sdk.mapped_values import MappedValues
from mulgil.sdk.node import Uncalled
from mulgil.sdk.operator import BaseOperator, MappedOperator
from mulgil.sdk.operators.bash import BashOperator
from mulgil.sdk.operators.python import PythonOperator
from mulgil.sdk.origin import find_origin
from mulgil.sdk.scope import current_scope, require_scope
from mulgil.sdk.task_settings import COMMON_ARGUMENTS, OperatorArguments, TaskArguments
from mulgil.sdk.xcom_arg import XComArg

R = TypeVar("R")
# Known from Airflow, but not in this version: told apart from typing errors.
_NOT_YET = frozenset(
    {
        "branch_external_python",
        "branch_virtualenv",
        "docker",
        "external_python",
        "kubernetes",
        "kubernetes_cmd",
        "pyspark",
        "run_if",
        "skip_if",
        "virtualenv",
    }
)


class DecoratedOperator(PythonOperator):
    """The operator behind `@task`."""

    shown_as = "@task"


class DecoratedBranchOperator(DecoratedOperator):
    """The operator behind `@task.branch`."""

    is_branch = True

    shown_as = "@task.branch"


class DecoratedBashOperator(BashOperator):
    """The operator behind `@task.bash`: the function returns the command."""

    template_fields: ClassVar[Sequence[str]] = ("op_args", "op_kwargs", "env", "cwd")
    template_ext: ClassVar[Sequence[str]] = ()

    def __init__(
        self,
        *,
        python_callable: Callable[..., object],
        op_args: tuple[object, ...] = (),
        op_kwargs: Mapping[str, object] | None = None,
        env: Mapping[str, str] | None = None,
        append_env: bool = False,
        skip_on_exit_code: int | None = 99,
        cwd: str | None = None,
        **operator_arguments: Unpack[OperatorArguments],
    ) -> None:
        """Keep the function and its arguments."""
        super().__init__(
            bash_command="",
            env=env,
            append_env=append_env,
            skip_on_exit_code=skip_on_exit_code,
            cwd=cwd,
            **operator_arguments,
        )
        self.python_callable = python_callable
        self.op_args = tuple(op_args)
        self.op_kwargs = dict(op_kwargs or {})

    shown_as = "@task.bash"

    def execute(self, context: Context) -> str:
        """Call the function, render what it returns, and run it."""
        more = context_arguments(self.python_callable, context, given=self.op_kwargs, positional=len(self.op_args))
        command = self.python_callable(*self.op_args, **{**more, **self.op_kwargs})
        if not isinstance(command, str) or not command.strip():
            raise TaskCallError("bash.no_command", task_id=self.task_id, value=repr(command)[:80])
        from mulgil.sdk.template import render_value

        self.bash_command = render_value(command, context, field="bash_command", dag=self.dag)
        return super().execute(context)


_FunctionOperator = type[DecoratedOperator] | type[DecoratedBashOperator]


class Task(Uncalled, Generic[R]):
    """A function that makes a task each time it is called inside a dag.

    Static types don't fight task results: a call takes any arguments. They are checked against the
    function's signature when the call is made, that is while the dag is built.
    """

    def __init__(
        self, function: Callable[..., R], *, operator: _FunctionOperator, arguments: Mapping[str, object]
    ) -> None:
        """Keep the function, the kind of operator and the task's arguments."""
        self.function = function
        self.operator_class = operator
        self.arguments = dict(arguments)
        self.shared: dict[str, object] = {}
        if "multiple_outputs" not in self.arguments and _returns_typed_dict(function):
            self.arguments["multiple_outputs"] = True
        if "doc_md" not in self.arguments and function.__doc__:
            self.arguments["doc_md"] = function.__doc__
        update_wrapper(self, function)

    def override(self, **arguments: object) -> Task[R]:
        """Return the same with other task arguments, such as `task_id` or `retries`."""
        copy = Task(self.function, operator=self.operator_class, arguments={**self.arguments, **arguments})
        copy.shared = dict(self.shared)
        return copy

    def __call__(self, *args: object, **kwargs: object) -> XComArg[R]:
        """Make a task that calls the function with these arguments; return its future result.

        Raises:
            DagDefinitionError: The function can't be called so.
        """
        named = {**self.shared, **kwargs}
        task_id = self._task_id()
        check_call(self.function, positional=len(args), named=named, task_id=task_id, origin=find_origin())
        operator = self.operator_class(
            python_callable=self.function, op_args=args, op_kwargs=named, **self._with_id(task_id)
        )
        return XComArg(operator)

    def partial(self, **kwargs: object) -> Task[R]:
        """Give arguments that all mapped instances share; follow it by `.expand(...)`.

        Raises:
            DagDefinitionError: The function has no such parameter.
        """
        named = {**self.shared, **kwargs}
        check_call(
            self.function,
            positional=0,
            named=named,
            task_id=self.function.__name__,
            origin=find_origin(),
            complete=False,
        )
        copy = self.override()
        copy.shared = named
        return copy

    def expand(self, **values: object) -> XComArg[list[R]]:
        """Make a mapped task: one instance for each combination of the lists' items.

        Raises:
            DagDefinitionError: A name isn't a parameter, or a value has no items yet.
        """
        return self._mapped(MappedValues.product(values, origin=find_origin()))

    def expand_kwargs(self, values: object) -> XComArg[list[R]]:
        """Make a mapped task: one instance for each dict of arguments in a list.

        Raises:
            DagDefinitionError: It is no list of dicts, or the function can't be called so.
        """
        return self._mapped(MappedValues.each(values, origin=find_origin()))

    def _mapped(self, values: MappedValues) -> XComArg[list[R]]:
        task_id, origin = self._task_id(), find_origin()
        is_uniform = values.dicts is None
        names = {*self.shared, *values.names()}
        check_call(
            self.function, positional=0, named=sorted(names), task_id=task_id, origin=origin, complete=is_uniform
        )
        for item in values.dicts or ():
            check_call(self.function, positional=0, named={**self.shared, **item}, task_id=task_id, origin=origin)
        arguments, shared, function, operator = self._with_id(task_id), self.shared, self.function, self.operator_class

        def build(more: dict[str, object]) -> BaseOperator:
            named = {**shared, **more}
            return operator(python_callable=function, op_kwargs=named, **arguments)

        common = {name: value for name, value in arguments.items() if name in COMMON_ARGUMENTS}
        mapped = MappedOperator(
            values=values,
            build=build,
            shown_as=operator.shown_as,
            shared=shared,
            **common,
        )
        return XComArg(mapped)

    def _with_id(self, task_id: str) -> dict[str, Any]:
        return {**self.arguments, "task_id": task_id}

    def _task_id(self) -> str:
        given = self.arguments.get("task_id")
        if given is not None:
            return str(given)
        name = self.function.__name__
        scope = current_scope() or require_scope(name)
        unused = scope.root.unused_id(scope.qualify(name))
        return unused.removeprefix(f"{scope.prefix}.") if scope.prefix else unused


class TaskDecorator:
    """`@task`, `@task(retries=3)`, `@task.branch`, `@task.bash`."""

    @overload
    def __call__(self, function: Callable[..., R]) -> Task[R]: ...
    @overload
    def __call__(
        self, function: None = None, *, task_id: str = ..., **arguments: Unpack[TaskArguments]
    ) -> Callable[[Callable[..., R]], Task[R]]: ...
    def __call__(self, function: Callable[..., Any] | None = None, **arguments: object) -> object:
        """Make a function a task that calls it."""
        return _decorate(function, DecoratedOperator, arguments)

    def __getattr__(self, name: str) -> NoReturn:
        """Name what there is instead of a form that there isn't.

        Raises:
            UnknownDecoratorError: Always.
        """
        if name.startswith("__"):
            raise AttributeError(name)
        origin = find_origin()
        where: dict[str, str | int] = {"name": name, "file": origin.file, "line": origin.line}
        if name == "sensor":
            raise UnknownDecoratorError("sdk.sensor_not_yet", **where)
        if name == "short_circuit":
            raise UnknownDecoratorError("sdk.short_circuit_not_yet", **where)
        if name in _NOT_YET:
            raise UnknownDecoratorError("sdk.decorator_not_yet", **where)
        raise UnknownDecoratorError("sdk.unknown_decorator", **where)

    @overload
    def branch(self, function: Callable[..., R]) -> Task[R]: ...
    @overload
    def branch(
        self, function: None = None, *, task_id: str = ..., **arguments: Unpack[TaskArguments]
    ) -> Callable[[Callable[..., R]], Task[R]]: ...
    def branch(self, function: Callable[..., Any] | None = None, **arguments: object) -> object:
        """Make a function a task that returns the ids of the downstream tasks or groups to follow."""
        return _decorate(function, DecoratedBranchOperator, arguments)

    @overload
    def bash(self, function: Callable[..., R]) -> Task[R]: ...
    @overload
    def bash(
        self,
        function: None = None,
        *,
        task_id: str = ...,
        env: Mapping[str, str] | None = ...,
        append_env: bool = ...,
        skip_on_exit_code: int | None = ...,
        cwd: str | None = ...,
        **arguments: Unpack[TaskArguments],
    ) -> Callable[[Callable[..., R]], Task[R]]: ...
    def bash(self, function: Callable[..., Any] | None = None, **arguments: object) -> object:
        """Make a function that returns a shell command a task that runs it."""
        return _decorate(function, DecoratedBashOperator, arguments)


def _decorate(
    function: Callable[..., Any] | None, operator: _FunctionOperator, arguments: Mapping[str, object]
) -> object:
    if function is not None:
        return Task(function, operator=operator, arguments=arguments)
    return lambda decorated: Task(decorated, operator=operator, arguments=arguments)


def _returns_typed_dict(function: Callable[..., object]) -> bool:
    """Whether the function is annotated to return a dict with str keys: its keys become XComs, too (as in Airflow)."""
    annotation = getattr(function, "__annotations__", {}).get("return")
    if annotation is None:
        return False
    if isinstance(annotation, str):
        try:
            annotation = get_type_hints(function).get("return")
        except (NameError, AttributeError, TypeError, SyntaxError):
            return False
    origin = getattr(annotation, "__origin__", annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


task = TaskDecorator()
