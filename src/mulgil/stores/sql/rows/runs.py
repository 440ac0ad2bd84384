"""Runs, task instances, attempts, XComs and asset commits as rows."""

import msgspec

from mulgil.model import (
    AssetCommit,
    Attempt,
    AttemptState,
    DagRun,
    DagRunState,
    DataInterval,
    RunType,
    TaskInstance,
    TaskInstanceState,
    XComValue,
)
from mulgil.ports import NewAssetCommit
from mulgil.stores.sql.database import Params, Row
from mulgil.stores.sql.instants import from_microseconds, to_microseconds
from mulgil.stores.sql.rows.columns import instant_column, instant_value, json_column, text_column, text_value


def run_params(run: DagRun) -> Params:
    """Return a run's columns by name."""
    return {
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "run_uid": run.run_uid,
        "run_type": run.run_type.value,
        "state": run.state.value,
        **interval_params(run.data_interval),
        "version_id": run.version_id,
        "created_at": to_microseconds(run.created_at),
        "conf": json_column(run.conf),
        "started_at": instant_column(run.started_at),
        "ended_at": instant_column(run.ended_at),
        "reason": text_column(run.reason),
        "triggered_by": run.triggered_by,
        "note": run.note,
    }


def run_update_params(run: DagRun) -> Params:
    """Return the columns of a run that may change, by name: its identity stays as it was created."""
    return {
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "state": run.state.value,
        "version_id": run.version_id,
        "conf": json_column(run.conf),
        "started_at": instant_column(run.started_at),
        "ended_at": instant_column(run.ended_at),
        "reason": text_column(run.reason),
        "triggered_by": run.triggered_by,
        "note": run.note,
    }


def interval_params(interval: DataInterval) -> dict[str, int]:
    """Return a data interval's two columns by name."""
    return {"interval_start": to_microseconds(interval.start), "interval_end": to_microseconds(interval.end)}


def run_value(row: Row) -> DagRun:
    """Build a run from its row."""
    return DagRun(
        dag_id=row[0],
        run_id=row[1],
        run_uid=row[2],
        run_type=RunType(row[3]),
        state=DagRunState(row[4]),
        data_interval=DataInterval(from_microseconds(row[5]), from_microseconds(row[6])),
        version_id=row[7],
        created_at=from_microseconds(row[8]),
        conf=msgspec.json.decode(row[9]),
        started_at=instant_value(row[10]),
        ended_at=instant_value(row[11]),
        reason=text_value(row[12]),
        triggered_by=row[13],
        note=row[14],
    )


def instance_params(instance: TaskInstance) -> Params:
    """Return a task instance's columns by name."""
    return {
        "dag_id": instance.dag_id,
        "run_id": instance.run_id,
        "task_id": instance.task_id,
        "map_index": instance.map_index,
        "state": instance.state.value,
        "try_number": instance.try_number,
        "max_tries": instance.max_tries,
        "clear_number": instance.clear_number,
        "lost_count": instance.lost_count,
        "attempt_id": instance.attempt_id,
        "reason": text_column(instance.reason),
        "scheduled_at": instant_column(instance.scheduled_at),
        "queued_at": instant_column(instance.queued_at),
        "started_at": instant_column(instance.started_at),
        "ended_at": instant_column(instance.ended_at),
        "retry_at": instant_column(instance.retry_at),
    }


def instance_value(row: Row) -> TaskInstance:
    """Build a task instance from its row."""
    return TaskInstance(
        dag_id=row[0],
        run_id=row[1],
        task_id=row[2],
        map_index=row[3],
        state=TaskInstanceState(row[4]),
        try_number=row[5],
        max_tries=row[6],
        clear_number=row[7],
        lost_count=row[8],
        attempt_id=row[9],
        reason=text_value(row[10]),
        scheduled_at=instant_value(row[11]),
        queued_at=instant_value(row[12]),
        started_at=instant_value(row[13]),
        ended_at=instant_value(row[14]),
        retry_at=instant_value(row[15]),
    )


def attempt_params(attempt: Attempt) -> Params:
    """Return an attempt's columns by name."""
    return {
        "attempt_id": attempt.attempt_id,
        "dag_id": attempt.dag_id,
        "run_id": attempt.run_id,
        "task_id": attempt.task_id,
        "map_index": attempt.map_index,
        "try_number": attempt.try_number,
        "state": attempt.state.value,
        "executor": attempt.executor,
        "daemon_id": attempt.daemon_id,
        "queued_at": to_microseconds(attempt.queued_at),
        "pid": attempt.pid,
        "started_at": instant_column(attempt.started_at),
        "ended_at": instant_column(attempt.ended_at),
        "outcome": attempt.outcome,
        "error": text_column(attempt.error),
    }


def attempt_value(row: Row) -> Attempt:
    """Build an attempt from its row."""
    return Attempt(
        attempt_id=row[0],
        dag_id=row[1],
        run_id=row[2],
        task_id=row[3],
        map_index=row[4],
        try_number=row[5],
        state=AttemptState(row[6]),
        executor=row[7],
        daemon_id=row[8],
        queued_at=from_microseconds(row[9]),
        pid=row[10],
        started_at=instant_value(row[11]),
        ended_at=instant_value(row[12]),
        outcome=row[13],
        error=text_value(row[14]),
    )


def dropped_xcoms_params(dropped: tuple[str, str, str, int]) -> Params:
    """Return the columns that say whose XComs go."""
    dag_id, run_id, task_id, map_index = dropped
    return {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "map_index": map_index}


def xcom_params(xcom: XComValue) -> Params:
    """Return an XCom's columns by name."""
    return {
        "dag_id": xcom.dag_id,
        "run_id": xcom.run_id,
        "task_id": xcom.task_id,
        "map_index": xcom.map_index,
        "key": xcom.key,
        "value": xcom.value,
    }


def xcom_value(row: Row) -> XComValue:
    """Build an XCom from its row."""
    return XComValue(dag_id=row[0], run_id=row[1], task_id=row[2], map_index=row[3], key=row[4], value=row[5])


def asset_commit_params(new: NewAssetCommit) -> Params:
    """Return an asset commit's columns by name."""
    commit = new.commit
    return {
        "connection_id": commit.connection_id,
        "table_name": commit.table_name,
        "scope": commit.scope,
        "fence": commit.fence,
        "write_id": commit.write_id,
        "producer": commit.producer,
        "mode": commit.mode,
        "rows": commit.rows,
        "committed_at": to_microseconds(commit.committed_at),
        "record": commit.record,
        "superseded_by": commit.superseded_by,
        "dag_id": new.dag_id,
        "run_id": new.run_id,
        "task_id": new.task_id,
        "map_index": new.map_index,
        "attempt_id": new.attempt_id,
    }


def asset_commit_value(row: Row) -> NewAssetCommit:
    """Build an asset commit from its row."""
    commit = AssetCommit(
        connection_id=row[0],
        table_name=row[1],
        scope=row[2],
        fence=row[3],
        write_id=row[4],
        producer=row[5],
        mode=row[6],
        rows=row[7],
        committed_at=from_microseconds(row[8]),
        record=row[9],
        superseded_by=row[10],
    )
    return NewAssetCommit(
        commit=commit, dag_id=row[11], run_id=row[12], task_id=row[13], map_index=row[14], attempt_id=row[15]
    )
