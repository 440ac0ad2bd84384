"""The serializable description of a dag: what the scheduler, the UI and the workers know of it."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from mulgil.model.states import Isolation, TriggerRule, WeightRule
from mulgil.model.timetable import TimetableSpec

PositiveInt = Annotated[int, msgspec.Meta(ge=1)]
NaturalInt = Annotated[int, msgspec.Meta(ge=0)]


class RetryPolicy(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often and after how long a failed try is followed by another.

    The delay before try n+1 is `delay * multiplier ** (n - 1)`, at most `max_delay`, then spread by
    up to ±`jitter` of itself. A multiplier of 1 is a fixed delay.
    """

    retries: NaturalInt = 0
    delay: timedelta = timedelta(minutes=5)
    multiplier: float = 1.0
    max_delay: timedelta | None = None
    jitter: float = 0.0


class AssetRef(msgspec.Struct, frozen=True, order=True, omit_defaults=True):
    """An asset's identity at parse time: the connection that leads to it and its name there."""

    connection_id: str
    name: str


class Mapping(msgspec.Struct, frozen=True, omit_defaults=True):
    """Dynamic task mapping over literal values: the product of the lengths is the number of instances.

    `lengths` are in the order of `arguments`; a single `expand_kwargs` list has one length and no
    arguments.
    """

    arguments: tuple[str, ...]
    lengths: tuple[int, ...]


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One task of a dag. `upstream` are the direct upstream task ids, sorted."""

    task_id: str
    operator: str
    upstream: tuple[str, ...] = ()
    trigger_rule: TriggerRule = TriggerRule.ALL_SUCCESS
    retry: RetryPolicy = RetryPolicy()
    execution_timeout: timedelta | None = None
    pool: str = "default_pool"
    pool_slots: PositiveInt = 1
    priority_weight: int = 1
    weight_rule: WeightRule = WeightRule.DOWNSTREAM
    group: str | None = None
    is_branch: bool = False
    mapping: Mapping | None = None
    isolation: Isolation = Isolation.FORK
    executor: str | None = None
    inlets: tuple[AssetRef, ...] = ()
    outlets: tuple[AssetRef, ...] = ()
    # A task that only writes assets by the write contract: whether an attempt that died after its
    # commit succeeded can be read from the target.
    is_resolvable: bool = False
    # Heavy libraries that the task is known to need; a zygote imports them once, before it forks.
    preload: tuple[str, ...] = ()
    owner: str = ""
    doc: str = ""
    # Words on the edges from direct upstream tasks: (upstream task id, label), sorted.
    labels: tuple[tuple[str, str], ...] = ()
    # Where the author wrote it: path relative to the bundle, and the line.
    line: NaturalInt = 0


class TaskGroupSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """A named box around tasks: only for reading; it has no state of its own."""

    group_id: str
    parent: str | None = None
    tooltip: str = ""


class ParamSpec(msgspec.Struct, frozen=True, omit_defaults=True):
    """A parameter of manual runs: a JSON Schema and a default (`msgspec.UNSET` when required)."""

    schema: dict[str, Any] = {}
    default: Any = msgspec.UNSET
    description: str = ""


class DagSpec(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A dag as data. `tasks` are in topological order, ties by the author's order."""

    dag_id: str
    tasks: tuple[TaskSpec, ...]
    timetable: TimetableSpec
    timezone: str = "UTC"
    start_date: datetime | None = None
    end_date: datetime | None = None
    catchup: bool = False
    max_active_runs: PositiveInt = 16
    max_active_tasks: PositiveInt = 16
    dagrun_timeout: timedelta | None = None
    is_paused_upon_creation: bool = False
    groups: tuple[TaskGroupSpec, ...] = ()
    params: dict[str, ParamSpec] = {}
    tags: tuple[str, ...] = ()
    owner: str = ""
    description: str = ""
    doc: str = ""
    file: str = ""
    line: NaturalInt = 0
