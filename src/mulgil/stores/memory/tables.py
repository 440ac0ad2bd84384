"""What the memory store holds: one dict a table, keyed as the database keys it.

Values are frozen, so a reader may keep what it got; the dicts are never given out.
"""

from dataclasses import dataclass, field

import msgspec

from mulgil.messages import Command, CommandAnswer
from mulgil.model import (
    Attempt,
    Backfill,
    BackfillRun,
    Connection,
    Dag,
    DagRun,
    DagSchedule,
    DagVersion,
    DataInterval,
    Event,
    ImportFailure,
    Pool,
    TaskInstance,
    TaskKey,
    Variable,
    XComValue,
)
from mulgil.ports import NewAssetCommit
from mulgil.stores.defaults import INITIAL_POOLS

RunKey = tuple[str, str]
TaskOfRun = tuple[str, str, str, int]
IntervalOfDag = tuple[str, DataInterval]


@dataclass
class Tables:
    """Everything that is stored. Instances and attempts are grouped by their run.

    `runs_by_interval` (scheduled and backfill runs) and `runs_by_uid` are the two uniqueness
    constraints of runs beside their key.
    """

    epoch: int = 0
    runs: dict[RunKey, DagRun] = field(default_factory=dict)
    runs_by_interval: dict[IntervalOfDag, DagRun] = field(default_factory=dict)
    runs_by_uid: dict[str, DagRun] = field(default_factory=dict)
    instances: dict[RunKey, dict[TaskKey, TaskInstance]] = field(default_factory=dict)
    attempts: dict[RunKey, dict[str, Attempt]] = field(default_factory=dict)
    xcoms: dict[TaskOfRun, dict[str, XComValue]] = field(default_factory=dict)
    commits: dict[tuple[str, str, str, int], NewAssetCommit] = field(default_factory=dict)
    dags: dict[str, Dag] = field(default_factory=dict)
    versions: dict[str, DagVersion] = field(default_factory=dict)
    schedules: dict[str, DagSchedule] = field(default_factory=dict)
    backfills: dict[int, Backfill] = field(default_factory=dict)
    backfill_runs: dict[int, dict[int, BackfillRun]] = field(default_factory=dict)
    failures: dict[tuple[str, str], ImportFailure] = field(default_factory=dict)
    commands: dict[str, Command] = field(default_factory=dict)
    answers: dict[str, CommandAnswer] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    pools: dict[str, Pool] = field(default_factory=lambda: {pool.name: pool for pool in INITIAL_POOLS})
    connections: dict[str, Connection] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)

    def append_event(self, event: Event) -> None:
        """Add an event under the next number."""
        self.events.append(msgspec.structs.replace(event, seq=len(self.events) + 1))


def run_key(row: DagRun | TaskInstance | Attempt | XComValue) -> RunKey:
    """Return the key of the run that a row is or belongs to."""
    return row.dag_id, row.run_id
