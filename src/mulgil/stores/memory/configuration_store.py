"""The part of the memory store that people configure. Nothing is encrypted: it never leaves the process."""

from datetime import datetime

from mulgil.model import DEFAULT_POOL, ConfigurationChanged, Connection, Event, Pool, Variable
from mulgil.ports import StoreError
from mulgil.stores.memory.part import StorePart


class MemoryConfigurationStore(StorePart):
    """Pools, connections and variables; each change is an event, never with its value."""

    def pools(self) -> tuple[Pool, ...]:
        """Return every pool, by name; the default pool always exists."""
        return tuple(pool for _, pool in sorted(self._tables.pools.items()))

    def put_pool(self, pool: Pool, *, by: str, at: datetime) -> None:
        """Create or change a pool."""
        self._record("pool", pool.name, is_known=pool.name in self._tables.pools, by=by, at=at)
        self._tables.pools[pool.name] = pool

    def delete_pool(self, name: str, *, by: str, at: datetime) -> bool:
        """Delete a pool; False if there was none."""
        if name == DEFAULT_POOL:
            raise StoreError("store.default_pool_stays", pool=name)
        return self._deleted("pool", name, self._tables.pools.pop(name, None), by=by, at=at)

    def connections(self) -> tuple[Connection, ...]:
        """Return every connection with its secrets, by id."""
        return tuple(connection for _, connection in sorted(self._tables.connections.items()))

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection with its secrets."""
        return self._tables.connections.get(connection_id)

    def put_connection(self, connection: Connection, *, by: str, at: datetime) -> None:
        """Create or change a connection."""
        name = connection.connection_id
        self._record("connection", name, is_known=name in self._tables.connections, by=by, at=at)
        self._tables.connections[name] = connection

    def delete_connection(self, connection_id: str, *, by: str, at: datetime) -> bool:
        """Delete a connection; False if there was none."""
        gone = self._tables.connections.pop(connection_id, None)
        return self._deleted("connection", connection_id, gone, by=by, at=at)

    def variables(self) -> tuple[Variable, ...]:
        """Return every variable, by key."""
        return tuple(variable for _, variable in sorted(self._tables.variables.items()))

    def variable(self, key: str) -> Variable | None:
        """Return a variable."""
        return self._tables.variables.get(key)

    def put_variable(self, variable: Variable, *, by: str, at: datetime) -> None:
        """Create or change a variable."""
        self._record("variable", variable.key, is_known=variable.key in self._tables.variables, by=by, at=at)
        self._tables.variables[variable.key] = variable

    def delete_variable(self, key: str, *, by: str, at: datetime) -> bool:
        """Delete a variable; False if there was none."""
        return self._deleted("variable", key, self._tables.variables.pop(key, None), by=by, at=at)

    def _record(self, kind: str, name: str, *, is_known: bool, by: str, at: datetime) -> None:
        change = ConfigurationChanged(kind, name, "changed" if is_known else "created", by)
        self._tables.append_event(Event(at=at, payload=change))

    def _deleted(self, kind: str, name: str, gone: object, *, by: str, at: datetime) -> bool:
        if gone is None:
            return False
        self._tables.append_event(Event(at=at, payload=ConfigurationChanged(kind, name, "deleted", by)))
        return True
