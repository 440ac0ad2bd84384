"""The part of the SQL store that people configure: pools, connections, variables.

A row whose secret can't be read (another key) may be replaced or deleted: that is how one repairs it.
"""

from datetime import datetime

from mulgil.model import DEFAULT_POOL, ConfigurationChanged, Connection, Event, Pool, Variable
from mulgil.ports import StoreError
from mulgil.stores.sql.database import Params, Transaction
from mulgil.stores.sql.part import StorePart
from mulgil.stores.sql.rows import configuration, log


class SqlConfigurationStore(StorePart):
    """Pools, connections and variables; each change is an event, never with its value."""

    def pools(self) -> tuple[Pool, ...]:
        """Return every pool, by name; the default pool always exists."""
        with self._database.read() as transaction:
            return tuple(map(configuration.pool_value, transaction.rows("pools")))

    def put_pool(self, pool: Pool, *, by: str, at: datetime) -> None:
        """Create or change a pool."""
        self._put("pool", {"name": pool.name}, configuration.pool_params(pool), by=by, at=at)

    def delete_pool(self, name: str, *, by: str, at: datetime) -> bool:
        """Delete a pool; False if there was none."""
        if name == DEFAULT_POOL:
            raise StoreError("store.default_pool_stays", pool=name)
        return self._delete("pool", {"name": name}, by=by, at=at)

    def connections(self) -> tuple[Connection, ...]:
        """Return every connection with its secrets, by id."""
        with self._database.read() as transaction:
            rows = transaction.rows("connections")
        return tuple(configuration.connection_value(row, self._cipher) for row in rows)

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection with its secrets."""
        with self._database.read() as transaction:
            row = transaction.row("connection", {"connection_id": connection_id})
        return None if row is None else configuration.connection_value(row, self._cipher)

    def put_connection(self, connection: Connection, *, by: str, at: datetime) -> None:
        """Create or change a connection; password and extra are stored encrypted."""
        params = configuration.connection_params(connection, self._cipher)
        self._put("connection", {"connection_id": connection.connection_id}, params, by=by, at=at)

    def delete_connection(self, connection_id: str, *, by: str, at: datetime) -> bool:
        """Delete a connection; False if there was none."""
        return self._delete("connection", {"connection_id": connection_id}, by=by, at=at)

    def variables(self) -> tuple[Variable, ...]:
        """Return every variable, by key."""
        with self._database.read() as transaction:
            rows = transaction.rows("variables")
        return tuple(configuration.variable_value(row, self._cipher) for row in rows)

    def variable(self, key: str) -> Variable | None:
        """Return a variable."""
        with self._database.read() as transaction:
            row = transaction.row("variable", {"key": key})
        return None if row is None else configuration.variable_value(row, self._cipher)

    def put_variable(self, variable: Variable, *, by: str, at: datetime) -> None:
        """Create or change a variable; the value is stored encrypted."""
        params = configuration.variable_params(variable, self._cipher)
        self._put("variable", {"key": variable.key}, params, by=by, at=at)

    def delete_variable(self, key: str, *, by: str, at: datetime) -> bool:
        """Delete a variable; False if there was none."""
        return self._delete("variable", {"key": key}, by=by, at=at)

    def _put(self, kind: str, identity: dict[str, str], params: Params, *, by: str, at: datetime) -> None:
        (name,) = identity.values()
        with self._database.write() as transaction:
            existed = transaction.row(f"{kind}_exists", identity) is not None
            transaction.run(f"put_{kind}", params)
            _record(transaction, ConfigurationChanged(kind, name, "changed" if existed else "created", by), at=at)

    def _delete(self, kind: str, identity: dict[str, str], *, by: str, at: datetime) -> bool:
        (name,) = identity.values()
        with self._database.write() as transaction:
            if transaction.run(f"delete_{kind}", identity) == 0:
                return False
            _record(transaction, ConfigurationChanged(kind, name, "deleted", by), at=at)
            return True


def _record(transaction: Transaction, change: ConfigurationChanged, *, at: datetime) -> None:
    transaction.run("insert_event", log.event_params(Event(at=at, payload=change)))
