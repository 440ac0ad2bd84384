-- The schema's version (where Alembic keeps it) and the database's health.

-- name: table_names
SELECT name FROM sqlite_master WHERE type = 'table';

-- name: schema_version
SELECT version_num FROM alembic_version;

-- name: create_schema_version
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

-- name: set_schema_version
INSERT INTO alembic_version (version_num) VALUES (:version);

-- name: integrity
PRAGMA quick_check(20);

-- name: foreign_keys
PRAGMA foreign_key_check;
