"""The future result of a task, as other tasks' arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from mulgil.model import UNMAPPED
from mulgil.sdk._containers import map_items
from mulgil.sdk.node import Node
from mulgil.sdk.runtime import NOT_FOUND, TaskRuntime

RETURN_VALUE = "return_value"
R_co = TypeVar("R_co", covariant=True)


class XComArg(Node, Generic[R_co]):
    """What a task will have pushed under `key` when it has run.

    Passing it to another task makes that task depend on the one it comes from. `arg["name"]` is the
    value pushed under that key, such as a part of a `multiple_outputs` result.
    """

    def __init__(self, task: Node, *, key: str = RETURN_VALUE) -> None:
        """Stand for what `task` pushes under `key`."""
        super().__init__()
        self.task = task
        self.key = key
        self.node_id = task.node_id
        self.dag_key = task.dag_key

    @property
    def operator(self) -> Node:
        """The task (the name that Airflow uses)."""
        return self.task

    @property
    def is_mapped(self) -> bool:
        """Whether the task is mapped, so that the value is a list."""
        return bool(getattr(self.task, "is_mapped", False))

    def edge_ends(self) -> Sequence[Node]:
        """In an edge the task stands for its result."""
        return (self.task,)

    def __getitem__(self, key: str) -> XComArg[object]:
        """Return the value that the task pushes under `key`."""
        if not isinstance(key, str):
            raise TypeError(f"an XCom key is a string, not {key!r}")
        return XComArg(self.task, key=key)

    def __iter__(self) -> Iterator[object]:
        """Refuse: how many values there will be is not known while the dag is built."""
        raise TypeError(f"the result of task {self.node_id!r} has no length before it has run; use its keys instead")

    def resolve(self, runtime: TaskRuntime) -> object:
        """Return the value in a running task: None where nothing was pushed, a list for a mapped task.

        Raises:
            KeyError: Nothing was pushed under a key that was named explicitly.
        """
        map_index = None if self.is_mapped else UNMAPPED
        value = runtime.xcom_pull(self.node_id, key=self.key, map_index=map_index)
        if value is not NOT_FOUND:
            return value
        if self.key == RETURN_VALUE:
            return [] if self.is_mapped else None
        raise KeyError(self.key)

    def __repr__(self) -> str:
        """Show task and key."""
        return f"XComArg({self.node_id!r}, key={self.key!r})"


def find_xcom_args(value: object) -> Iterator[XComArg[object]]:
    """Yield every XComArg in `value`, nested containers included, in a fixed order."""
    if isinstance(value, XComArg):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from find_xcom_args(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from find_xcom_args(item)


def resolve_xcom_args(value: object, runtime: TaskRuntime) -> object:
    """Return `value` with every XComArg in it replaced by what was pushed; untouched if there is none."""
    if isinstance(value, XComArg):
        return value.resolve(runtime)
    if next(find_xcom_args(value), None) is None:
        return value
    if isinstance(value, Mapping):
        return {key: resolve_xcom_args(item, runtime) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return map_items(value, lambda _, item: resolve_xcom_args(item, runtime))
    return value
