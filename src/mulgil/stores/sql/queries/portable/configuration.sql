-- Pools, connections and variables. Secrets are encrypted before they come here.

-- name: pools
SELECT name, slots, description FROM pool ORDER BY name;

-- name: pool_exists
SELECT 1 FROM pool WHERE name = :name;

-- name: put_pool
INSERT INTO pool (
    name, slots, description
)
VALUES (
    :name, :slots, :description
)
ON CONFLICT (name) DO UPDATE SET
    slots = excluded.slots, description = excluded.description;

-- name: delete_pool
DELETE FROM pool WHERE name = :name;

-- name: connections
SELECT
    connection_id, conn_type, host, port, schema, login, password, extra, description
FROM connection
ORDER BY connection_id;

-- name: connection
SELECT
    connection_id, conn_type, host, port, schema, login, password, extra, description
FROM connection
WHERE connection_id = :connection_id;

-- name: connection_exists
SELECT 1 FROM connection WHERE connection_id = :connection_id;

-- name: put_connection
INSERT INTO connection (
    connection_id, conn_type, host, port, schema, login, password, extra, description
)
VALUES (
    :connection_id, :conn_type, :host, :port, :schema, :login, :password, :extra, :description
)
ON CONFLICT (connection_id) DO UPDATE SET
    conn_type = excluded.conn_type, host = excluded.host, port = excluded.port, schema = excluded.schema,
    login = excluded.login, password = excluded.password, extra = excluded.extra,
    description = excluded.description;

-- name: delete_connection
DELETE FROM connection WHERE connection_id = :connection_id;

-- name: variables
SELECT key, value, description FROM variable ORDER BY key;

-- name: variable
SELECT key, value, description FROM variable WHERE key = :key;

-- name: variable_exists
SELECT 1 FROM variable WHERE key = :key;

-- name: put_variable
INSERT INTO variable (
    key, value, description
)
VALUES (
    :key, :value, :description
)
ON CONFLICT (key) DO UPDATE SET
    value = excluded.value, description = excluded.description;

-- name: delete_variable
DELETE FROM variable WHERE key = :key;
