-- The event log, read; a list of kinds is given as one JSON array.

-- name: events
SELECT
    seq, at, kind, payload, dag_id, run_id, task_id, map_index
FROM event
WHERE seq > :after AND kind IN (SELECT value FROM json_each(:kinds))
ORDER BY seq
LIMIT :limit;

-- name: events_of_dag
SELECT
    seq, at, kind, payload, dag_id, run_id, task_id, map_index
FROM event
WHERE dag_id = :dag_id AND seq > :after AND kind IN (SELECT value FROM json_each(:kinds))
ORDER BY seq
LIMIT :limit;
