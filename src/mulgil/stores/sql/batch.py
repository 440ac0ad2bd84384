"""How a scheduler's batch is written: a few statements, each for many rows.

The order follows the tables' references: runs before what belongs to them. Events come last, so that
on a database where sequence numbers are handed out before the commit the lock around them is short.
"""

from mulgil.model import DagRun
from mulgil.ports import Batch, UniquenessError
from mulgil.stores.errors import MissingRowError, interval_taken, run_exists, run_uid_taken
from mulgil.stores.sql.database import Transaction
from mulgil.stores.sql.rows import backfills, dags, log, runs


def write_batch(transaction: Transaction, batch: Batch) -> None:
    """Write everything in `batch`.

    Raises:
        UniquenessError: A new run isn't new.
        MissingRowError: A changed row isn't stored, or an answered command isn't pending.
    """
    _write_runs(transaction, batch)
    many = (
        ("put_task_instance", map(runs.instance_params, batch.instances)),
        ("put_attempt", map(runs.attempt_params, batch.attempts)),
        ("drop_xcoms", map(runs.dropped_xcoms_params, batch.dropped_xcoms)),
        ("put_xcom", map(runs.xcom_params, batch.xcoms)),
        ("put_asset_commit", map(runs.asset_commit_params, batch.commits)),
        ("put_schedule", map(dags.schedule_params, batch.schedules)),
        ("put_backfill", map(backfills.backfill_params, batch.backfills)),
        ("put_backfill_run", map(backfills.backfill_run_params, batch.backfill_runs)),
    )
    for name, rows in many:
        transaction.run_each(name, rows)
    _write_switches(transaction, batch)
    _write_answers(transaction, batch)
    transaction.run_each("insert_event", map(log.event_params, batch.events))


def _write_runs(transaction: Transaction, batch: Batch) -> None:
    for run in batch.new_runs:
        try:
            transaction.run("insert_run", runs.run_params(run))
        except UniquenessError as error:
            raise _run_not_new(transaction, run) from error
    for run in batch.runs:
        if transaction.run("update_run", runs.run_update_params(run)) == 0:
            raise MissingRowError("store.run_missing", dag_id=run.dag_id, run_id=run.run_id)


def _run_not_new(transaction: Transaction, run: DagRun) -> UniquenessError:
    """Say in which respect a run isn't new: its id, its interval or its uid."""
    if transaction.row("run_by_id", {"dag_id": run.dag_id, "run_id": run.run_id}) is not None:
        return run_exists(run)
    if run.run_type.is_unique_by_interval:
        row = transaction.row("run_of_interval", {"dag_id": run.dag_id, **runs.interval_params(run.data_interval)})
        if row is not None:
            return interval_taken(run, other=runs.run_value(row))
    return run_uid_taken(run)


def _write_switches(transaction: Transaction, batch: Batch) -> None:
    for dag in batch.dags:
        if transaction.run("set_dag_paused", {"dag_id": dag.dag_id, "is_paused": dag.is_paused}) == 0:
            raise MissingRowError("store.dag_missing", dag_id=dag.dag_id)


def _write_answers(transaction: Transaction, batch: Batch) -> None:
    for answered in batch.answers:
        if transaction.run("answer_command", log.answer_params(answered)) == 0:
            raise MissingRowError("store.command_not_pending", command_id=answered.command_id)
