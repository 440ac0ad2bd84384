"""One suite over every target: where it is, how to write to it, and how an outsider reads it."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from mulgil.connectors.duckdb.target import DuckDbTarget
from mulgil.connectors.folder.target import FolderTarget
from mulgil.connectors.sqlite.target import SqliteTarget
from mulgil.data.checks import Check
from mulgil.data.context import WriteContext
from mulgil.data.modes import ModeOptions
from mulgil.data.outcome import WriteOutcome
from mulgil.data.partition import parse_partitions
from mulgil.data.patience import Patience
from mulgil.data.table_spec import TableSpec, WriteMode
from mulgil.data.target import Batches, NativeQuery, Target
from mulgil.data.write import WriteRequest, write
from mulgil.model import DataInterval

DAY = DataInterval(datetime(2013, 1, 5, tzinfo=UTC), datetime(2013, 1, 6, tzinfo=UTC))
SCHEMA = pa.schema([("id", pa.int64()), ("day", pa.date32()), ("word", pa.string())])
SPEC = TableSpec(connection_id="there", name="flights", key=("id",), partition_by="day")


class SteppingClock:
    """Real monotonic time; instants that a test may set."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        self.instant += timedelta(microseconds=7)
        return self.instant

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass
class Rows:
    """An origin in memory; `before` runs each time that it is opened."""

    table: pa.Table
    before: Callable[[], object] = lambda: None
    batch_rows: int = 1000
    opened: int = 0

    @contextmanager
    def open(self) -> Iterator[Batches]:
        self.opened += 1
        self.before()
        yield Batches(self.table.schema, iter(self.table.to_batches(self.batch_rows)), total=self.table.num_rows)


def rows_of(day: int, ids: Iterable[int], *, word: str = "old") -> pa.Table:
    """Rows of one day of January 2013."""
    numbers = list(ids)
    return pa.table(
        {"id": numbers, "day": [date(2013, 1, day)] * len(numbers), "word": [word] * len(numbers)}, schema=SCHEMA
    )


