"""Assets: what dags read and write, put together with the commits that stand in their tables.

A dag names a table as its author does (`flights`, `raw.flights`); a ledger names it as its catalogue
does (`main.flights`, `raw.flights`). The two are the same table of one connection when they differ in
letter case or in the default schema only.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from mulgil.model import AssetCommit, AssetRef
from mulgil.ports import AssetSummary, DagSummary, NewAssetCommit

_DEFAULT_SCHEMA = "main."
_WHOLE = "*"
_CURSOR = "c:"
TaskName = tuple[str, str]


class _Record(msgspec.Struct):
    """What is read of a ledger's record: the names of the commits that the rows derive from, as JSON."""

    input_commits: str = "[]"


def summarize_assets(dags: Sequence[DagSummary], commits: Sequence[NewAssetCommit]) -> tuple[AssetSummary, ...]:
    """Return every table that a dag names or a commit was made in, by connection and name."""
    by_table: dict[AssetRef, list[NewAssetCommit]] = defaultdict(list)
    for new in commits:
        by_table[AssetRef(new.commit.connection_id, new.commit.table_name)].append(new)
    standing = {ref: _standing(found) for ref, found in by_table.items()}
    names = {_folded(ref): ref for ref in standing}
    inlets = _inlets(dags)
    stale = {
        ref: tuple(new.commit.scope for new in found if _is_stale(new, standing, names, inlets))
        for ref, found in standing.items()
    }
    writers, readers = _users(dags, of="outlets"), _users(dags, of="inlets")
    named = {_folded(ref): ref for ref in (*standing, *readers, *writers)}
    return tuple(
        AssetSummary(
            connection_id=ref.connection_id,
            name=ref.name,
            table_name=names[folded].name if folded in names else None,
            writers=_of(writers, folded),
            readers=_of(readers, folded),
            standing=standing.get(names.get(folded, ref), ()),
            stale_scopes=stale.get(names.get(folded, ref), ()),
        )
        for folded, ref in sorted(named.items())
    )


def _standing(commits: Iterable[NewAssetCommit]) -> tuple[NewAssetCommit, ...]:
    """Leave out what a commit of the whole table replaced."""
    found = list(commits)
    floor = max((new.commit.fence for new in found if new.commit.scope == _WHOLE), default=0)
    return tuple(new for new in found if new.commit.fence >= floor or new.commit.scope.startswith(_CURSOR))


def _users(dags: Sequence[DagSummary], *, of: str) -> dict[AssetRef, list[str]]:
    users: dict[AssetRef, list[str]] = defaultdict(list)
    for summary in dags:
        for task in summary.version.spec.tasks:
            refs: Sequence[AssetRef] = getattr(task, of)
            for ref in refs:
                users[ref].append(f"{summary.dag.dag_id}.{task.task_id}")
    return users


def _of(users: dict[AssetRef, list[str]], folded: tuple[str, str]) -> tuple[str, ...]:
    return tuple(sorted({user for ref, names in users.items() if _folded(ref) == folded for user in names}))


def _inlets(dags: Sequence[DagSummary]) -> dict[TaskName, tuple[AssetRef, ...]]:
    return {(summary.dag.dag_id, task.task_id): task.inlets for summary in dags for task in summary.version.spec.tasks}


def _is_stale(
    new: NewAssetCommit,
    standing: dict[AssetRef, tuple[NewAssetCommit, ...]],
    names: dict[tuple[str, str], AssetRef],
    inlets: dict[TaskName, tuple[AssetRef, ...]],
) -> bool:
    """Whether something that the rows were made of was committed anew since."""
    known = inlets.get((new.dag_id, new.task_id), ())
    for table, scope, fence in _inputs(new.commit):
        connection = next((ref.connection_id for ref in known if _folded(ref)[1] == _fold(table)), None)
        ref = names.get((connection or new.commit.connection_id, _fold(table)))
        now = [each.commit for each in standing.get(ref, ()) if scope in (None, each.commit.scope)] if ref else []
        if any(commit.fence > fence for commit in now):
            return True
    return False


def _inputs(commit: AssetCommit) -> Iterator[tuple[str, str | None, int]]:
    """Yield table, scope (None for all) and fence of what a commit was made of: `table[scope]@fence`."""
    try:
        inputs = msgspec.json.decode(msgspec.json.decode(commit.record, type=_Record).input_commits, type=list[str])
    except msgspec.DecodeError:
        return
    for text in inputs:
        place, _, fence = text.rpartition("@")
        table, bracket, scope = place.partition("[")
        if fence.isdigit():
            yield table, scope.removesuffix("]") if bracket else None, int(fence)


def _folded(ref: AssetRef) -> tuple[str, str]:
    return ref.connection_id, _fold(ref.name)


def _fold(name: str) -> str:
    return name.casefold().removeprefix(_DEFAULT_SCHEMA)
