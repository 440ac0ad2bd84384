"""Following a state table: the one way from a state and a cause to the next state."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from mulgil.kernel.errors import ImpossibleTransitionError

S = TypeVar("S", bound=StrEnum)
C = TypeVar("C", bound=StrEnum)


def follow(table: Mapping[S, Mapping[C, S]], state: S, cause: C, *, what: str) -> S:
    """Return the state that `cause` leads to; `what` is whose states they are.

    Raises:
        ImpossibleTransitionError: The table has no such way.
    """
    try:
        return table[state][cause]
    except KeyError:
        raise ImpossibleTransitionError(
            "kernel.impossible_transition", what=what, state=state.value, cause=cause.value
        ) from None
