"""What publishing a dag file means, apart from where it is stored.

`plan_publication` looks at what the store holds and says which rows to write; each store writes them in
one transaction. Rules:

- A version that is current already changes nothing; a known older one becomes current again; a new one
  gets the next number of its dag.
- A file with a failure keeps its dags as they are.
- A dag id that a live dag of another file has, or that the file defines twice, makes the whole file a
  failure. A stale dag's id is free: whoever defines it next takes it over, with its switch and history.
- Dags that the file no longer defines become stale.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from mulgil.i18n import Text
from mulgil.model import Dag, DagBecameStale, DagPublished, DagVersion, Event, ImportFailure


class StoredDags(msgspec.Struct, frozen=True, kw_only=True):
    """What the store holds that matters for one file.

    `dags` are those of the file and those with the ids to publish; `numbers` those of the versions to
    publish that are stored already; `last_numbers` the highest number of each dag to publish.
    """

    dags: Mapping[str, Dag]
    numbers: Mapping[str, int]
    last_numbers: Mapping[str, int]


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """The rows to write; without a `failure`, an earlier one of the file goes."""

    failure: ImportFailure | None = None
    new_versions: tuple[DagVersion, ...] = ()
    dags: tuple[Dag, ...] = ()
    events: tuple[Event, ...] = ()
    changed: tuple[str, ...] = ()


def plan_publication(
    *,
    bundle: str,
    file: str,
    versions: Sequence[DagVersion],
    failure: ImportFailure | None,
    at: datetime,
    stored: StoredDags,
) -> Publication:
    """Say what publishing the outcome of parsing one file writes."""
    failure = failure or _refusal(bundle=bundle, file=file, versions=versions, at=at, dags=stored.dags)
    if failure is not None:
        return Publication(failure=failure)
    new_versions: list[DagVersion] = []
    rows: list[Dag] = []
    events: list[Event] = []
    changed: list[str] = []
    for version in sorted(versions, key=lambda each: each.dag_id):
        number = stored.numbers.get(version.version_id)
        if number is None:
            number = stored.last_numbers.get(version.dag_id, 0) + 1
            new_versions.append(msgspec.structs.replace(version, number=number))
        before = stored.dags.get(version.dag_id)
        row = _published(version, bundle=bundle, file=file, before=before)
        if row == before:
            continue
        rows.append(row)
        if before is None or before.is_stale or before.version_id != row.version_id:
            changed.append(row.dag_id)
            events.append(Event(at=at, payload=DagPublished(row.version_id, number), dag_id=row.dag_id))
    defined = {version.dag_id for version in versions}
    gone = [dag for dag in stored.dags.values() if _is_of(dag, bundle, file) and dag.dag_id not in defined]
    stale, stale_events = stale_dags(gone, at=at)
    return Publication(
        new_versions=tuple(new_versions),
        dags=(*rows, *stale),
        events=(*events, *stale_events),
        changed=tuple(changed),
    )


def stale_dags(dags: Sequence[Dag], *, at: datetime) -> tuple[tuple[Dag, ...], tuple[Event, ...]]:
    """Return the rows and events that make the live ones of `dags` stale, by dag id."""
    live = sorted((dag for dag in dags if not dag.is_stale), key=lambda dag: dag.dag_id)
    rows = tuple(msgspec.structs.replace(dag, is_stale=True) for dag in live)
    return rows, tuple(Event(at=at, payload=DagBecameStale(dag.version_id), dag_id=dag.dag_id) for dag in live)


def _is_of(dag: Dag, bundle: str, file: str) -> bool:
    return (dag.bundle, dag.file) == (bundle, file)


def _published(version: DagVersion, *, bundle: str, file: str, before: Dag | None) -> Dag:
    return Dag(
        dag_id=version.dag_id,
        bundle=bundle,
        file=file,
        version_id=version.version_id,
        is_paused=version.spec.is_paused_upon_creation if before is None else before.is_paused,
    )


def _refusal(
    *, bundle: str, file: str, versions: Sequence[DagVersion], at: datetime, dags: Mapping[str, Dag]
) -> ImportFailure | None:
    seen: set[str] = set()
    for version in versions:
        other = dags.get(version.dag_id)
        error = None
        if version.dag_id in seen:
            error = Text("store.dag_id_twice", {"dag_id": version.dag_id, "file": file})
        elif other is not None and not other.is_stale and not _is_of(other, bundle, file):
            error = Text(
                "store.dag_id_taken",
                {"dag_id": version.dag_id, "file": file, "other_file": other.file, "other_bundle": other.bundle},
            )
        if error is not None:
            return ImportFailure(bundle=bundle, file=file, line=version.spec.line or None, error=error, at=at)
        seen.add(version.dag_id)
    return None
