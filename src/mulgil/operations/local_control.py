"""`Control` for a process that can open the metadata DB itself."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from mulgil.i18n import Text, nearest_name
from mulgil.messages import (
    BackfillChange,
    CancelDagRun,
    ChangeBackfill,
    ClearTaskInstances,
    Command,
    CommandAnswer,
    CommandPayload,
    MarkTaskInstances,
    SetDagPaused,
    TriggerDagRun,
)
from mulgil.model import (
    DEFAULT_POOL,
    Attempt,
    Connection,
    Dag,
    DagRun,
    DagRunState,
    DagVersion,
    DataInterval,
    Event,
    ImportFailure,
    Pool,
    TaskInstance,
    TaskInstanceState,
    TaskKey,
    Variable,
)
from mulgil.operations.assets import summarize_assets
from mulgil.operations.backfill import command_of, plan_backfill
from mulgil.operations.connection_extra import check_extra
from mulgil.operations.dag_not_found import dag_not_found
from mulgil.operations.errors import InvalidArgumentError
from mulgil.operations.explain import explain_queue, explain_run
from mulgil.operations.mark import MARKABLE
from mulgil.operations.params import check_conf
from mulgil.operations.run_identity import check_run_id
from mulgil.operations.selection import select_instances
from mulgil.ports import (
    AnswerBell,
    AssetSummary,
    BackfillPlan,
    BackfillRequest,
    BackfillSummary,
    Clock,
    DagSummary,
    Explanation,
    IdSource,
    MetadataStore,
    NewAssetCommit,
    NotFoundError,
    StoredBackfill,
    Submitted,
)

ANSWER_TIMEOUT_SECONDS = 2.0
DEFAULT_PARALLELISM = 32


class LocalControl:
    """Implements `mulgil.ports.Control` on a store; the scheduler applies what is submitted here.

    Names and values are checked before anything is written. A command waits for its answer until the
    timeout, and not at all where no scheduler listens: it stays in the queue then.
    """

    def __init__(
        self,
        store: MetadataStore,
        doorbell: AnswerBell,
        clock: Clock,
        ids: IdSource,
        *,
        by: str,
        answer_timeout_seconds: float = ANSWER_TIMEOUT_SECONDS,
        parallelism: int = DEFAULT_PARALLELISM,
    ) -> None:
        """Act for the person `by`; `parallelism` is the scheduler's, to explain what waits for it."""
        self._store = store
        self._doorbell = doorbell
        self._clock = clock
        self._ids = ids
        self._by = by
        self._answer_timeout_seconds = answer_timeout_seconds
        self._parallelism = parallelism

    # Commands.

    def trigger(
        self,
        dag_id: str,
        *,
        run_id: str | None = None,
        logical_date: datetime | None = None,
        data_interval: DataInterval | None = None,
        conf: Mapping[str, Any] | None = None,
        note: str = "",
    ) -> Submitted:
        """See `Control.trigger`.

        Raises:
            InvalidArgumentError: The conf doesn't fit the dag's params, or the run id or date can't be used.
        """
        version = self._version(self._existing_dag(dag_id))
        check_conf(dag_id, version.spec.params, conf or {})
        if run_id is not None:
            check_run_id(run_id)
        if logical_date is not None and logical_date.utcoffset() is None:
            raise InvalidArgumentError("operations.logical_date_naive", logical_date=logical_date.isoformat())
        payload = TriggerDagRun(
            dag_id=dag_id,
            run_uid=self._ids.new_id(),
            run_id=run_id,
            logical_date=None if logical_date is None else logical_date.astimezone(UTC),
            data_interval=data_interval,
            conf=dict(conf or {}),
            note=note,
        )
        return self._submit(payload)

    def clear(
        self,
        dag_id: str,
        run_id: str,
        *,
        tasks: Sequence[TaskKey] = (),
        downstream: bool = False,
        upstream: bool = False,
        only_failed: bool = False,
    ) -> Submitted:
        """See `Control.clear`."""
        self._check_tasks(dag_id, run_id, tasks)
        payload = ClearTaskInstances(
            dag_id=dag_id,
            run_id=run_id,
            tasks=tuple(tasks),
            downstream=downstream,
            upstream=upstream,
            only_failed=only_failed,
        )
        return self._submit(payload)

    def mark(self, dag_id: str, run_id: str, tasks: Sequence[TaskKey], state: TaskInstanceState) -> Submitted:
        """See `Control.mark`.

        Raises:
            InvalidArgumentError: `state` is neither success nor failed.
        """
        if state not in MARKABLE:
            raise InvalidArgumentError("operations.state_not_markable", state=state.value)
        self._check_tasks(dag_id, run_id, tasks)
        return self._submit(MarkTaskInstances(dag_id=dag_id, run_id=run_id, tasks=tuple(tasks), state=state))

    def cancel(self, dag_id: str, run_id: str) -> Submitted:
        """See `Control.cancel`."""
        self.run(dag_id, run_id)
        return self._submit(CancelDagRun(dag_id, run_id))

    def set_paused(self, dag_id: str, *, is_paused: bool) -> Submitted:
        """See `Control.set_paused`."""
        self._existing_dag(dag_id)
        return self._submit(SetDagPaused(dag_id, is_paused))

    def plan_backfill(self, request: BackfillRequest) -> BackfillPlan:
        """See `Control.plan_backfill`.

        Raises:
            InvalidArgumentError: The range, a limit or the conf can't be used, or the dag has no intervals.
        """
        dag = self._existing_dag(request.dag_id)
        return plan_backfill(self._store, request, dag=dag, version=self._version(dag), now=self._clock.now())

    def create_backfill(self, plan: BackfillPlan) -> Submitted:
        """See `Control.create_backfill`."""
        self._existing_dag(plan.request.dag_id)
        return self._submit(command_of(plan))

    def change_backfill(self, backfill_id: int, change: BackfillChange) -> Submitted:
        """See `Control.change_backfill`."""
        backfill = self.backfill(backfill_id).backfill
        return self._submit(ChangeBackfill(backfill.dag_id, backfill_id, change))

    # Reads.

    def backfills(self, *, dag_id: str | None = None, limit: int = 100) -> tuple[BackfillSummary, ...]:
        """See `Control.backfills`."""
        found = self._store.backfills(dag_id=dag_id, limit=limit)
        if not found and dag_id is not None:
            self._existing_dag(dag_id, stale_too=True)
        counts = self._store.backfill_counts([backfill.backfill_id for backfill in found])
        return tuple(
            BackfillSummary(backfill=backfill, run_counts=counts.get(backfill.backfill_id, {})) for backfill in found
        )

    def backfill(self, backfill_id: int) -> StoredBackfill:
        """See `Control.backfill`."""
        stored = self._store.backfill(backfill_id)
        if stored is None:
            raise NotFoundError("operations.backfill_unknown", backfill_id=backfill_id)
        return stored

    def dags(self) -> tuple[DagSummary, ...]:
        """See `Control.dags`."""
        counts = self._store.run_counts()
        return tuple(self._summary(dag, counts) for dag in self._store.dags() if not dag.is_stale)

    def dag(self, dag_id: str) -> DagSummary:
        """See `Control.dag`."""
        return self._summary(self._existing_dag(dag_id), self._store.run_counts())

    def import_failures(self) -> tuple[ImportFailure, ...]:
        """See `Control.import_failures`."""
        return self._store.import_failures()

    def runs(
        self, *, dag_id: str | None = None, state: DagRunState | None = None, limit: int = 100
    ) -> tuple[DagRun, ...]:
        """See `Control.runs`."""
        found = self._store.runs(dag_id=dag_id, state=state, limit=limit)
        if not found and dag_id is not None:
            self._existing_dag(dag_id, stale_too=True)
        return found

    def run(self, dag_id: str, run_id: str) -> DagRun:
        """See `Control.run`."""
        run = self._store.run(dag_id, run_id)
        if run is not None:
            return run
        self._existing_dag(dag_id, stale_too=True)
        known = [other.run_id for other in self._store.runs(dag_id=dag_id)]
        nearest = nearest_name(run_id, known)
        if nearest is None:
            raise NotFoundError("operations.run_unknown", dag_id=dag_id, run_id=run_id)
        raise NotFoundError("operations.run_misspelt", dag_id=dag_id, run_id=run_id, nearest=nearest)

    def task_instances(self, dag_id: str, run_id: str) -> tuple[TaskInstance, ...]:
        """See `Control.task_instances`."""
        version = self._store.dag_version(self.run(dag_id, run_id).version_id)
        order = {} if version is None else {task.task_id: number for number, task in enumerate(version.spec.tasks)}
        rows = self._store.task_instances(dag_id, run_id)
        return tuple(sorted(rows, key=lambda row: (order.get(row.task_id, len(order)), row.task_id, row.map_index)))

    def explain(self, dag_id: str, run_id: str) -> Explanation:
        """See `Control.explain`."""
        run = self.run(dag_id, run_id)
        return explain_run(
            self._store, run, parallelism=self._parallelism, now=self._clock.now(), is_served=self._is_served([run])
        )

    def explain_queue(self, runs: Sequence[DagRun]) -> dict[tuple[str, str], Text]:
        """See `Control.explain_queue`."""
        return explain_queue(self._store, runs, is_served=self._is_served(runs))

    def _is_served(self, runs: Sequence[DagRun]) -> bool:
        """Whether a scheduler hears the doorbell; nobody is asked for runs that have finished."""
        return all(run.state.is_finished for run in runs) or self._doorbell.ring()

    def attempts(self, dag_id: str, run_id: str, *, task_id: str | None = None) -> tuple[Attempt, ...]:
        """See `Control.attempts`."""
        self._check_tasks(dag_id, run_id, () if task_id is None else (TaskKey(task_id),))
        return self._store.attempts(dag_id, run_id, task_id=task_id)

    def asset_commits(self, dag_id: str, run_id: str) -> tuple[NewAssetCommit, ...]:
        """See `Control.asset_commits`."""
        self.run(dag_id, run_id)
        return self._store.asset_commits(dag_id, run_id)

    def assets(self) -> tuple[AssetSummary, ...]:
        """See `Control.assets`."""
        return summarize_assets(self.dags(), self._store.standing_commits())

    def table_commits(self, connection_id: str, table_name: str, *, limit: int = 100) -> tuple[NewAssetCommit, ...]:
        """See `Control.table_commits`."""
        return self._store.table_commits(connection_id, table_name, limit=limit)

    def repair_commits(self, commits: Sequence[NewAssetCommit]) -> None:
        """See `Control.repair_commits`."""
        self._store.repair_commits(commits, by=self._by, at=self._clock.now())

    def events(self, *, after: int = 0, limit: int = 1000, dag_id: str | None = None) -> tuple[Event, ...]:
        """See `Control.events`."""
        return self._store.events(after=after, limit=limit, dag_id=dag_id)

    # Configuration.

    def pools(self) -> tuple[Pool, ...]:
        """See `Control.pools`."""
        return self._store.pools()

    def put_pool(self, pool: Pool) -> None:
        """See `Control.put_pool`.

        Raises:
            InvalidArgumentError: The pool has no name, or fewer than -1 slots.
        """
        if not pool.name.strip() or pool.slots < -1:
            raise InvalidArgumentError("operations.pool_invalid", name=pool.name, slots=pool.slots)
        self._store.put_pool(pool, by=self._by, at=self._clock.now())
        self._doorbell.ring()

    def delete_pool(self, name: str) -> None:
        """See `Control.delete_pool`.

        Raises:
            InvalidArgumentError: It is the default pool.
        """
        if name == DEFAULT_POOL:
            raise InvalidArgumentError("operations.pool_is_default", name=name)
        if not self._store.delete_pool(name, by=self._by, at=self._clock.now()):
            nearest = nearest_name(name, (pool.name for pool in self._store.pools()))
            if nearest is None:
                raise NotFoundError("operations.pool_unknown", name=name)
            raise NotFoundError("operations.pool_misspelt", name=name, nearest=nearest)
        self._doorbell.ring()

    def connections(self) -> tuple[Connection, ...]:
        """See `Control.connections`."""
        return self._store.connections()

    def put_connection(self, connection: Connection) -> None:
        """See `Control.put_connection`.

        Raises:
            InvalidArgumentError: The connection has no id or no type, or its extra is no JSON.
        """
        if not connection.connection_id.strip() or not connection.conn_type.strip():
            raise InvalidArgumentError("operations.connection_invalid", connection_id=connection.connection_id)
        check_extra(connection)
        self._store.put_connection(connection, by=self._by, at=self._clock.now())

    def delete_connection(self, connection_id: str) -> None:
        """See `Control.delete_connection`."""
        if self._store.delete_connection(connection_id, by=self._by, at=self._clock.now()):
            return
        nearest = nearest_name(connection_id, (known.connection_id for known in self._store.connections()))
        if nearest is None:
            raise NotFoundError("operations.connection_unknown", connection_id=connection_id)
        raise NotFoundError("operations.connection_misspelt", connection_id=connection_id, nearest=nearest)

    def variables(self) -> tuple[Variable, ...]:
        """See `Control.variables`."""
        return self._store.variables()

    def put_variable(self, variable: Variable) -> None:
        """See `Control.put_variable`.

        Raises:
            InvalidArgumentError: The variable has no key.
        """
        if not variable.key.strip():
            raise InvalidArgumentError("operations.variable_invalid", key=variable.key)
        self._store.put_variable(variable, by=self._by, at=self._clock.now())

    def delete_variable(self, key: str) -> None:
        """See `Control.delete_variable`."""
        if self._store.delete_variable(key, by=self._by, at=self._clock.now()):
            return
        nearest = nearest_name(key, (known.key for known in self._store.variables()))
        if nearest is None:
            raise NotFoundError("operations.variable_unknown", key=key)
        raise NotFoundError("operations.variable_misspelt", key=key, nearest=nearest)

    def _submit(self, payload: CommandPayload) -> Submitted:
        command = Command(command_id=self._ids.new_id(), payload=payload, submitted_at=self._clock.now(), by=self._by)
        self._store.submit(command)
        answer = self._wait(command.command_id) if self._doorbell.ring() else None
        return Submitted(command_id=command.command_id, answer=answer)

    def _wait(self, command_id: str) -> CommandAnswer | None:
        deadline = self._clock.monotonic() + self._answer_timeout_seconds
        while True:
            remaining = deadline - self._clock.monotonic()
            rang = remaining > 0 and self._doorbell.wait(remaining)
            answer = self._store.answer(command_id)
            if answer is not None or not rang:
                return answer

    def _existing_dag(self, dag_id: str, *, stale_too: bool = False) -> Dag:
        dags = {dag.dag_id: dag for dag in self._store.dags() if stale_too or not dag.is_stale}
        if dag_id in dags:
            return dags[dag_id]
        raise dag_not_found(dag_id, known=dags, failures=self._store.import_failures())

    def _version(self, dag: Dag) -> DagVersion:
        version = self._store.dag_version(dag.version_id)
        if version is None:
            raise NotFoundError("operations.dag_unknown", dag_id=dag.dag_id)
        return version

    def _summary(self, dag: Dag, counts: dict[str, dict[DagRunState, int]]) -> DagSummary:
        return DagSummary(dag=dag, version=self._version(dag), run_counts=counts.get(dag.dag_id, {}))

    def _check_tasks(self, dag_id: str, run_id: str, tasks: Sequence[TaskKey]) -> None:
        self.run(dag_id, run_id)
        if tasks:
            select_instances(tasks, self._store.task_instances(dag_id, run_id))
