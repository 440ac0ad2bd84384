"""Dags as they stand in the metadata DB: versions, the switch, and how far the schedule has come."""

from datetime import datetime

import msgspec

from mulgil.i18n import Text
from mulgil.model.dag import DagSpec
from mulgil.model.states import Isolation


class DagVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a dag: its description and the code that it runs, pinned for ever.

    `version_id` is the hash of the serialized dag and its closure, so publishing the same code twice
    publishes nothing.
    """

    version_id: str
    dag_id: str
    number: int
    spec: DagSpec
    # The folder under the home's snapshots/ that holds the bundle as it was, and the bundle's name.
    snapshot: str
    bundle: str
    file: str
    isolation: Isolation
    isolation_reason: Text | None
    published_at: datetime


class Dag(msgspec.Struct, frozen=True, kw_only=True):
    """A dag's row: its current version and whether it may schedule. `is_stale` = its file is gone."""

    dag_id: str
    bundle: str
    file: str
    version_id: str
    is_paused: bool
    is_stale: bool = False


class DagSchedule(msgspec.Struct, frozen=True, kw_only=True):
    """The scheduler's high-water mark of one dag: where the last scheduled interval ended.

    Catch-up reads this and never the presence of runs, so deleting old runs creates none anew.
    """

    dag_id: str
    scheduled_until: datetime | None
    has_run_once: bool = False


class ImportFailure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a dag file gives no dags: file, line, what happened and the remedy."""

    bundle: str
    file: str
    line: int | None
    error: Text
    traceback: str = ""
    at: datetime
