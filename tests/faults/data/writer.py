"""One write in a process of its own, which may be killed: `python writer.py '{"kind": "duckdb", …}'`.

`mutant` breaks one rule of the write contract, so that the tests can show that they would see it.
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from mulgil.connectors.duckdb.target import DuckDbTarget
from mulgil.connectors.folder.target import FolderTarget
from mulgil.connectors.sqlite.target import SqliteTarget
from mulgil.data.context import WriteContext
from mulgil.data.fault_point import FaultPlan
from mulgil.data.outcome import WriteOutcome
from mulgil.data.partition import parse_partitions
from mulgil.data.patience import Patience
from mulgil.data.table_spec import Grain, TableSpec, WriteMode
from mulgil.data.target import Batches, Target
from mulgil.data.write import WriteRequest, write
from mulgil.model import DataInterval
from mulgil.system import SystemClock

SPEC = TableSpec(connection_id="there", name="t", partition_by="day")
SCHEMA = pa.schema([("id", pa.int64()), ("day", pa.date32()), ("word", pa.string())])
INTERVAL = DataInterval(datetime(2013, 1, 5, tzinfo=UTC), datetime(2013, 1, 6, tzinfo=UTC))
BATCHES = 3


class Words:
    """`count` rows of one day, all with one word, in several batches."""

    def __init__(self, *, day: int, count: int, word: str) -> None:
        self.table = pa.table(
            {"id": list(range(count)), "day": [date(2013, 1, day)] * count, "word": [word] * count}, schema=SCHEMA
        )

    @contextmanager
    def open(self):
        size = max(1, self.table.num_rows // BATCHES)
        yield Batches(self.table.schema, iter(self.table.to_batches(size)), total=self.table.num_rows)


def target_of(kind: str, file: Path) -> Target:
    patience = Patience(SystemClock(), 60.0)
    if kind == "files":
        return FolderTarget(file, patience=patience)
    return DuckDbTarget(file, patience=patience) if kind == "duckdb" else SqliteTarget(file, patience=patience)


def write_words(
    target: Target,
    *,
    day: int = 5,
    count: int = 30,
    word: str,
    mode: str = "replace_partition",
    run_uid: str = "run",
    faults: str = "",
    **more: Any,
) -> WriteOutcome:
    plan = FaultPlan.parse(faults)
    context = WriteContext(
        clock=SystemClock(),
        run_uid=run_uid,
        run_id="scheduled__1",
        dag_id="dag",
        task_id="load",
        data_interval=INTERVAL,
        is_pure=True,
        fault=lambda point: plan.hit(point, task_id="load"),
    )
    is_whole = mode == "replace"
    partitions = () if is_whole else parse_partitions(date(2013, 1, day), grain=Grain.DAY, timezone="UTC")
    request = WriteRequest(spec=SPEC, mode=WriteMode(mode), partitions=partitions)
    origin = more.get("origin") or Words(day=day, count=count, word=word)
    return write(request, target, origin, context)


# ── Rules, broken one at a time ──────────────────────────────────────────────────────────────────────────


def break_rule(mutant: str, patch: Any = setattr) -> None:
    """Break the rule that `mutant` names; `patch` sets attributes."""
    {
        "no_fence_check": _no_fence_check,
        "stage_name_without_fence": _stage_name_without_fence,
        "stage_appended": _stage_appended,
        "ledger_outside_transaction": _ledger_outside_transaction,
        "no_ledger": _no_ledger,
    }[mutant](patch)


def _no_fence_check(patch: Any) -> None:
    from mulgil.data import cursor
    from mulgil.data.scope import Proceed

    patch(cursor, "judge", lambda *_: Proceed())


def _stage_name_without_fence(patch: Any) -> None:
    from mulgil.data import write as writing
    from mulgil.data.stage_lock import StageLock

    patch(writing, "stage_name", lambda table, scopes, fence: "_mulgil_stage_shared_0")

    def take(self: Any, folder: Path, name: str) -> None:
        self._path = folder / (name + ".lock")
        self._descriptor = self._path.open("a")

    patch(StageLock, "__init__", take)
    patch(StageLock, "release", lambda self: self._descriptor.close())


def _stage_appended(patch: Any) -> None:
    import pyarrow.parquet as pq

    from mulgil.connectors.duckdb.stage import ParquetStage
    from mulgil.connectors.folder.stage import FolderStage
    from mulgil.connectors.sqlite.stage import SqliteStage

    _stage_name_without_fence(patch)
    fill_parquet = ParquetStage.fill

    def append_parquet(self: Any, schema: pa.Schema, batches: Any) -> None:
        path = self._path
        try:
            kept = pq.read_table(path).to_batches()
        except (OSError, pa.ArrowInvalid):
            kept = []
        fill_parquet(self, schema, (*kept, *batches))

    fill_folder = FolderStage.fill

    def append_to_folder(self: Any, schema: pa.Schema, batches: Any) -> None:
        try:
            kept = pq.read_table(self._path).to_batches()
        except (OSError, pa.ArrowInvalid):
            kept = []
        fill_folder(self, schema, (*kept, *batches))

    def append_table(self: Any, schema: pa.Schema, batches: Any) -> None:
        from mulgil.connectors.sqlite.arrow import declared_type, stored_columns
        from mulgil.connectors.sqlite.dialect import column_of

        self._columns = tuple(column_of(field.name, declared_type(field)) for field in schema)
        listed = ", ".join(f"{column.name} {column.type}" for column in self._columns)
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {self.relation} ({listed})")
        for batch in batches:
            rows = zip(*stored_columns(batch), strict=True)
            self._connection.executemany(f"INSERT INTO {self.relation} VALUES (?, ?, ?)", rows)

    patch(ParquetStage, "fill", append_parquet)
    patch(FolderStage, "fill", append_to_folder)
    patch(SqliteStage, "fill", append_table)


def _ledger_outside_transaction(patch: Any) -> None:
    from mulgil.connectors.duckdb.transaction import DuckDbTransaction
    from mulgil.connectors.sqlite.transaction import SqliteTransaction

    def mutate(kind: Any, begin: str) -> None:
        record, commit = kind.record, kind.commit

        def record_later(self: Any, entry: Any, commits: Any) -> None:
            commit(self)
            self._is_open = True
            self._connection.execute(begin)
            record(self, entry, commits)

        patch(kind, "record", record_later)

    mutate(DuckDbTransaction, "BEGIN TRANSACTION")
    mutate(SqliteTransaction, "BEGIN IMMEDIATE")
    _swap_files_before_the_ledger(patch)


def _swap_files_before_the_ledger(patch: Any) -> None:
    from mulgil.connectors.folder.manifest import encode
    from mulgil.connectors.folder.table_publish import TablePublish

    prepare = TablePublish.prepare

    def prepare_twice(self: Any, entry: Any, commits: Any, **given: Any) -> None:
        prepare(self, entry, (), **given)
        self.place.next_manifest.rename(self.place.manifest)
        self._next = self._next.with_commits(entry, tuple(commits))
        self.place.next_manifest.write_bytes(encode(self._next))

    patch(TablePublish, "prepare", prepare_twice)


def stray_files(root: Path) -> list[str]:
    """What lies beside a table of files and belongs to no version of it."""
    stray = [str(path) for path in root.glob("*/*/_mulgil/*.new")]
    for file in root.glob("*/*/_mulgil/manifest.json"):
        manifest = json.loads(file.read_text())
        live = {Path(each["path"]).name for each in (*manifest["files"], *manifest["tombstones"]["files"])}
        known = live | {Path(each["path"]).name for each in manifest["retired"]}
        stray += [path.name for path in (file.parent / "data").iterdir() if path.name not in known]
        shown = {path.stem for path in file.parent.parent.rglob("*.parquet")}
        stray += [f"shown: {name}" for name in sorted(shown ^ live)]
    return stray


def _no_ledger(patch: Any) -> None:
    from mulgil.connectors.duckdb.transaction import DuckDbTransaction
    from mulgil.connectors.folder.manifest import Manifest
    from mulgil.connectors.sqlite.transaction import SqliteTransaction

    patch(Manifest, "with_commits", lambda self, entry, commits: self)
    for kind in (DuckDbTransaction, SqliteTransaction):
        patch(kind, "record", lambda self, entry, commits: None)


MUTANTS = (
    "no_fence_check",
    "stage_name_without_fence",
    "stage_appended",
    "ledger_outside_transaction",
    "no_ledger",
)


def main() -> None:
    """Make the write that the arguments describe, and print how it ended."""
    given = json.loads(sys.argv[1])
    if given.get("mutant"):
        break_rule(given.pop("mutant"))
    target = target_of(given.pop("kind"), Path(given.pop("file")))
    for _ in range(given.pop("times", 1)):
        outcome = write_words(target, **given)
        print(json.dumps({"status": outcome.status.value, "fence": outcome.fence, "rows": outcome.rows}), flush=True)


if __name__ == "__main__":
    main()
