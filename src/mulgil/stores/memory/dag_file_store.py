"""The part of the memory store that the DAG processor writes: dags, versions, import failures."""

from collections.abc import Sequence
from datetime import datetime

from mulgil.model import Dag, DagVersion, ImportFailure
from mulgil.stores.memory.part import StorePart
from mulgil.stores.publication import Publication, StoredDags, plan_publication, stale_dags


class MemoryDagFileStore(StorePart):
    """Publishing dag files, and what was published."""

    def publish_file(
        self, *, bundle: str, file: str, versions: Sequence[DagVersion], failure: ImportFailure | None, at: datetime
    ) -> tuple[str, ...]:
        """Record the outcome of parsing one file and return the dag ids whose current version changed."""
        plan = plan_publication(
            bundle=bundle, file=file, versions=versions, failure=failure, at=at, stored=self._stored_dags(versions)
        )
        self._write(plan, bundle=bundle, file=file)
        return plan.changed

    def forget_files(self, *, bundle: str, present: Sequence[str], at: datetime) -> tuple[str, ...]:
        """Make the dags of files that are gone stale, drop those files' failures; return the dag ids."""
        tables, kept = self._tables, set(present)
        gone = [dag for dag in tables.dags.values() if dag.bundle == bundle and dag.file not in kept]
        rows, events = stale_dags(gone, at=at)
        for dag in rows:
            tables.dags[dag.dag_id] = dag
        for event in events:
            tables.append_event(event)
        for key in [key for key in tables.failures if key[0] == bundle and key[1] not in kept]:
            del tables.failures[key]
        return tuple(dag.dag_id for dag in rows)

    def import_failures(self) -> tuple[ImportFailure, ...]:
        """Return the files that can't be imported now, by bundle and file."""
        return tuple(failure for _, failure in sorted(self._tables.failures.items()))

    def dags(self) -> tuple[Dag, ...]:
        """Return every dag, by dag id."""
        return tuple(dag for _, dag in sorted(self._tables.dags.items()))

    def dag_version(self, version_id: str) -> DagVersion | None:
        """Return one version."""
        return self._tables.versions.get(version_id)

    def versions(self, dag_id: str) -> tuple[DagVersion, ...]:
        """Return a dag's versions, newest first."""
        own = (version for version in self._tables.versions.values() if version.dag_id == dag_id)
        return tuple(sorted(own, key=lambda version: version.number, reverse=True))

    def _stored_dags(self, versions: Sequence[DagVersion]) -> StoredDags:
        stored = self._tables.versions
        newest = ((version.dag_id, self.versions(version.dag_id)[:1]) for version in versions)
        return StoredDags(
            dags=self._tables.dags,
            numbers={key.version_id: stored[key.version_id].number for key in versions if key.version_id in stored},
            last_numbers={dag_id: version.number for dag_id, found in newest for version in found},
        )

    def _write(self, plan: Publication, *, bundle: str, file: str) -> None:
        tables = self._tables
        if plan.failure is not None:
            tables.failures[bundle, file] = plan.failure
            return
        tables.failures.pop((bundle, file), None)
        for version in plan.new_versions:
            tables.versions[version.version_id] = version
        for dag in plan.dags:
            tables.dags[dag.dag_id] = dag
        for event in plan.events:
            tables.append_event(event)
