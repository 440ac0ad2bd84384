"""What people configure: pools, connections, variables."""

from enum import StrEnum

import msgspec

from mulgil.model.schema_rules import JsonValue

DEFAULT_POOL = "default_pool"


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """A named number of slots that tasks of any dag share. -1 slots means no limit."""

    name: str
    slots: int
    description: str = ""


class ExecutorName(StrEnum):
    """An executor that can be chosen, for the installation or for a task, by its class's name."""

    LOCAL = "LocalExecutor"
    SEQUENTIAL = "SequentialExecutor"


class Connection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to reach an outside system; `password` and `extra` are secret and masked wherever shown.

    `conn_type` names the connector. Relative file paths in `host` start at the home. `extra` is JSON, nested if
    need be.
    """

    connection_id: str
    conn_type: str
    host: str = ""
    port: int | None = None
    schema: str = ""
    login: str = ""
    password: str = ""
    extra: dict[str, JsonValue] = {}
    description: str = ""


class Variable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A named string; JSON variables are strings that hold JSON."""

    key: str
    value: str
    description: str = ""
