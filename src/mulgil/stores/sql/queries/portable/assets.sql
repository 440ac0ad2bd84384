-- Copies of the ledgers' records.

-- name: standing_commits
SELECT
    connection_id, table_name, scope, fence, write_id, producer, mode, rows, committed_at, record,
    superseded_by, dag_id, run_id, task_id, map_index, attempt_id
FROM asset_commit
WHERE
    superseded_by IS NULL
    AND fence = (
        SELECT max(newest.fence) FROM asset_commit AS newest
        WHERE
            newest.connection_id = asset_commit.connection_id AND newest.table_name = asset_commit.table_name
            AND newest.scope = asset_commit.scope AND newest.superseded_by IS NULL
    )
ORDER BY connection_id, table_name, scope;

-- name: table_commits
SELECT
    connection_id, table_name, scope, fence, write_id, producer, mode, rows, committed_at, record,
    superseded_by, dag_id, run_id, task_id, map_index, attempt_id
FROM asset_commit
WHERE connection_id = :connection_id AND table_name = :table_name
ORDER BY fence DESC, scope
LIMIT :limit;