class Place:
    """A target with what a test does to it."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.file = folder / f"place.{kind}"
        self.clock = SteppingClock()
        self.target = self.new_target()
        self.context = WriteContext(
            clock=self.clock, run_uid="run", run_id="scheduled__1", dag_id="dag", task_id="load", data_interval=DAY
        )

    def new_target(self, *, timeout_seconds: float = 20.0) -> Target:
        patience = Patience(self.clock, timeout_seconds)
        if self.kind == "files":
            return FolderTarget(self.file, patience=patience)
        return (
            DuckDbTarget(self.file, patience=patience)
            if self.kind == "duckdb"
            else SqliteTarget(self.file, patience=patience)
        )

    def load(
        self,
        origin: Rows | pa.Table | NativeQuery,
        days: Sequence[int] = (5,),
        *,
        mode: WriteMode = WriteMode.REPLACE_PARTITION,
        spec: TableSpec = SPEC,
        options: ModeOptions | None = None,
        shared: bool = False,
        checks: tuple[Check, ...] = (),
        target: Target | None = None,
        **context: object,
    ) -> WriteOutcome:
        """Write `days` of January, or everything."""
        keys = [date(2013, 1, day) for day in days]
        is_parted = mode is WriteMode.REPLACE_PARTITION
        partitions = parse_partitions(keys, grain=spec.grain, timezone="UTC") if is_parted else ()
        request = WriteRequest(
            spec=spec,
            mode=mode,
            partitions=partitions,
            options=options or ModeOptions(),
            is_shared=shared,
            checks=checks,
        )
        source = Rows(origin) if isinstance(origin, pa.Table) else origin
        return write(request, target or self.target, source, replace(self.context, **context))  # type: ignore[arg-type]

    def fetch(self, sql: str) -> list[tuple[object, ...]]:
        """Read as an outsider would."""
        if self.kind == "duckdb":
            with duckdb.connect(str(self.file), read_only=True) as connection:
                return connection.execute(sql).fetchall()
        if self.kind == "files":
            return read_folders(self.file, sql)
        connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def drop(self, table: str) -> None:
        """Drop a table as somebody else would."""
        if self.kind == "files":
            shutil.rmtree(self.file / "main" / table)
            return
        connection = duckdb.connect(str(self.file)) if self.kind == "duckdb" else sqlite3.connect(self.file)
        connection.execute(f"drop table {table}")
        connection.commit()
        connection.close()

    def table(self) -> list[tuple[int, str, str]]:
        """The whole table."""
        return [(row[0], str(row[1]), row[2]) for row in self.fetch("select * from flights order by id, day")]  # type: ignore[misc]

    def ledger(self) -> dict[str, int]:
        """Scope → rows."""
        return {str(scope): int(rows) for scope, rows in self.fetch("select scope, rows from _mulgil_commits")}  # type: ignore[call-overload]

    def context_of(self, **given: object) -> WriteContext:
        """The context of another write."""
        return replace(self.context, **given)  # type: ignore[arg-type]

    def columns(self, table: str = "flights") -> list[str]:
        """The table's columns, mulgil's own included."""
        return [column.name for column in self.target.columns(table) or ()]

    def leftovers(self) -> list[str]:
        """What stands in the stage's folder, and files that belong to no version of a table."""
        staged = sorted(path.name for path in self.stages.iterdir()) if self.stages.exists() else []
        return staged + (stray_files(self.file) if self.kind == "files" else [])

    def back_up(self) -> Path:
        """Copy the data, as a backup would."""
        copy = self.folder / "backup"
        if self.kind == "files":
            shutil.copytree(self.file, copy)
        else:
            copy.write_bytes(self.file.read_bytes())
        return copy

    def restore(self, copy: Path) -> None:
        """Put a copy back, on a disk that has nothing else."""
        for path in self.folder.glob("place.*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        copy.rename(self.file)

    @property
    def stages(self) -> Path:
        """The stage's folder."""
        if self.kind == "files":
            return self.file / ".mulgil" / "stage"
        return self.file.with_name(self.file.name + ".mulgil-stage")


def read_folders(root: Path, sql: str) -> list[tuple[object, ...]]:
    """Read tables of files by their manifests, knowing nothing but JSON; listing the folders must give the same."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        ledger: dict[str, list[dict[str, object]]] = {"_mulgil_tables": [], "_mulgil_commits": []}
        for file in sorted(root.glob("*/*/_mulgil/manifest.json")):
            manifest, folder = json.loads(file.read_text()), file.parent.parent
            schema, name = manifest["table_name"].split(".")
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
            _define(connection, f'"{schema}"."{name}"', folder, manifest)
            _define(connection, f'"{schema}"."_mulgil_deleted_{name}"', folder, manifest["tombstones"])
            shown = sorted(path.stem for path in folder.rglob("*.parquet"))
            assert shown == sorted(Path(each["path"]).name for each in manifest["files"])
            ledger["_mulgil_tables"].append(manifest["entry"])
            ledger["_mulgil_commits"] += manifest["commits"]
        for name, rows in ledger.items():
            connection.register(name, pa.Table.from_pylist(rows))
        return connection.execute(sql).fetchall()


def _define(connection: duckdb.DuckDBPyConnection, name: str, folder: Path, part: dict[str, list]) -> None:
    if part["schemas"]:
        columns = ", ".join(f'NULL::{each["type"]} AS "{each["name"]}"' for each in part["schemas"][-1])
        listed = [str(folder / each["path"]) for each in part["files"]]
        rows = f" UNION ALL BY NAME SELECT * FROM read_parquet({listed}, union_by_name=true)" if listed else ""
        connection.execute(f"CREATE VIEW {name} AS (SELECT {columns} WHERE false){rows}")


def stray_files(root: Path) -> list[str]:
    """Data files that no manifest names, and manifests that never became one."""
    stray = [str(path) for path in root.glob("*/*/_mulgil/*.new")]
    for file in root.glob("*/*/_mulgil/manifest.json"):
        manifest = json.loads(file.read_text())
        every = (*manifest["files"], *manifest["tombstones"]["files"], *manifest["retired"])
        named = {Path(each["path"]).name for each in every}
        stray += [path.name for path in (file.parent / "data").iterdir() if path.name not in named]
    return stray


@pytest.fixture(params=["duckdb", "files", "sqlite"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A new, empty target."""
    return Place(request.param, tmp_path)


def interval_of(day: int) -> DataInterval:
    """One day of January 2013."""
    start = datetime(2013, 1, day, tzinfo=UTC)
    return DataInterval(start, start + timedelta(days=1))


@pytest.fixture
def make_interval() -> Callable[[int], DataInterval]:
    return interval_of


@pytest.fixture
def make_rows() -> Callable[..., pa.Table]:
    return rows_of


@pytest.fixture
def origin_of() -> type[Rows]:
    return Rows


@pytest.fixture
def make_place() -> type[Place]:
    return Place
