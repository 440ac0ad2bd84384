"""Connections and variables of a run without a server: what the caller gives, else what the home has.

The home's metadata DB is opened when a task first asks for something that wasn't given, and only read.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from mulgil.config import Home
from mulgil.i18n import nearest_name
from mulgil.inprocess.errors import RequestError
from mulgil.model import Connection, Variable, XComValue

GivenConnection = Connection | str | Mapping[str, object]


class Configuration(Protocol):
    """What attempts may ask for beside XComs."""

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection with its secrets."""
        ...

    def connections(self) -> tuple[Connection, ...]:
        """Return every connection."""
        ...

    def variable(self, key: str) -> Variable | None:
        """Return a variable."""
        ...

    def variables(self) -> tuple[Variable, ...]:
        """Return every variable."""
        ...


class NoConfiguration:
    """There is none."""

    def connection(self, connection_id: str) -> Connection | None:
        """Return None."""
        return None

    def connections(self) -> tuple[Connection, ...]:
        """Return nothing."""
        return ()

    def variable(self, key: str) -> Variable | None:
        """Return None."""
        return None

    def variables(self) -> tuple[Variable, ...]:
        """Return nothing."""
        return ()


class HomeConfiguration:
    """What stands in a home's metadata DB; nothing where the home was never set up."""

    def __init__(self, home: Home) -> None:
        """Open nothing yet."""
        self._home = home
        self._read: GivenConfiguration | None = None

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection with its secrets."""
        return self._loaded().connection(connection_id)

    def connections(self) -> tuple[Connection, ...]:
        """Return every connection."""
        return self._loaded().connections()

    def variable(self, key: str) -> Variable | None:
        """Return a variable."""
        return self._loaded().variable(key)

    def variables(self) -> tuple[Variable, ...]:
        """Return every variable."""
        return self._loaded().variables()

    def _loaded(self) -> "GivenConfiguration":
        if self._read is None:
            self._read = self._open()
        return self._read

    def _open(self) -> "GivenConfiguration":
        if not self._home.database_file.exists():
            return GivenConfiguration((), ())
        from mulgil.secrets import FileCipher
        from mulgil.stores.sql import SqlMetadataStore

        store = SqlMetadataStore.open(self._home.database_file, cipher=FileCipher(self._home.key_file))
        try:
            return GivenConfiguration(store.connections(), store.variables())
        finally:
            store.close()


class GivenConfiguration:
    """What the caller gives, before what somebody else has."""

    def __init__(
        self,
        connections: Sequence[Connection],
        variables: Sequence[Variable],
        *,
        others: Configuration | None = None,
    ) -> None:
        """Ask `others` for what isn't given."""
        self._connections = {connection.connection_id: connection for connection in connections}
        self._variables = {variable.key: variable for variable in variables}
        self._others: Configuration = NoConfiguration() if others is None else others

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection with its secrets."""
        return self._connections.get(connection_id) or self._others.connection(connection_id)

    def connections(self) -> tuple[Connection, ...]:
        """Return every connection."""
        others = {connection.connection_id: connection for connection in self._others.connections()}
        return tuple((others | self._connections).values())

    def variable(self, key: str) -> Variable | None:
        """Return a variable."""
        return self._variables.get(key) or self._others.variable(key)

    def variables(self) -> tuple[Variable, ...]:
        """Return every variable."""
        others = {variable.key: variable for variable in self._others.variables()}
        return tuple((others | self._variables).values())


class AttemptSource(Protocol):
    """Where XComs of the runs are."""

    def xcoms(
        self, dag_id: str, run_id: str, task_id: str, *, map_index: int | None, key: str
    ) -> tuple[XComValue, ...]:
        """Return a task's XComs of one key."""
        ...


class QuestionSource(GivenConfiguration):
    """Everything that attempts may ask for, as the gateway's questions want it."""

    def __init__(self, configuration: Configuration, runs: AttemptSource) -> None:
        """Join a configuration and the runs' store."""
        super().__init__((), (), others=configuration)
        self._runs = runs

    def xcoms(
        self, dag_id: str, run_id: str, task_id: str, *, map_index: int | None, key: str
    ) -> tuple[XComValue, ...]:
        """Return a task's XComs of one key."""
        return self._runs.xcoms(dag_id, run_id, task_id, map_index=map_index, key=key)


def as_connections(given: Mapping[str, GivenConnection]) -> tuple[Connection, ...]:
    """Return connections that were written in short.

    `"duckdb:/tmp/x.duckdb"` is a type and a host; a dict holds the fields of a connection.

    Raises:
        RequestError: One can't be read.
    """
    return tuple(_as_connection(name, value) for name, value in given.items())


def _as_connection(name: str, value: GivenConnection) -> Connection:
    if isinstance(value, Connection):
        return msgspec.structs.replace(value, connection_id=name)
    fields: Mapping[str, object]
    if isinstance(value, str):
        conn_type, separator, host = value.partition(":")
        if not separator:
            raise RequestError("inprocess.connection_unreadable", name=name, why=value)
        fields = {"conn_type": conn_type, "host": host}
    else:
        fields = value
        known = Connection.__struct_fields__
        for field in fields:
            if field not in known:
                guess = nearest_name(field, known) or ", ".join(known)
                raise RequestError("inprocess.connection_field", name=name, field=field, guess=guess)
    try:
        return msgspec.convert({"connection_id": name, **fields}, Connection)
    except msgspec.ValidationError as error:
        raise RequestError("inprocess.connection_unreadable", name=name, why=str(error)) from None


def as_variables(given: Mapping[str, object]) -> tuple[Variable, ...]:
    """Return variables; what is no text is kept as JSON."""
    return tuple(
        Variable(key=key, value=value if isinstance(value, str) else msgspec.json.encode(value).decode())
        for key, value in given.items()
    )
