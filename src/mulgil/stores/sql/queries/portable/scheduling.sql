-- What the scheduler that owns the dags writes in its one transaction a step.

-- name: claim
INSERT INTO lease (shard, owner, epoch) VALUES (0, :owner, 1)
ON CONFLICT (shard) DO UPDATE SET owner = excluded.owner, epoch = lease.epoch + 1;

-- name: epoch
SELECT epoch FROM lease WHERE shard = 0;

-- name: insert_run
INSERT INTO dag_run (
    dag_id, run_id, run_uid, run_type, state, interval_start, interval_end, version_id, created_at, conf,
    started_at, ended_at, reason, triggered_by, note
)
VALUES (
    :dag_id, :run_id, :run_uid, :run_type, :state, :interval_start, :interval_end, :version_id, :created_at,
    :conf, :started_at, :ended_at, :reason, :triggered_by, :note
);

-- name: update_run
UPDATE dag_run SET
    state = :state, version_id = :version_id, conf = :conf, started_at = :started_at, ended_at = :ended_at,
    reason = :reason, triggered_by = :triggered_by, note = :note
WHERE dag_id = :dag_id AND run_id = :run_id;

-- name: put_task_instance
INSERT INTO task_instance (
    dag_id, run_id, task_id, map_index, state, try_number, max_tries, clear_number, lost_count, attempt_id,
    reason, scheduled_at, queued_at, started_at, ended_at, retry_at
)
VALUES (
    :dag_id, :run_id, :task_id, :map_index, :state, :try_number, :max_tries, :clear_number, :lost_count,
    :attempt_id, :reason, :scheduled_at, :queued_at, :started_at, :ended_at, :retry_at
)
ON CONFLICT (dag_id, run_id, task_id, map_index) DO UPDATE SET
    state = excluded.state, try_number = excluded.try_number, max_tries = excluded.max_tries,
    clear_number = excluded.clear_number, lost_count = excluded.lost_count, attempt_id = excluded.attempt_id,
    reason = excluded.reason, scheduled_at = excluded.scheduled_at, queued_at = excluded.queued_at,
    started_at = excluded.started_at, ended_at = excluded.ended_at, retry_at = excluded.retry_at;

-- name: put_attempt
INSERT INTO attempt (
    attempt_id, dag_id, run_id, task_id, map_index, try_number, state, executor, daemon_id, queued_at, pid,
    started_at, ended_at, outcome, error
)
VALUES (
    :attempt_id, :dag_id, :run_id, :task_id, :map_index, :try_number, :state, :executor, :daemon_id,
    :queued_at, :pid, :started_at, :ended_at, :outcome, :error
)
ON CONFLICT (attempt_id) DO UPDATE SET
    dag_id = excluded.dag_id, run_id = excluded.run_id, task_id = excluded.task_id,
    map_index = excluded.map_index, try_number = excluded.try_number, state = excluded.state,
    executor = excluded.executor, daemon_id = excluded.daemon_id, queued_at = excluded.queued_at,
    pid = excluded.pid, started_at = excluded.started_at, ended_at = excluded.ended_at,
    outcome = excluded.outcome, error = excluded.error;

-- name: drop_xcoms
DELETE FROM xcom
WHERE dag_id = :dag_id AND run_id = :run_id AND task_id = :task_id AND map_index = :map_index;

-- name: put_xcom
INSERT INTO xcom (
    dag_id, run_id, task_id, map_index, key, value
)
VALUES (
    :dag_id, :run_id, :task_id, :map_index, :key, :value
)
ON CONFLICT (dag_id, run_id, task_id, map_index, key) DO UPDATE SET
    value = excluded.value;

-- name: put_asset_commit
INSERT INTO asset_commit (
    connection_id, table_name, scope, fence, write_id, producer, mode, rows, committed_at, record,
    superseded_by, dag_id, run_id, task_id, map_index, attempt_id
)
VALUES (
    :connection_id, :table_name, :scope, :fence, :write_id, :producer, :mode, :rows, :committed_at, :record,
    :superseded_by, :dag_id, :run_id, :task_id, :map_index, :attempt_id
)
ON CONFLICT (connection_id, table_name, scope, fence) DO UPDATE SET
    write_id = excluded.write_id, producer = excluded.producer, mode = excluded.mode, rows = excluded.rows,
    committed_at = excluded.committed_at, record = excluded.record, superseded_by = excluded.superseded_by,
    dag_id = excluded.dag_id, run_id = excluded.run_id, task_id = excluded.task_id,
    map_index = excluded.map_index, attempt_id = excluded.attempt_id;

-- name: set_dag_paused
UPDATE dag SET is_paused = :is_paused WHERE dag_id = :dag_id;

-- name: put_schedule
INSERT INTO dag_schedule (
    dag_id, scheduled_until, has_run_once
)
VALUES (
    :dag_id, :scheduled_until, :has_run_once
)
ON CONFLICT (dag_id) DO UPDATE SET
    scheduled_until = excluded.scheduled_until, has_run_once = excluded.has_run_once;

-- name: answer_command
UPDATE command SET answer = :answer WHERE command_id = :command_id AND answer IS NULL;

-- name: insert_event
INSERT INTO event (
    at, kind, payload, dag_id, run_id, task_id, map_index
)
VALUES (
    :at, :kind, :payload, :dag_id, :run_id, :task_id, :map_index
);
