"""Pools, connections and variables as rows. Secrets are encrypted here and nowhere else."""

import msgspec

from mulgil.model import Connection, JsonValue, Pool, Variable
from mulgil.ports import Cipher
from mulgil.stores.sql.database import Params, Row

_extra_decoder = msgspec.json.Decoder(dict[str, JsonValue])


def pool_params(pool: Pool) -> Params:
    """Return a pool's columns by name."""
    return {"name": pool.name, "slots": pool.slots, "description": pool.description}


def pool_value(row: Row) -> Pool:
    """Build a pool from its row."""
    return Pool(name=row[0], slots=row[1], description=row[2])


def connection_params(connection: Connection, cipher: Cipher) -> Params:
    """Return a connection's columns by name, its password and extra encrypted."""
    return {
        "connection_id": connection.connection_id,
        "conn_type": connection.conn_type,
        "host": connection.host,
        "port": connection.port,
        "schema": connection.schema,
        "login": connection.login,
        "password": cipher.encrypt(connection.password.encode()),
        "extra": cipher.encrypt(msgspec.json.encode(connection.extra)),
        "description": connection.description,
    }


def connection_value(row: Row, cipher: Cipher) -> Connection:
    """Build a connection from its row, its secrets decrypted."""
    return Connection(
        connection_id=row[0],
        conn_type=row[1],
        host=row[2],
        port=row[3],
        schema=row[4],
        login=row[5],
        password=cipher.decrypt(row[6]).decode(),
        extra=_extra_decoder.decode(cipher.decrypt(row[7])),
        description=row[8],
    )


def variable_params(variable: Variable, cipher: Cipher) -> Params:
    """Return a variable's columns by name, its value encrypted."""
    return {
        "key": variable.key,
        "value": cipher.encrypt(variable.value.encode()),
        "description": variable.description,
    }


def variable_value(row: Row, cipher: Cipher) -> Variable:
    """Build a variable from its row, its value decrypted."""
    return Variable(key=row[0], value=cipher.decrypt(row[1]).decode(), description=row[2])
