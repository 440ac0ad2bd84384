"""Where declarations land: the dag and the task group that are open while author code runs.

`with DAG(...)`, `with TaskGroup(...)` and the decorated forms push a scope; tasks that are created
join the innermost one. Dags that are created while a file is imported are collected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo

from mulgil.model import TaskSpec, TimetableSpec
from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.node import Node
from mulgil.sdk.origin import Origin, find_origin
from mulgil.sdk.param import Param

_ID = re.compile(r"\w[\w.-]*")
_ID_BYTES = 200


class Scope:
    """A container of tasks: a dag or a task group."""

    def __init__(self, *, parent: Scope | None, prefix: str, default_args: Mapping[str, object] | None) -> None:
        """Nest under `parent`; `prefix` goes before the ids of what is created inside."""
        self.parent = parent
        self.prefix = prefix
        inherited = parent.default_args if parent else {}
        self.default_args: dict[str, object] = {**inherited, **(default_args or {})}

    @property
    def root(self) -> DagScope:
        """The dag."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        if not isinstance(scope, DagScope):
            raise TypeError(f"{scope!r} is in no dag")
        return scope

    @property
    def group_id(self) -> str | None:
        """The id of the innermost task group; None directly in the dag."""
        return None

    def qualify(self, name: str) -> str:
        """Return the id that `name` gets inside this scope."""
        return f"{self.prefix}.{name}" if self.prefix else name


class DagScope(Scope):
    """A dag's own facts and all that was declared in it; `DAG` adds what authors call."""

    def __init__(self, dag_id: str, *, default_args: Mapping[str, object] | None, origin: Origin) -> None:
        """Start an empty dag."""
        super().__init__(parent=None, prefix="", default_args=default_args)
        check_id(dag_id, what="dag_id", origin=origin)
        self.dag_id = dag_id
        self.origin = origin
        # Relative to the bundle; set when the file is loaded.
        self.file = ""
        self.own_default_args = dict(default_args or {})
        self.used_default_args: set[str] = set()
        # Tasks and groups by id, in the author's order.
        self.nodes: dict[str, Node] = {}
        self.zone: tzinfo
        self.timezone: str
        self.timetable: TimetableSpec
        self.params: dict[str, Param] = {}
        self.user_defined_macros: dict[str, object] = {}
        self.user_defined_filters: dict[str, Callable[..., object]] = {}
        self.template_searchpath: tuple[str, ...] = ()
        # The bundle's root as it was imported; set when the file is loaded.
        self.root_folder = ""
        # What the last compilation gave.
        self.compiled_tasks: tuple[TaskSpec, ...] | None = None

    def add(self, node: Node, *, origin: Origin) -> None:
        """Give `node` its place in the dag.

        Raises:
            DagDefinitionError: Its id is taken.
        """
        earlier = self.nodes.get(node.node_id)
        if earlier is not None:
            first: Origin | None = getattr(earlier, "origin", None)
            raise DagDefinitionError(
                "sdk.duplicate_task_id",
                file=origin.file,
                line=origin.line,
                task_id=node.node_id,
                dag_id=self.dag_id,
                first_line=first.line if first else 0,
            )
        self.nodes[node.node_id] = node

    def template_folders(self) -> tuple[str, ...]:
        """Return where files of templates are looked for: beside the dag file, the search path, the bundle."""
        if not self.root_folder:
            own = self.origin.module_file.rpartition("/")[0]
            return tuple(dict.fromkeys((own, *(f"{own}/{path}" for path in self.template_searchpath))))
        root, folder = self.root_folder, self.file.rpartition("/")[0]
        own = f"{root}/{folder}" if folder else root
        return tuple(dict.fromkeys((own, *(f"{root}/{path}" for path in self.template_searchpath), root)))

    def unused_id(self, name: str) -> str:
        """Return `name`, or `name__1`, `name__2` … if it is taken."""
        candidate, number = name, 0
        while candidate in self.nodes:
            number += 1
            candidate = f"{name}__{number}"
        return candidate


def check_id(name: object, *, what: str, origin: Origin) -> None:
    """Refuse an id that can't stand in a path, a URL or a log.

    Raises:
        DagDefinitionError: It is not letters, digits, `_`, `-`, `.`, or is too long.
    """
    if isinstance(name, str) and _ID.fullmatch(name) and len(name.encode()) <= _ID_BYTES:
        return
    raise DagDefinitionError("sdk.bad_id", file=origin.file, line=origin.line, what=what, value=repr(name)[:100])


_open: list[Scope] = []
_collectors: list[list[DagScope]] = []


def current_scope() -> Scope | None:
    """Return the innermost open dag or task group."""
    return _open[-1] if _open else None


@contextmanager
def open_scope(scope: Scope) -> Iterator[None]:
    """Let what is created meanwhile join `scope`."""
    _open.append(scope)
    try:
        yield
    finally:
        _open.pop()


@contextmanager
def no_scope() -> Iterator[None]:
    """Let what is created meanwhile join nothing: while a task runs, or a mapped task is unfolded."""
    held = _open[:]
    _open.clear()
    try:
        yield
    finally:
        _open[:] = held


@contextmanager
def collecting() -> Iterator[list[DagScope]]:
    """Collect the dags that are created meanwhile, in the order of their creation."""
    found: list[DagScope] = []
    _collectors.append(found)
    try:
        yield found
    finally:
        _collectors.pop()


def announce(dag: DagScope) -> None:
    """Tell whoever collects that a dag was created."""
    if _collectors:
        _collectors[-1].append(dag)


def require_scope(task_id: str) -> Scope:
    """Return the open scope.

    Raises:
        DagDefinitionError: A task was created outside any dag.
    """
    scope = current_scope()
    if scope is None:
        origin = find_origin()
        raise DagDefinitionError("sdk.task_outside_dag", file=origin.file, line=origin.line, task_id=task_id)
    return scope
