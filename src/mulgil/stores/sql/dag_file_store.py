"""The part of the SQL store that the DAG processor writes: dags, versions, import failures."""

from collections.abc import Sequence
from datetime import datetime

from mulgil.model import Dag, DagVersion, ImportFailure
from mulgil.stores.publication import Publication, StoredDags, plan_publication, stale_dags
from mulgil.stores.sql.database import Transaction
from mulgil.stores.sql.part import StorePart
from mulgil.stores.sql.rows import dags, log


class SqlDagFileStore(StorePart):
    """Publishing dag files, and what was published."""

    def publish_file(
        self, *, bundle: str, file: str, versions: Sequence[DagVersion], failure: ImportFailure | None, at: datetime
    ) -> tuple[str, ...]:
        """Record the outcome of parsing one file and return the dag ids whose current version changed."""
        with self._database.write() as transaction:
            plan = plan_publication(
                bundle=bundle,
                file=file,
                versions=versions,
                failure=failure,
                at=at,
                stored=_stored_dags(transaction, bundle, file, versions),
            )
            _write_publication(transaction, plan, bundle=bundle, file=file)
            return plan.changed

    def forget_files(self, *, bundle: str, present: Sequence[str], at: datetime) -> tuple[str, ...]:
        """Make the dags of files that are gone stale, drop those files' failures; return the dag ids."""
        kept = set(present)
        with self._database.write() as transaction:
            known = map(dags.dag_value, transaction.rows("dags_of_bundle", {"bundle": bundle}))
            rows, events = stale_dags([dag for dag in known if dag.file not in kept], at=at)
            transaction.run_each("put_dag", map(dags.dag_params, rows))
            transaction.run_each("insert_event", map(log.event_params, events))
            for failure in map(dags.failure_value, transaction.rows("import_failures")):
                if failure.bundle == bundle and failure.file not in kept:
                    transaction.run("delete_import_failure", {"bundle": bundle, "file": failure.file})
            return tuple(dag.dag_id for dag in rows)

    def import_failures(self) -> tuple[ImportFailure, ...]:
        """Return the files that can't be imported now, by bundle and file."""
        with self._database.read() as transaction:
            return tuple(map(dags.failure_value, transaction.rows("import_failures")))

    def dags(self) -> tuple[Dag, ...]:
        """Return every dag, by dag id."""
        with self._database.read() as transaction:
            return tuple(map(dags.dag_value, transaction.rows("dags")))

    def dag_version(self, version_id: str) -> DagVersion | None:
        """Return one version."""
        with self._database.read() as transaction:
            row = transaction.row("dag_version", {"version_id": version_id})
            return None if row is None else dags.version_value(row)

    def versions(self, dag_id: str) -> tuple[DagVersion, ...]:
        """Return a dag's versions, newest first."""
        with self._database.read() as transaction:
            return tuple(map(dags.version_value, transaction.rows("versions", {"dag_id": dag_id})))


def _stored_dags(transaction: Transaction, bundle: str, file: str, versions: Sequence[DagVersion]) -> StoredDags:
    rows = transaction.rows("dags_of_file", {"bundle": bundle, "file": file})
    numbers: dict[str, int] = {}
    last_numbers: dict[str, int] = {}
    for version in versions:
        rows += transaction.rows("dag_by_id", {"dag_id": version.dag_id})
        for row in transaction.rows("version_number", {"version_id": version.version_id}):
            numbers[version.version_id] = row[0]
        for row in transaction.rows("last_version_number", {"dag_id": version.dag_id}):
            last_numbers[version.dag_id] = row[0]
    return StoredDags(
        dags={dag.dag_id: dag for dag in map(dags.dag_value, rows)}, numbers=numbers, last_numbers=last_numbers
    )


def _write_publication(transaction: Transaction, plan: Publication, *, bundle: str, file: str) -> None:
    if plan.failure is not None:
        transaction.run("put_import_failure", dags.failure_params(plan.failure))
        return
    transaction.run_each("insert_version", map(dags.version_params, plan.new_versions))
    transaction.run_each("put_dag", map(dags.dag_params, plan.dags))
    transaction.run("delete_import_failure", {"bundle": bundle, "file": file})
    transaction.run_each("insert_event", map(log.event_params, plan.events))
