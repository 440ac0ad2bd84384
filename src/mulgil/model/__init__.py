"""The vocabulary: frozen values that every layer shares. No behaviour beyond checking themselves."""

from mulgil.model.configuration import DEFAULT_POOL, Connection, ExecutorName, Pool, Variable
from mulgil.model.dag import AssetRef, DagSpec, Mapping, ParamSpec, RetryPolicy, TaskGroupSpec, TaskSpec
from mulgil.model.dag_run import UNMAPPED, AssetCommit, Attempt, DagRun, TaskInstance, TaskKey, XComValue
from mulgil.model.dag_version import Dag, DagSchedule, DagVersion, ImportFailure
from mulgil.model.errors import ModelError
from mulgil.model.event import (
    AssetCommitted,
    CommandApplied,
    ConfigurationChanged,
    DagBecameStale,
    DagPublished,
    DagRunChanged,
    Event,
    EventPayload,
    TaskInstanceChanged,
)
from mulgil.model.interval import DataInterval
from mulgil.model.schema_rules import JsonValue, broken_rule, wanted_types
from mulgil.model.states import (
    FINISHED_STATES,
    LIVE_STATES,
    AttemptState,
    DagRunState,
    Isolation,
    RunType,
    TaskInstanceState,
    TriggerRule,
    WeightRule,
)
from mulgil.model.timetable import CronTimetable, DeltaTimetable, ManualTimetable, OnceTimetable, TimetableSpec
from mulgil.model.version import VERSION

__all__ = [
    "DEFAULT_POOL",
    "FINISHED_STATES",
    "LIVE_STATES",
    "UNMAPPED",
    "VERSION",
    "AssetCommit",
    "AssetCommitted",
    "AssetRef",
    "Attempt",
    "AttemptState",
    "CommandApplied",
    "ConfigurationChanged",
    "Connection",
    "CronTimetable",
    "Dag",
    "DagBecameStale",
    "DagPublished",
    "DagRun",
    "DagRunChanged",
    "DagRunState",
    "DagSchedule",
    "DagSpec",
    "DagVersion",
    "DataInterval",
    "DeltaTimetable",
    "Event",
    "EventPayload",
    "ExecutorName",
    "ImportFailure",
    "Isolation",
    "JsonValue",
    "ManualTimetable",
    "Mapping",
    "ModelError",
    "OnceTimetable",
    "ParamSpec",
    "Pool",
    "RetryPolicy",
    "RunType",
    "TaskGroupSpec",
    "TaskInstance",
    "TaskInstanceChanged",
    "TaskInstanceState",
    "TaskKey",
    "TaskSpec",
    "TimetableSpec",
    "TriggerRule",
    "Variable",
    "WeightRule",
    "XComValue",
    "broken_rule",
    "wanted_types",
]
