"""Which connector a connection's type names. Connectors are imported only when a task needs them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from mulgil.data.errors import DeclarationError
from mulgil.data.patience import Patience
from mulgil.data.target import Batches, Dialect, NativeQuery, Target
from mulgil.i18n import Text, nearest_name
from mulgil.model import Connection
from mulgil.ports import Clock

# Each module has `open_target(connection, resolve_path, patience)`.
_TARGETS = {
    "duckdb": "mulgil.connectors.duckdb.connection",
    "files": "mulgil.connectors.folder.connection",
    "sqlite": "mulgil.connectors.sqlite.connection",
}
# Each module has `probe(connection, resolve_path, clock)`; types that aren't targets are only read from.
_PROBES = {
    "duckdb": "mulgil.connectors.duckdb.probe",
    "files": "mulgil.connectors.folder.probe",
    "http": "mulgil.connectors.http.probe",
    "sqlite": "mulgil.connectors.sqlite.probe",
}
_RESHAPER = "mulgil.connectors.duckdb.reshape"
_SELECT_DIALECT = "mulgil.connectors.duckdb.dialect"
_LOCK_TIMEOUT = "lock_timeout"
_DEFAULT_LOCK_TIMEOUT_SECONDS = 600.0


class Surroundings(Protocol):
    """What is needed to reach a target: a task's runtime has it, and so has the command line."""

    @property
    def clock(self) -> Clock:
        """The time, for waits and fences."""
        ...

    def get_connection(self, connection_id: str) -> Connection:
        """Return a connection with its secrets."""
        ...

    def resolve_path(self, path: str) -> Path:
        """Return a path as connections mean it: relative ones start at the home."""
        ...


class Reshape(Protocol):
    """Runs a query over batches."""

    def __call__(self, batches: Batches, query: NativeQuery) -> AbstractContextManager[Batches]:
        """Stream the rows of `query`, which reads `batches` as the table `source`."""
        ...


def connection_types() -> tuple[str, ...]:
    """Return every connection type that a connector here serves, in order."""
    return tuple(sorted({*_TARGETS, *_PROBES}))


def target_types() -> tuple[str, ...]:
    """Return every connection type that tables can be kept in, in order."""
    return tuple(sorted(_TARGETS))


def probe(connection: Connection, resolve_path: Callable[[str], Path], clock: Clock) -> Text:
    """Return what is found where a connection of a known type leads; nothing is written or made.

    Raises:
        MulgilError: It can't be used as it is.
    """
    look = cast(
        "Callable[[Connection, Callable[[str], Path], Clock], Text]", import_module(_PROBES[connection.conn_type]).probe
    )
    return look(connection, resolve_path, clock)


def open_target(runtime: Surroundings, connection_id: str) -> Target:
    """Return the target that a connection leads to; nothing is opened yet.

    Raises:
        DeclarationError: Tables can't be kept in a system of this type.
    """
    connection = runtime.get_connection(connection_id)
    module = _TARGETS.get(connection.conn_type)
    if module is None:
        raise DeclarationError(
            "data.connection_type",
            connection=connection_id,
            type=connection.conn_type,
            known=", ".join(sorted(_TARGETS)),
            guess=nearest_name(connection.conn_type, _TARGETS) or "duckdb",
        )
    opener = cast("Callable[[Connection, Surroundings, Patience], Target]", import_module(module).open_target)
    return opener(connection, runtime, patience_of(connection, runtime))


def patience_of(connection: Connection, runtime: Surroundings) -> Patience:
    """Return how long the connection's author is ready to wait for locks."""
    seconds = connection.extra.get(_LOCK_TIMEOUT)
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return Patience(runtime.clock, float(cast("float", seconds)) if is_number else _DEFAULT_LOCK_TIMEOUT_SECONDS)


def reshaper() -> Reshape:
    """Return the engine behind `select=`."""
    return cast("Reshape", import_module(_RESHAPER).reshaped)


def select_dialect() -> Dialect:
    """Return how the engine behind `select=` spells SQL."""
    return cast("Dialect", import_module(_SELECT_DIALECT).DuckDbDialect())
