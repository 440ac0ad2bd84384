"""What a branching task chose, and whom that excludes.

A task that ends with a choice skips its other direct downstream tasks at once, whatever their trigger
rules; one of them that also lies downstream of a chosen task is not skipped (the join after an empty
branch). The choice is kept in the reason of the task's success, so it survives a restart and a clear of
the excluded tasks alone.
"""

from collections.abc import Iterable

from mulgil.i18n import Text
from mulgil.kernel.graph import DagGraph
from mulgil.model import TaskInstance, TaskInstanceState

_CHOSE = "reason.branch_chose"
_SEPARATOR = ", "


def choice_reason(chosen: Iterable[str]) -> Text:
    """Return the reason that records a choice."""
    return Text("reason.branch_chose", {"chosen": _SEPARATOR.join(chosen)})


def choice_of(row: TaskInstance) -> tuple[str, ...] | None:
    """Return what a task instance chose; None if it chose nothing because it doesn't branch."""
    reason = row.reason
    if reason is None or reason.code != _CHOSE or row.state is not TaskInstanceState.SUCCESS:
        return None
    chosen = str(reason.fields["chosen"])
    return tuple(chosen.split(_SEPARATOR)) if chosen else ()


def unknown_choices(graph: DagGraph, chosen: Iterable[str]) -> tuple[str, ...]:
    """Return the chosen names that are neither tasks nor groups of the dag."""
    return tuple(name for name in chosen if name not in graph.numbers and name not in graph.group_roots)


def excluded_by(graph: DagGraph, branch: int, chosen: Iterable[str]) -> tuple[int, ...]:
    """Return the direct downstream tasks that the choice excludes. A chosen group stands for its first tasks."""
    direct = graph.downstream[branch]
    if not direct:
        return ()
    followed: set[int] = set()
    for name in chosen:
        number = graph.numbers.get(name)
        followed.update(graph.group_roots[name] if number is None else (number,))
    followed = graph.below(followed, up_to=direct[-1])
    return tuple(number for number in direct if number not in followed)
