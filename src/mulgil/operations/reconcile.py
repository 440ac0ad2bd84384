"""Reconcile: what the copies of a table's commits say against its ledger. The ledger is right."""

from collections.abc import Sequence
from enum import StrEnum
from json import JSONDecodeError, loads

import msgspec

from mulgil.model import UNMAPPED, AssetCommit
from mulgil.ports import NewAssetCommit

# A producer is (dag, task, map index, ordinal, run) or (…, interval's start, interval's end).
_PARTS_WITH_RUN = 5


class Difference(StrEnum):
    """How a copy differs from the ledger."""

    MISSING = "missing"
    GONE = "gone"
    OTHER = "other"


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """A copy as it must be, and why. `fence` is the ledger's, null where the ledger has nothing in that scope."""

    difference: Difference
    scope: str
    copied_fence: int | None
    fence: int | None
    commit: NewAssetCommit


def compare_commits(copies: Sequence[NewAssetCommit], ledger: Sequence[AssetCommit]) -> tuple[Repair, ...]:
    """Return what must be written so that the copies say what the ledger says, by scope.

    A commit that the ledger lacks is copied; a copy that is newer than the ledger (its target was
    restored from a backup, or replaced) is marked as superseded by what stands there now.
    """
    standing = {commit.scope: commit for commit in ledger}
    kept = [new for new in copies if new.commit.superseded_by is None]
    repairs = [_gone(new, standing.get(new.commit.scope)) for new in kept]
    known = {(new.commit.scope, new.commit.fence): new for new in copies}
    for commit in ledger:
        copy = known.get((commit.scope, commit.fence))
        if copy is None:
            repairs.append(_missing(commit, kept))
        elif copy.commit != commit:
            repairs.append(_other(copy, commit))
    found = [repair for repair in repairs if repair is not None]
    return tuple(sorted(found, key=lambda repair: (repair.scope, repair.commit.commit.fence)))


def _gone(new: NewAssetCommit, standing: AssetCommit | None) -> Repair | None:
    copy = new.commit
    if standing is not None and copy.fence <= standing.fence:
        return None
    by = standing.fence if standing is not None else 0
    return Repair(
        difference=Difference.GONE,
        scope=copy.scope,
        copied_fence=copy.fence,
        fence=standing.fence if standing is not None else None,
        commit=msgspec.structs.replace(new, commit=msgspec.structs.replace(copy, superseded_by=by)),
    )


def _missing(commit: AssetCommit, kept: Sequence[NewAssetCommit]) -> Repair:
    older = [new.commit.fence for new in kept if new.commit.scope == commit.scope]
    return Repair(
        difference=Difference.MISSING,
        scope=commit.scope,
        copied_fence=max(older, default=None),
        fence=commit.fence,
        commit=_attributed(commit),
    )


def _other(copy: NewAssetCommit, commit: AssetCommit) -> Repair:
    return Repair(
        difference=Difference.OTHER,
        scope=commit.scope,
        copied_fence=copy.commit.fence,
        fence=commit.fence,
        commit=msgspec.structs.replace(copy, commit=commit),
    )


def _attributed(commit: AssetCommit) -> NewAssetCommit:
    """Say whose commit it is, as far as its producer tells; which attempt it was nobody knows any more."""
    try:
        parts = loads(commit.producer)
    except JSONDecodeError:
        parts = []
    if not isinstance(parts, list) or len(parts) < _PARTS_WITH_RUN:
        parts = ["", "", UNMAPPED, 0, ""]
    dag_id, task_id, map_index, _, *when = parts
    return NewAssetCommit(
        commit=commit,
        dag_id=str(dag_id),
        run_id=str(when[0]) if len(parts) == _PARTS_WITH_RUN else "",
        task_id=str(task_id),
        map_index=map_index if isinstance(map_index, int) else UNMAPPED,
        attempt_id="",
    )
