-- Backfills and their intervals.

-- name: active_backfills
SELECT
    backfill_id, dag_id, range_start, range_end, is_reverse, max_active, rerun, tasks, conf, state, created_at,
    created_by, ended_at
FROM backfill
WHERE state IN ('running', 'paused', 'cancelling')
ORDER BY backfill_id;

-- name: runs_of_active_backfills
SELECT
    r.backfill_id, r.position, r.interval_start, r.interval_end, r.state, r.action, r.run_id, r.reason, r.started_at,
    r.ended_at
FROM backfill AS b
CROSS JOIN backfill_run AS r
WHERE b.state IN ('running', 'paused', 'cancelling') AND r.backfill_id = b.backfill_id
ORDER BY r.backfill_id, r.position;

-- name: last_backfill
SELECT coalesce(max(backfill_id), 0) FROM backfill;

-- name: backfill
SELECT
    backfill_id, dag_id, range_start, range_end, is_reverse, max_active, rerun, tasks, conf, state, created_at,
    created_by, ended_at
FROM backfill
WHERE backfill_id = :backfill_id;

-- name: runs_of_backfill
SELECT
    backfill_id, position, interval_start, interval_end, state, action, run_id, reason, started_at,
    ended_at
FROM backfill_run
WHERE backfill_id = :backfill_id
ORDER BY position;

-- name: backfills
SELECT
    backfill_id, dag_id, range_start, range_end, is_reverse, max_active, rerun, tasks, conf, state, created_at,
    created_by, ended_at
FROM backfill
ORDER BY backfill_id DESC
LIMIT :limit;

-- name: backfills_of_dag
SELECT
    backfill_id, dag_id, range_start, range_end, is_reverse, max_active, rerun, tasks, conf, state, created_at,
    created_by, ended_at
FROM backfill
WHERE dag_id = :dag_id
ORDER BY backfill_id DESC
LIMIT :limit;

-- name: counts_of_backfill
SELECT state, count(*) FROM backfill_run WHERE backfill_id = :backfill_id GROUP BY state ORDER BY state;

-- name: put_backfill
INSERT INTO backfill (
    backfill_id, dag_id, range_start, range_end, is_reverse, max_active, rerun, tasks, conf, state, created_at,
    created_by, ended_at
)
VALUES (
    :backfill_id, :dag_id, :range_start, :range_end, :is_reverse, :max_active, :rerun, :tasks, :conf, :state,
    :created_at, :created_by, :ended_at
)
ON CONFLICT (backfill_id) DO UPDATE SET
    dag_id = excluded.dag_id, range_start = excluded.range_start, range_end = excluded.range_end,
    is_reverse = excluded.is_reverse, max_active = excluded.max_active, rerun = excluded.rerun,
    tasks = excluded.tasks, conf = excluded.conf, state = excluded.state, created_at = excluded.created_at,
    created_by = excluded.created_by, ended_at = excluded.ended_at;

-- name: put_backfill_run
INSERT INTO backfill_run (
    backfill_id, position, interval_start, interval_end, state, action, run_id, reason, started_at,
    ended_at
)
VALUES (
    :backfill_id, :position, :interval_start, :interval_end, :state, :action, :run_id, :reason, :started_at,
    :ended_at
)
ON CONFLICT (backfill_id, position) DO UPDATE SET
    interval_start = excluded.interval_start, interval_end = excluded.interval_end, state = excluded.state,
    action = excluded.action, run_id = excluded.run_id, reason = excluded.reason,
    started_at = excluded.started_at, ended_at = excluded.ended_at;
