"""Task groups: boxes around tasks, for reading and for dependencies on all of their ends at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import update_wrapper
from types import TracebackType
from typing import Any, Generic, ParamSpec, TypeVar, cast, overload

from mulgil.model import TaskGroupSpec
from mulgil.sdk.node import Node, Uncalled
from mulgil.sdk.origin import find_origin
from mulgil.sdk.scope import Scope, check_id, open_scope, require_scope

P = ParamSpec("P")
R = TypeVar("R")


class TaskGroup(Node, Scope):
    """A group of tasks: `with TaskGroup("clean"): ...`.

    Its id goes before the ids of its tasks (`clean.dedupe`) unless `prefix_group_id` is off. In a
    dependency the group stands for its first tasks (those without upstream inside) or its last ones.
    """

    def __init__(
        self,
        group_id: str,
        *,
        prefix_group_id: bool = True,
        default_args: Mapping[str, object] | None = None,
        tooltip: str = "",
    ) -> None:
        """Nest in the open dag or group.

        Raises:
            DagDefinitionError: The id is taken, or no dag is open.
        """
        Node.__init__(self)
        self.origin = find_origin()
        check_id(group_id, what="group_id", origin=self.origin)
        parent = require_scope(group_id)
        self.node_id = parent.qualify(group_id)
        prefix = self.node_id if prefix_group_id else parent.prefix
        Scope.__init__(self, parent=parent, prefix=prefix, default_args=default_args)
        self.own_default_args = dict(default_args or {})
        self.tooltip = tooltip
        self.dag_key = self.root
        self.root.add(self, origin=self.origin)
        self._opened: list[AbstractContextManager[None]] = []

    @property
    def group_id(self) -> str:
        """The id, with the ids of the groups around it before it."""
        return self.node_id

    def to_spec(self) -> TaskGroupSpec:
        """Return the group as data."""
        return TaskGroupSpec(self.node_id, self.parent.group_id if self.parent else None, self.tooltip)

    def __enter__(self) -> TaskGroup:
        """Let tasks that are created now join the group."""
        scope = open_scope(self)
        scope.__enter__()
        self._opened.append(scope)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the group."""
        self._opened.pop().__exit__(kind, error, trace)


class TaskGroupFunction(Uncalled, Generic[P, R]):
    """A function whose call makes a task group of the tasks that it creates."""

    def __init__(self, function: Callable[P, R], arguments: dict[str, object]) -> None:
        """Keep the function and the group's arguments."""
        self.function = function
        self.arguments = arguments
        update_wrapper(self, function)

    def override(self, **arguments: object) -> TaskGroupFunction[P, R]:
        """Return the same with other arguments, such as `group_id`."""
        return TaskGroupFunction(self.function, {**self.arguments, **arguments})

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Create the group; return what the function returns (the group itself if that is None)."""
        arguments: dict[str, Any] = dict(self.arguments)
        name = str(arguments.pop("group_id", self.function.__name__))
        scope = require_scope(name)
        if "group_id" not in self.arguments:
            name = _unused(scope, name)
        group = TaskGroup(name, **arguments)
        with group:
            result = self.function(*args, **kwargs)
        # Airflow's habit: a group function without a result gives the group itself.
        return cast(R, group) if result is None else result


def _unused(scope: Scope, name: str) -> str:
    candidate, number = name, 0
    while scope.qualify(candidate) in scope.root.nodes:
        number += 1
        candidate = f"{name}__{number}"
    return candidate


@overload
def task_group(function: Callable[P, R]) -> TaskGroupFunction[P, R]: ...
@overload
def task_group(
    function: None = None,
    *,
    group_id: str = ...,
    prefix_group_id: bool = ...,
    default_args: Mapping[str, object] | None = ...,
    tooltip: str = ...,
) -> Callable[[Callable[P, R]], TaskGroupFunction[P, R]]: ...
def task_group(
    function: Callable[P, R] | None = None, **arguments: object
) -> TaskGroupFunction[P, R] | Callable[[Callable[P, R]], TaskGroupFunction[P, R]]:
    """Make a function's calls task groups: `@task_group` or `@task_group(group_id=...)`."""
    if function is not None:
        return TaskGroupFunction(function, arguments)
    return lambda decorated: TaskGroupFunction(decorated, arguments)
