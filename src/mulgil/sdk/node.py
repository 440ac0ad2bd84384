"""What `>>` and `<<` connect: tasks, task groups, the results of tasks, labels on edges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn

from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.origin import find_origin

if TYPE_CHECKING:
    from typing import Self


class Node:
    """An end of a dependency. Edges are collected here and expanded when the dag is compiled.

    `dag_key` is the object that two ends must share (the dag); `None` = none yet.
    """

    node_id: str = ""
    dag_key: object = None

    def __init__(self) -> None:
        """Start without dependencies."""
        self.upstream_nodes: dict[Node, str] = {}

    def edge_ends(self) -> Sequence[Node]:
        """Return the nodes that stand for this one in an edge (a result stands for its task)."""
        return (self,)

    def add_upstream(self, upstream: Node, *, label: str = "") -> None:
        """Record that this node comes after `upstream`.

        Raises:
            DagDefinitionError: The two are of different dags, or are the same.
        """
        for node in self.edge_ends():
            for other in upstream.edge_ends():
                _check_edge(other, node)
                node.upstream_nodes[other] = label or node.upstream_nodes.get(other, "")

    def set_upstream(self, other: Linkable) -> None:
        """Make this come after `other`."""
        connect(other, self)

    def set_downstream(self, other: Linkable) -> None:
        """Make `other` come after this."""
        connect(self, other)

    def __rshift__(self, other: LinkableT) -> LinkableT:
        """`self >> other`: other comes after this; returns other, so that chains read on."""
        connect(self, other)
        return other

    def __lshift__(self, other: LinkableT) -> LinkableT:
        """`self << other`: this comes after other; returns other."""
        connect(other, self)
        return other

    def __rrshift__(self, other: Sequence[Node]) -> Self:
        """`[a, b] >> self`."""
        connect(other, self)
        return self

    def __rlshift__(self, other: Sequence[Node]) -> Self:
        """`[a, b] << self`."""
        connect(self, other)
        return self


class Uncalled:
    """A decorated function: only its call makes a task or a group that can be connected."""

    def shown_call(self) -> str:
        """Return how to call it, for messages."""
        return f"{getattr(self, '__name__', 'function')}()"

    if not TYPE_CHECKING:
        # Static types refuse these operators already.

        def __rshift__(self, other: object) -> NoReturn:
            """Say what to call instead."""
            raise not_called(f"{_shown(self)} >> {_shown(other)}")

        def __lshift__(self, other: object) -> NoReturn:
            """Say what to call instead."""
            raise not_called(f"{_shown(self)} << {_shown(other)}")

        def __rrshift__(self, other: object) -> NoReturn:
            """Say what to call instead."""
            raise not_called(f"{_shown(other)} >> {_shown(self)}")

        def __rlshift__(self, other: object) -> NoReturn:
            """Say what to call instead."""
            raise not_called(f"{_shown(other)} << {_shown(self)}")


def not_called(code: str) -> DagDefinitionError:
    """Return the error for a function that stands where a task must."""
    origin = find_origin()
    return DagDefinitionError("sdk.task_not_called", file=origin.file, line=origin.line, code=code)


def _shown(value: object) -> str:
    """Return an end of a dependency as its author would write it, with the calls that are missing."""
    if isinstance(value, Uncalled):
        return value.shown_call()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_shown(each) for each in value)}]"
    ends = value.edge_ends() if isinstance(value, Node) else ()
    return ends[0].node_id if len(ends) == 1 and ends[0].node_id else "…"


class Label(Node):
    """Text on an edge: `a >> Label("when empty") >> b`."""

    def __init__(self, label: str) -> None:
        """Keep the text."""
        super().__init__()
        self.label = label
        self._before: list[Node] = []
        self._after: list[Node] = []

    def attach(self, *, before: Iterable[Node] = (), after: Iterable[Node] = ()) -> None:
        """Remember one end; the edges exist when both are known."""
        self._before += before
        self._after += after
        for upstream in self._before:
            for downstream in self._after:
                downstream.add_upstream(upstream, label=self.label)


Linkable = Node | Sequence[Node]
if TYPE_CHECKING:
    from typing import TypeVar

    LinkableT = TypeVar("LinkableT", bound=Linkable)


def connect(upstream: Linkable, downstream: Linkable) -> None:
    """Make every downstream node come after every upstream node."""
    before, after = nodes_of(upstream), nodes_of(downstream)
    for node in after:
        if isinstance(node, Label):
            node.attach(before=before)
            continue
        for other in before:
            if isinstance(other, Label):
                other.attach(after=[node])
            else:
                node.add_upstream(other)


def nodes_of(value: Linkable) -> list[Node]:
    """Return the nodes of one end of `>>`.

    Raises:
        DagDefinitionError: Something in it is neither a task nor a task group.
    """
    found = [value] if isinstance(value, Node) else list(value) if isinstance(value, list | tuple | set) else [value]
    for item in found:
        if isinstance(item, Uncalled):
            raise not_called(item.shown_call())
        if not isinstance(item, Node):
            origin = find_origin()
            raise DagDefinitionError(
                "sdk.not_a_task", file=origin.file, line=origin.line, value=repr(item)[:80], kind=type(item).__name__
            )
    return [item for item in found if isinstance(item, Node)]


def _check_edge(upstream: Node, downstream: Node) -> None:
    origin = find_origin()
    where: dict[str, str | int] = {"file": origin.file, "line": origin.line}
    if upstream is downstream:
        raise DagDefinitionError("sdk.depends_on_itself", task_id=upstream.node_id, **where)
    if upstream.dag_key is not downstream.dag_key:
        raise DagDefinitionError(
            "sdk.edge_between_dags", upstream=upstream.node_id, downstream=downstream.node_id, **where
        )
