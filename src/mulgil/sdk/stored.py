"""Variables and connections as tasks read them: at run time, through the runtime, never at import."""

from __future__ import annotations

import json

import msgspec

from mulgil import model
from mulgil.sdk.errors import OutsideTaskError, TaskCallError
from mulgil.sdk.origin import find_origin
from mulgil.sdk.runtime import TaskRuntime, current_runtime, has_runtime


class Variable:
    """Variables of the installation: `Variable.get("bucket")`, inside a task."""

    @staticmethod
    def get(key: str, default: object = msgspec.UNSET, *, deserialize_json: bool = False) -> object:
        """Return a variable's value, or `default` where there is no such variable.

        Raises:
            OutsideTaskError: No task runs here (such as at the top level of a dag file).
            TaskCallError: There is no such variable and no default, or it is no JSON.
        """
        if not has_runtime():
            origin = find_origin()
            raise OutsideTaskError("sdk.variable_outside_task", name=key, file=origin.file, line=origin.line)
        return _variable(current_runtime(), key, default, as_json=deserialize_json)


class Connection:
    """Connections of the installation: `Connection.get("warehouse")`, inside a task."""

    @staticmethod
    def get(connection_id: str) -> model.Connection:
        """Return a connection with its secrets.

        Raises:
            OutsideTaskError: No task runs here (such as at the top level of a dag file).
        """
        if not has_runtime():
            origin = find_origin()
            raise OutsideTaskError(
                "sdk.connection_outside_task", name=connection_id, file=origin.file, line=origin.line
            )
        return current_runtime().get_connection(connection_id)


class VariableAccessor:
    """`var.value.key` and `var.json.key` in templates, and `.get(key, default)`."""

    def __init__(self, runtime: TaskRuntime, *, as_json: bool = False) -> None:
        """Read through a task's runtime, plain or as JSON."""
        self._runtime = runtime
        self._as_json = as_json

    def get(self, key: str, default: object = None) -> object:
        """Return a variable's value or `default`."""
        return _variable(self._runtime, key, default, as_json=self._as_json)

    def __getattr__(self, key: str) -> object:
        """Return a variable's value."""
        if key.startswith("__"):
            raise AttributeError(key)
        return self[key]

    def __getitem__(self, key: str) -> object:
        """Return a variable's value (for names that are no identifiers)."""
        return _variable(self._runtime, key, msgspec.UNSET, as_json=self._as_json)


class ConnectionAccessor:
    """`conn.warehouse.host` in templates, and `.get(connection_id)`."""

    def __init__(self, runtime: TaskRuntime) -> None:
        """Read through a task's runtime."""
        self._runtime = runtime

    def get(self, connection_id: str) -> model.Connection:
        """Return a connection."""
        return self._runtime.get_connection(connection_id)

    def __getattr__(self, connection_id: str) -> model.Connection:
        """Return a connection."""
        if connection_id.startswith("__"):
            raise AttributeError(connection_id)
        return self._runtime.get_connection(connection_id)

    def __getitem__(self, connection_id: str) -> model.Connection:
        """Return a connection (for names that are no identifiers)."""
        return self._runtime.get_connection(connection_id)


def _variable(runtime: TaskRuntime, key: str, default: object, *, as_json: bool) -> object:
    value = runtime.get_variable(key)
    if value is None:
        if default is msgspec.UNSET:
            raise TaskCallError("sdk.no_variable", key=key)
        return default
    return _decoded(key, value) if as_json else value


def _decoded(key: str, value: str) -> object:
    try:
        return json.loads(value)
    except ValueError as error:
        raise TaskCallError("sdk.variable_not_json", key=key, why=str(error)) from error
