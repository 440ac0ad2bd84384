"""One write in a process of its own, forked from a server that has everything imported and nothing opened."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb  # noqa: F401 - imported by the server, once for all children
import pyarrow as pa

from mulgil.connectors.duckdb.target import DuckDbTarget
from mulgil.connectors.folder.target import FolderTarget
from mulgil.connectors.sqlite.target import SqliteTarget
from mulgil.data.context import WriteContext
from mulgil.data.fault_point import FaultPlan
from mulgil.data.modes import ModeOptions
from mulgil.data.outcome import WriteOutcome
from mulgil.data.partition import parse_partitions
from mulgil.data.patience import Patience
from mulgil.data.table_spec import Grain, TableSpec, WriteMode
from mulgil.data.target import Batches, Target
from mulgil.data.write import WriteRequest, write
from mulgil.model import DataInterval
from mulgil.system import SystemClock
from tests.faults.writes.mutants import break_rule
from tests.faults.writes.scenario import Write

KINDS = ("duckdb", "sqlite", "files")
BATCHES = 3
PATIENCE_SECONDS = 60.0
_POLL_SECONDS = 0.002


@dataclass(frozen=True, kw_only=True)
class Held:
    """Wait at `point` until `go` exists, having made `reached`."""

    point: str
    reached: str
    go: str


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a child does: `faults` are armed as the product reads them, `held` and `full_at` (ENOSPC) are ours."""

    kind: str
    mode: str
    root: str
    write: Write
    run_uid: str
    faults: str = ""
    held: Held | None = None
    full_at: str = ""
    mutant: str = ""
    answer: str = ""


def target_of(kind: str, root: Path) -> Target:
    """Return a target whose everything is in `root`."""
    patience = Patience(SystemClock(), PATIENCE_SECONDS)
    if kind == "duckdb":
        return DuckDbTarget(root / "place.duckdb", patience=patience)
    if kind == "sqlite":
        return SqliteTarget(root / "place.sqlite", patience=patience)
    return FolderTarget(root / "tables", patience=patience, grace=timedelta(0))


def request_of(mode: str, made: Write) -> WriteRequest:
    """Return the request for a write of the table `t`."""
    partitions = ()
    if mode == "replace_partition":
        partitions = parse_partitions(date(2013, 1, made.day), grain=Grain.DAY, timezone="UTC")
    options = {
        "merge": ModeOptions(delete_flag="gone"),
        "scd2": ModeOptions(valid_from="day"),
    }
    spec = TableSpec(
        connection_id="there",
        name="t",
        key=("id",) if mode in ("merge", "insert_only", "scd2") else (),
        partition_by="day" if mode == "replace_partition" else None,
    )
    return WriteRequest(
        spec=spec, mode=WriteMode(mode), partitions=partitions, options=options.get(mode, ModeOptions())
    )


class Rows:
    """The rows of a write, in several batches."""

    def __init__(self, made: Write, *, has_flag: bool) -> None:
        rows = made.rows()
        columns: dict[str, pa.Array] = {
            "id": pa.array([row[0] for row in rows], pa.int64()),
            "day": pa.array([date(2013, 1, row[1]) for row in rows], pa.date32()),
            "word": pa.array([row[2] for row in rows], pa.string()),
        }
        if has_flag:
            columns["gone"] = pa.array([row[3] for row in rows], pa.int64())
        self._table = pa.table(columns)

    @contextmanager
    def open(self):
        size = max(1, -(-self._table.num_rows // BATCHES))
        yield Batches(self._table.schema, iter(self._table.to_batches(size)), total=self._table.num_rows)


def make_write(job: Job) -> WriteOutcome:
    """Make the write of a job, in this process."""
    made = job.write
    start = datetime(2013, 1, made.day, tzinfo=UTC)
    context = WriteContext(
        clock=SystemClock(),
        run_uid=job.run_uid,
        run_id=f"scheduled__{made.day}",
        dag_id="dag",
        task_id=made.task,
        data_interval=DataInterval(start, start + timedelta(days=1)),
        is_pure=True,
        fault=_faults_of(job),
    )
    origin = Rows(made, has_flag=job.mode == "merge")
    return write(request_of(job.mode, made), target_of(job.kind, Path(job.root)), origin, context)


def run_child(job: Job) -> None:
    """Make the write of a job, and say in the file `answer` how it ended."""
    if job.mutant:
        break_rule(job.mutant, job.kind)
    try:
        told = make_write(job).status.value
    except Exception as error:  # noqa: BLE001 - whatever it is, the case decides whether it may be
        told = f"{type(error).__name__}: {error}"
    Path(job.answer).write_text(json.dumps(told))
    os._exit(0)


def _faults_of(job: Job) -> Callable[[str], None]:
    plan = FaultPlan.parse(job.faults)

    def hit(point: str) -> None:
        plan.hit(point, task_id=job.write.task)
        if job.held is not None and job.held.point == point:
            Path(job.held.reached).touch()
            while not Path(job.held.go).exists():
                time.sleep(_POLL_SECONDS)
        if job.full_at == point:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return hit
