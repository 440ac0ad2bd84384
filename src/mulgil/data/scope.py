"""Scopes: the part of a table that a write replaces, and the rule that orders writes.

    *      the whole table
    p:…    one partition
    w:…    the rows that one producer appended
    i:…    the rows that one producer merged
    c:…    a source's cursor: kept beside the data, overlaps nothing else

The rule (`judge`) needs nothing but the ledger: fences are issued by the target in the order of
*open*, so replaying the published writes of a table in the order of their fences gives the table.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import msgspec

WHOLE_TABLE = "*"
_APPENDED = "w:"
_MERGED = "i:"
_CURSOR = "c"
# Scopes of what was added to a table, and of how far it was read: nothing of it is left once the table is gone.
ADDED = (_APPENDED, _MERGED, f"{_CURSOR}:")


class Fenced(Protocol):
    """A committed scope, as the rule sees it."""

    @property
    def scope(self) -> str:
        """What was replaced."""
        ...

    @property
    def fence(self) -> int:
        """The order of the write."""
        ...


class Proceed(msgspec.Struct, frozen=True):
    """Nothing newer touches this write's scopes: publish."""


class Superseded(msgspec.Struct, frozen=True):
    """Every scope of this write was replaced whole by newer writes: publish nothing, and be content."""

    by: int


class BeginAnew(msgspec.Struct, frozen=True):
    """Newer writes replaced only parts of it: the write must take a new fence and read again."""

    because_of: int


Verdict = Proceed | Superseded | BeginAnew


def append_scope(author: str) -> str:
    """Return the scope of the rows that a producer, named in short, appended."""
    return _APPENDED + author


def merge_scope(author: str) -> str:
    """Return the scope of what a producer, named in short, merged."""
    return _MERGED + author


def cursor_scope(dag_id: str, task_id: str, source: str) -> str:
    """Return the scope of how far a task has read a source."""
    return f"{_CURSOR}:{dag_id}/{task_id}/{source}"


def overlaps(one: str, other: str) -> bool:
    """Whether two scopes of one table may share a row."""
    if one == other:
        return True
    kinds = {_kind(one), _kind(other)}
    if _CURSOR in kinds:
        return False
    return WHOLE_TABLE in kinds or len(kinds) > 1


def covers(newer: str, scope: str) -> bool:
    """Whether a later write of `newer` replaces all that a write of `scope` would leave."""
    return newer in (scope, WHOLE_TABLE)


def judge(scopes: Sequence[str], fence: int, committed: Iterable[Fenced]) -> Verdict:
    """Say what a write of `scopes` under `fence` must do, given what stands in the ledger.

    Called under the table's ledger lock, in the transaction that publishes.
    """
    newer = [
        commit
        for commit in committed
        if commit.fence > fence and any(overlaps(commit.scope, scope) for scope in scopes)
    ]
    if not newer:
        return Proceed()
    latest = max(commit.fence for commit in newer)
    if all(any(covers(commit.scope, scope) for commit in newer) for scope in scopes):
        return Superseded(latest)
    return BeginAnew(latest)


def _kind(scope: str) -> str:
    return scope.partition(":")[0]
