-- Dags, their versions and the files that can't be imported.

-- name: dags
SELECT
    dag_id, bundle, file, version_id, is_paused, is_stale
FROM dag
ORDER BY dag_id;

-- name: dag_by_id
SELECT
    dag_id, bundle, file, version_id, is_paused, is_stale
FROM dag
WHERE dag_id = :dag_id;

-- name: dags_of_file
SELECT
    dag_id, bundle, file, version_id, is_paused, is_stale
FROM dag
WHERE bundle = :bundle AND file = :file
ORDER BY dag_id;

-- name: dags_of_bundle
SELECT
    dag_id, bundle, file, version_id, is_paused, is_stale
FROM dag
WHERE bundle = :bundle
ORDER BY dag_id;

-- name: put_dag
INSERT INTO dag (
    dag_id, bundle, file, version_id, is_paused, is_stale
)
VALUES (
    :dag_id, :bundle, :file, :version_id, :is_paused, :is_stale
)
ON CONFLICT (dag_id) DO UPDATE SET
    bundle = excluded.bundle, file = excluded.file, version_id = excluded.version_id,
    is_paused = excluded.is_paused, is_stale = excluded.is_stale;

-- name: dag_version
SELECT
    version_id, dag_id, number, spec, snapshot, bundle, file, isolation, isolation_reason, published_at
FROM dag_version
WHERE version_id = :version_id;

-- name: versions
SELECT
    version_id, dag_id, number, spec, snapshot, bundle, file, isolation, isolation_reason, published_at
FROM dag_version
WHERE dag_id = :dag_id
ORDER BY number DESC;

-- name: version_number
SELECT number FROM dag_version WHERE version_id = :version_id;

-- name: last_version_number
SELECT coalesce(max(number), 0) FROM dag_version WHERE dag_id = :dag_id;

-- name: insert_version
INSERT INTO dag_version (
    version_id, dag_id, number, spec, snapshot, bundle, file, isolation, isolation_reason, published_at
)
VALUES (
    :version_id, :dag_id, :number, :spec, :snapshot, :bundle, :file, :isolation, :isolation_reason,
    :published_at
);

-- name: import_failures
SELECT
    bundle, file, line, error, traceback, at
FROM import_failure
ORDER BY bundle, file;

-- name: put_import_failure
INSERT INTO import_failure (
    bundle, file, line, error, traceback, at
)
VALUES (
    :bundle, :file, :line, :error, :traceback, :at
)
ON CONFLICT (bundle, file) DO UPDATE SET
    line = excluded.line, error = excluded.error, traceback = excluded.traceback, at = excluded.at;

-- name: delete_import_failure
DELETE FROM import_failure WHERE bundle = :bundle AND file = :file;
