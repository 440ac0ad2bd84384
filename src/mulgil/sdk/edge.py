"""Dependencies of many tasks at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.node import Linkable, Node, connect, nodes_of
from mulgil.sdk.origin import find_origin


def chain(*links: Linkable) -> None:
    """Put tasks in a row: `chain(a, [b, c], [d, e], f)` is a >> b >> d >> f and a >> c >> e >> f.

    Raises:
        DagDefinitionError: Two lists in a row differ in length.
    """
    for upstream, downstream in pairwise(links):
        if isinstance(upstream, Node) or isinstance(downstream, Node):
            connect(upstream, downstream)
            continue
        before, after = nodes_of(upstream), nodes_of(downstream)
        if len(before) != len(after):
            origin = find_origin()
            raise DagDefinitionError(
                "sdk.chain_lengths", file=origin.file, line=origin.line, first=len(before), second=len(after)
            )
        for first, second in zip(before, after, strict=True):
            connect(first, second)


def cross_downstream(from_tasks: Sequence[Node], to_tasks: Linkable) -> None:
    """Make every one of `to_tasks` come after every one of `from_tasks`."""
    connect(from_tasks, to_tasks)
