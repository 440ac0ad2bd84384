"""How a batch is checked and written in memory: first everything that may refuse it, then the writing.

So a refused batch has changed nothing, as a rolled-back transaction has.
"""

from collections import ChainMap
from itertools import chain

import msgspec

from mulgil.model import Attempt, DagRun, TaskInstance, XComValue
from mulgil.ports import Batch
from mulgil.stores.errors import MissingRowError, interval_taken, run_exists, run_uid_taken
from mulgil.stores.memory.tables import RunKey, Tables, run_key


def check_batch(tables: Tables, batch: Batch) -> None:
    """Do nothing if `batch` can be written whole.

    Raises:
        UniquenessError: A new run isn't new.
        MissingRowError: A row names what isn't stored, or an answered command isn't pending.
    """
    new_runs = _checked_new_runs(tables, batch)
    for run in batch.runs:
        if run_key(run) not in tables.runs and run_key(run) not in new_runs:
            raise MissingRowError("store.run_missing", dag_id=run.dag_id, run_id=run.run_id)
    rows: chain[TaskInstance | Attempt | XComValue] = chain(batch.instances, batch.attempts, batch.xcoms)
    if any(run_key(row) not in tables.runs and run_key(row) not in new_runs for row in rows):
        raise MissingRowError("store.run_of_row_missing")
    for dag in batch.dags:
        if dag.dag_id not in tables.dags:
            raise MissingRowError("store.dag_missing", dag_id=dag.dag_id)
    known_backfills = tables.backfills.keys() | {backfill.backfill_id for backfill in batch.backfills}
    if any(run.backfill_id not in known_backfills for run in batch.backfill_runs):
        raise MissingRowError("store.run_of_row_missing")
    _check_answers(tables, batch)


def _check_answers(tables: Tables, batch: Batch) -> None:
    answered = set()
    for answer in batch.answers:
        is_pending = answer.command_id in tables.commands and answer.command_id not in tables.answers
        if not is_pending or answer.command_id in answered:
            raise MissingRowError("store.command_not_pending", command_id=answer.command_id)
        answered.add(answer.command_id)


def _checked_new_runs(tables: Tables, batch: Batch) -> set[RunKey]:
    """Return the keys of the new runs, each new to the store and to the batch before it."""
    keys: set[RunKey] = set()
    by_interval = ChainMap({}, tables.runs_by_interval)
    by_uid = ChainMap({}, tables.runs_by_uid)
    for run in batch.new_runs:
        if run_key(run) in tables.runs or run_key(run) in keys:
            raise run_exists(run)
        keys.add(run_key(run))
        if run.run_type.is_unique_by_interval:
            other = by_interval.setdefault((run.dag_id, run.data_interval), run)
            if other is not run:
                raise interval_taken(run, other=other)
        if by_uid.setdefault(run.run_uid, run) is not run:
            raise run_uid_taken(run)
    return keys


def write_batch(tables: Tables, batch: Batch) -> None:
    """Write a batch that `check_batch` let pass."""
    for run in batch.new_runs:
        _insert_run(tables, run)
    for run in batch.runs:
        _update_run(tables, run)
    for instance in batch.instances:
        tables.instances.setdefault(run_key(instance), {})[instance.key] = instance
    for attempt in batch.attempts:
        tables.attempts.setdefault(run_key(attempt), {})[attempt.attempt_id] = attempt
    for dropped in batch.dropped_xcoms:
        tables.xcoms.pop(dropped, None)
    for xcom in batch.xcoms:
        owner = (xcom.dag_id, xcom.run_id, xcom.task_id, xcom.map_index)
        tables.xcoms.setdefault(owner, {})[xcom.key] = xcom
    for new in batch.commits:
        commit = new.commit
        tables.commits[commit.connection_id, commit.table_name, commit.scope, commit.fence] = new
    _write_the_rest(tables, batch)


def _write_the_rest(tables: Tables, batch: Batch) -> None:
    for dag in batch.dags:
        tables.dags[dag.dag_id] = msgspec.structs.replace(tables.dags[dag.dag_id], is_paused=dag.is_paused)
    for schedule in batch.schedules:
        tables.schedules[schedule.dag_id] = schedule
    for backfill in batch.backfills:
        tables.backfills[backfill.backfill_id] = backfill
    for backfill_run in batch.backfill_runs:
        tables.backfill_runs.setdefault(backfill_run.backfill_id, {})[backfill_run.position] = backfill_run
    for answered in batch.answers:
        tables.answers[answered.command_id] = answered.answer
    for event in batch.events:
        tables.append_event(event)


def _insert_run(tables: Tables, run: DagRun) -> None:
    tables.runs[run_key(run)] = run
    tables.runs_by_uid[run.run_uid] = run
    if run.run_type.is_unique_by_interval:
        tables.runs_by_interval[run.dag_id, run.data_interval] = run


def _update_run(tables: Tables, run: DagRun) -> None:
    created = tables.runs[run_key(run)]
    _insert_run(
        tables,
        msgspec.structs.replace(
            run,
            run_uid=created.run_uid,
            run_type=created.run_type,
            data_interval=created.data_interval,
            created_at=created.created_at,
        ),
    )
