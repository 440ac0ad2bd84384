-- Runs, task instances, attempts and what they left, read.
--
-- CROSS JOIN tells SQLite to begin with the few active runs; it would read every task instance instead.

-- name: run_by_id
SELECT
    dag_id, run_id, run_uid, run_type, state, interval_start, interval_end, version_id, created_at, conf,
    started_at, ended_at, reason, triggered_by, note
FROM dag_run
WHERE dag_id = :dag_id AND run_id = :run_id;

-- name: run_of_interval
SELECT
    dag_id, run_id, run_uid, run_type, state, interval_start, interval_end, version_id, created_at, conf,
    started_at, ended_at, reason, triggered_by, note
FROM dag_run
WHERE
    dag_id = :dag_id AND interval_start = :interval_start AND interval_end = :interval_end
    AND run_type IN ('scheduled', 'backfill');

-- name: runs_of_range
SELECT
    dag_id, run_id, run_uid, run_type, state, interval_start, interval_end, version_id, created_at, conf,
    started_at, ended_at, reason, triggered_by, note
FROM dag_run
WHERE
    dag_id = :dag_id AND interval_start >= :range_start AND interval_start < :range_end
    AND run_type IN ('scheduled', 'backfill')
ORDER BY interval_start, interval_end;

-- name: instances_of_range
SELECT
    i.dag_id, i.run_id, i.task_id, i.map_index, i.state, i.try_number, i.max_tries, i.clear_number,
    i.lost_count, i.attempt_id, i.reason, i.scheduled_at, i.queued_at, i.started_at, i.ended_at, i.retry_at
FROM dag_run AS r
CROSS JOIN task_instance AS i
WHERE
    r.dag_id = :dag_id AND r.interval_start >= :range_start AND r.interval_start < :range_end
    AND r.run_type IN ('scheduled', 'backfill') AND i.dag_id = r.dag_id AND i.run_id = r.run_id
ORDER BY i.run_id, i.task_id, i.map_index;

-- name: active_runs
SELECT
    dag_id, run_id, run_uid, run_type, state, interval_start, interval_end, version_id, created_at, conf,
    started_at, ended_at, reason, triggered_by, note
FROM dag_run
WHERE state IN ('queued', 'running')
ORDER BY created_at, dag_id, run_id;

-- name: instances_of_active_runs
SELECT
    i.dag_id, i.run_id, i.task_id, i.map_index, i.state, i.try_number, i.max_tries, i.clear_number,
    i.lost_count, i.attempt_id, i.reason, i.scheduled_at, i.queued_at, i.started_at, i.ended_at, i.retry_at
FROM dag_run AS r
CROSS JOIN task_instance AS i
WHERE r.state IN ('queued', 'running') AND i.dag_id = r.dag_id AND i.run_id = r.run_id
ORDER BY i.dag_id, i.run_id, i.task_id, i.map_index;

-- name: live_attempts_of_active_runs
SELECT
    a.attempt_id, a.dag_id, a.run_id, a.task_id, a.map_index, a.try_number, a.state, a.executor, a.daemon_id,
    a.queued_at, a.pid, a.started_at, a.ended_at, a.outcome, a.error
FROM dag_run AS r
CROSS JOIN attempt AS a
WHERE
    r.state IN ('queued', 'running') AND a.dag_id = r.dag_id AND a.run_id = r.run_id
    AND a.state NOT IN ('ended', 'lost')
ORDER BY a.queued_at, a.attempt_id;

-- name: runs
SELECT
    dag_id, run_id, run_uid, run_type, state, interval_start, interval_end, version_id, created_at, conf,
    started_at, ended_at, reason, triggered_by, note
FROM dag_run
ORDER BY interval_start DESC, interval_end DESC, created_at DESC, dag_id, run_id
LIMIT :limit;

-- name: runs_of_dag
SELECT
    dag_id, run_id, run_uid, run_type, state, interval_start, interval_end, version_id, created_at, conf,
    started_at, ended_at, reason, triggered_by, note
FROM dag_run
WHERE dag_id = :dag_id
ORDER BY interval_start DESC, interval_end DESC, created_at DESC, dag_id, run_id
LIMIT :limit;

-- name: runs_in_state
SELECT
    dag_id, run_id, run_uid, run_type, state, interval_start, interval_end, version_id, created_at, conf,
    started_at, ended_at, reason, triggered_by, note
FROM dag_run
WHERE state = :state
ORDER BY interval_start DESC, interval_end DESC, created_at DESC, dag_id, run_id
LIMIT :limit;

-- name: runs_of_dag_in_state
SELECT
    dag_id, run_id, run_uid, run_type, state, interval_start, interval_end, version_id, created_at, conf,
    started_at, ended_at, reason, triggered_by, note
FROM dag_run
WHERE dag_id = :dag_id AND state = :state
ORDER BY interval_start DESC, interval_end DESC, created_at DESC, dag_id, run_id
LIMIT :limit;

-- name: run_counts
SELECT dag_id, state, count(*) FROM dag_run GROUP BY dag_id, state ORDER BY dag_id, state;

-- name: task_instances
SELECT
    dag_id, run_id, task_id, map_index, state, try_number, max_tries, clear_number, lost_count, attempt_id,
    reason, scheduled_at, queued_at, started_at, ended_at, retry_at
FROM task_instance
WHERE dag_id = :dag_id AND run_id = :run_id
ORDER BY task_id, map_index;

-- name: attempts
SELECT
    attempt_id, dag_id, run_id, task_id, map_index, try_number, state, executor, daemon_id, queued_at, pid,
    started_at, ended_at, outcome, error
FROM attempt
WHERE dag_id = :dag_id AND run_id = :run_id
ORDER BY queued_at, attempt_id;

-- name: attempts_of_task
SELECT
    attempt_id, dag_id, run_id, task_id, map_index, try_number, state, executor, daemon_id, queued_at, pid,
    started_at, ended_at, outcome, error
FROM attempt
WHERE dag_id = :dag_id AND run_id = :run_id AND task_id = :task_id
ORDER BY queued_at, attempt_id;

-- name: live_attempts
SELECT
    attempt_id, dag_id, run_id, task_id, map_index, try_number, state, executor, daemon_id, queued_at, pid,
    started_at, ended_at, outcome, error
FROM attempt
WHERE dag_id = :dag_id AND run_id = :run_id AND state NOT IN ('ended', 'lost')
ORDER BY queued_at, attempt_id;

-- name: xcoms
SELECT
    dag_id, run_id, task_id, map_index, key, value
FROM xcom
WHERE dag_id = :dag_id AND run_id = :run_id AND task_id = :task_id AND key = :key
ORDER BY map_index;

-- name: xcoms_of_map_index
SELECT
    dag_id, run_id, task_id, map_index, key, value
FROM xcom
WHERE
    dag_id = :dag_id AND run_id = :run_id AND task_id = :task_id AND map_index = :map_index
    AND key = :key;

-- name: asset_commits
SELECT
    connection_id, table_name, scope, fence, write_id, producer, mode, rows, committed_at, record,
    superseded_by, dag_id, run_id, task_id, map_index, attempt_id
FROM asset_commit
WHERE dag_id = :dag_id AND run_id = :run_id
ORDER BY committed_at, connection_id, table_name, fence, scope;

-- name: schedules
SELECT dag_id, scheduled_until, has_run_once FROM dag_schedule ORDER BY dag_id;

-- name: last_event
SELECT coalesce(max(seq), 0) FROM event;
