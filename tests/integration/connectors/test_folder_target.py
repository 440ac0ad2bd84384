"""Tables as folders of files: formats, other programs, old readers, full disks, processes that end anywhere."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mulgil.connectors.folder import durable, table_publish, writing
from mulgil.connectors.folder.file_format import FileFormat
from mulgil.connectors.folder.pins import pinned
from mulgil.connectors.folder.place import place_of
from mulgil.connectors.folder.stage import FolderStage
from mulgil.connectors.folder.table_publish import TablePublish
from mulgil.connectors.folder.target import FolderTarget
from mulgil.data.context import WriteContext
from mulgil.data.errors import SourceShapeError, TargetError
from mulgil.data.outcome import WriteOutcome
from mulgil.data.partition import parse_partitions
from mulgil.data.patience import Patience
from mulgil.data.reject import BadRowLimit, BadRows
from mulgil.data.table_spec import Grain, TableSpec, WriteMode
from mulgil.data.target import Batches, NativeQuery
from mulgil.data.write import WriteRequest, collect_garbage, write
from mulgil.model import DataInterval
from mulgil.system import SystemClock

DAY = DataInterval(datetime(2013, 1, 5, tzinfo=UTC), datetime(2013, 1, 6, tzinfo=UTC))
SPEC = TableSpec(connection_id="there", name="raw.t", partition_by="day")


class Rows:
    def __init__(self, table: pa.Table) -> None:
        self._table = table

    @contextmanager
    def open(self) -> Iterator[Batches]:
        yield Batches(self._table.schema, iter(self._table.to_batches(2)))


class Clock(SystemClock):
    """The real clock, which a test may set forward."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


def target_in(root: Path, file_format: str = "parquet", *, grace: float = 3600.0, clock: Clock | None = None):
    return FolderTarget(
        root,
        patience=Patience(clock or Clock(), 20.0),
        file_format=FileFormat(file_format),
        grace=timedelta(seconds=grace),
    )


def rows_of(*days: int, word: str = "old", count: int = 3) -> pa.Table:
    return pa.table(
        {
            "id": pa.array(list(range(count)) * len(days), pa.int64()),
            "day": [date(2013, 1, day) for day in days for _ in range(count)],
            "word": pa.array([word] * count * len(days), pa.string()),
        }
    )


def load(
    target: FolderTarget,
    table: pa.Table,
    *days: int,
    spec: TableSpec = SPEC,
    run_uid: str = "run",
    mode: WriteMode = WriteMode.REPLACE_PARTITION,
    fault: Callable[[str], None] = lambda _: None,
) -> WriteOutcome:
    keys = [date(2013, 1, day) for day in days]
    is_parted = mode is WriteMode.REPLACE_PARTITION
    request = WriteRequest(
        spec=spec,
        mode=mode,
        partitions=parse_partitions(keys, grain=spec.grain, timezone="UTC") if is_parted else (),
    )
    context = WriteContext(
        clock=Clock(), run_uid=run_uid, run_id="r", dag_id="d", task_id="t", data_interval=DAY, fault=fault
    )
    return write(request, target, Rows(table), context)


def fetch(target: FolderTarget, sql: str) -> list[tuple[object, ...]]:
    with target.read(NativeQuery(sql=sql)) as found:
        return [tuple(row.values()) for batch in found.batches for row in batch.to_pylist()]


# ── Formats ──────────────────────────────────────────────────────────────────────────────────────────────

VALUES = pa.table(
    {
        "day": [date(2013, 1, 5)] * 4,
        "text": ["", None, 'a "quoted", \n line; 한글\t\\', "NULL"],
        "number": pa.array([1, None, -(2**63), 2**63 - 1], pa.int64()),
        "money": pa.array(
            [Decimal("1.50"), None, Decimal("-99999999999999999999.99"), Decimal("0.01")], pa.decimal128(22, 2)
        ),
        "part": pa.array([0.1, None, -1e300, 5e-324], pa.float64()),
        "at": pa.array([datetime(2013, 1, 5, 6, 7, 8, 123456, UTC).replace(tzinfo=None), None] * 2, pa.timestamp("us")),
        "instant": pa.array([datetime(2013, 1, 5, 6, tzinfo=UTC), None] * 2, pa.timestamp("us", "UTC")),
        "yes": [True, None, False, True],
        "many": pa.array([[1, None], [], None, [3]], pa.list_(pa.int32())),
        "deep": pa.array([{"x": "it's", "y": None}, None, {"x": '"', "y": 1}, {"x": "", "y": 2}]),
    }
)


@pytest.mark.parametrize("file_format", ["parquet", "csv", "json"])
def test_what_is_written_is_what_is_read(file_format, tmp_path):
    target = target_in(tmp_path / "root", file_format)
    load(target, VALUES, 5)
    with target.read(NativeQuery(sql="SELECT * FROM raw.t ORDER BY part NULLS FIRST")) as found:
        batches = list(found.batches)
    kept = pa.Table.from_batches(batches, found.schema)
    order = [1, 2, 3, 0]
    assert kept.to_pylist() == VALUES.take(order).to_pylist()
    suffix = {"parquet": "parquet", "csv": "csv", "json": "jsonl"}[file_format]
    assert len(list((tmp_path / "root/raw/t/day_day=2013-01-05").glob(f"*.{suffix}"))) == 1


def test_what_a_format_cannot_hold_is_refused(tmp_path):
    target = target_in(tmp_path, "json")
    table = pa.table({"day": [date(2013, 1, 5)], "raw": pa.array([b"\x00\xff"], pa.binary())})
    with pytest.raises(TargetError, match=r"raw.t don't read back from json .*raw BLOB"):
        load(target, table, 5)
    assert target.columns("raw.t") is None
    assert collect_garbage(target) == ()


def test_a_table_keeps_the_format_that_it_began_with(tmp_path):
    load(target_in(tmp_path, "csv"), rows_of(4), 4)
    load(target_in(tmp_path, "parquet"), rows_of(5), 5)
    assert {path.suffix for path in (tmp_path / "raw/t").glob("day*/*")} == {".csv"}
    assert fetch(target_in(tmp_path), "SELECT count(*) FROM raw.t") == [(6,)]


# ── Partitions ───────────────────────────────────────────────────────────────────────────────────────────


def folders(root: Path) -> list[str]:
    return sorted(path.parent.name for path in (root / "raw/t").glob("*/*.parquet"))


def test_rows_of_several_partitions_get_folders_of_their_own(tmp_path):
    target = target_in(tmp_path)
    load(target, rows_of(4, 5, 6), 4, 5, 6)
    assert folders(tmp_path) == [f"day_day=2013-01-0{day}" for day in (4, 5, 6)]
    load(target, rows_of(5, word="new"), 5, run_uid="b")
    assert folders(tmp_path) == [f"day_day=2013-01-0{day}" for day in (4, 5, 6)]
    assert fetch(target, "SELECT word, count(*) FROM raw.t GROUP BY ALL ORDER BY 1") == [("new", 3), ("old", 6)]
    load(target, rows_of(), 4, 6, run_uid="c")
    assert folders(tmp_path) == ["day_day=2013-01-05"]


def test_a_partition_is_replaced_without_a_look_at_the_others(tmp_path):
    target = target_in(tmp_path)
    load(target, rows_of(4), 4)
    load(target, rows_of(5), 5)
    other = next((tmp_path / "raw/t/day_day=2013-01-04").iterdir())
    data = tmp_path / "raw/t/_mulgil/data" / other.stem
    data.write_bytes(b"not a Parquet file any more")
    load(target, rows_of(5, word="new"), 5, run_uid="b")
    assert fetch(target_in(tmp_path), "SELECT 1") == [(1,)]


@pytest.mark.parametrize("timezone", ["America/St_Johns", "UTC"])
def test_local_days_of_instants_are_cut_where_the_partition_is(timezone, tmp_path):
    """In St John's, clocks went back at one minute past midnight: one date had two midnights."""
    spec = TableSpec(connection_id="there", name="raw.t", partition_by="at", timezone=timezone)
    days = [date(2010, 11, 6), date(2010, 11, 7), date(2010, 11, 8)]
    parts = parse_partitions(days, grain=Grain.DAY, timezone=timezone)
    first, last = parts[0].start, parts[-1].end
    assert first is not None
    assert last is not None
    minutes = int((last - first) / timedelta(minutes=10))
    at = pa.array([first + timedelta(minutes=10 * number) for number in range(minutes)], pa.timestamp("us", "UTC"))
    target = target_in(tmp_path)

    def put(partitions, table, run_uid):
        context = WriteContext(clock=Clock(), run_uid=run_uid, run_id="r", dag_id="d", task_id="t", data_interval=DAY)
        request = WriteRequest(spec=spec, mode=WriteMode.REPLACE_PARTITION, partitions=partitions)
        write(request, target, Rows(table), context)

    put(parts, pa.table({"at": at, "run": ["a"] * minutes}), "a")
    inside = [value for value in at.to_pylist() if parts[1].start <= value < parts[1].end]
    put((parts[1],), pa.table({"at": pa.array(inside, at.type), "run": ["b"] * len(inside)}), "b")
    assert fetch(target, 'SELECT count(*), count(DISTINCT "at") FROM raw.t') == [(minutes, minutes)]
    assert fetch(target, "SELECT count(*) FROM raw.t WHERE run = 'b'") == [(len(inside),)]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b/c", None, "한 글", ""], pa.string()),
        ([1, 2, None, -3], pa.int64()),
        ([0.5, -0.25, None], pa.float64()),
        ([Decimal("1.50"), None], pa.decimal128(9, 2)),
        ([datetime(2013, 1, 5, 6, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
        ([True, False, None], pa.bool_()),
    ],
)
def test_values_of_any_type_get_folders(values, kind, tmp_path):
    spec = TableSpec(connection_id="there", name="raw.t", partition_by="v", grain=Grain.VALUE)
    target = target_in(tmp_path)
    table = pa.table({"v": pa.array(values * 3, kind), "n": list(range(len(values) * 3))})
    load(target, table, spec=spec, mode=WriteMode.REPLACE)
    load(target, table, spec=spec, mode=WriteMode.REPLACE, run_uid="b")
    assert len(folders(tmp_path)) == len(values)
    assert fetch(target, "SELECT count(*) FROM raw.t") == [(len(values) * 3,)]


# ── Other programs ───────────────────────────────────────────────────────────────────────────────────────

MANIFEST_READER = """
    SET VARIABLE files = (
        SELECT list('{root}/raw/t/' || file.path)
        FROM (SELECT unnest(files) AS file FROM read_json('{root}/raw/t/_mulgil/manifest.json')));
    SELECT count(*), sum(id) FROM read_parquet(getvariable('files'));
"""


def test_other_programs_read_the_manifest_or_the_folders(tmp_path):
    target = target_in(tmp_path)
    load(target, rows_of(4, 5), 4, 5)
    load(target, rows_of(5, word="new"), 5, run_uid="b")
    with duckdb.connect() as plain:
        assert plain.execute(MANIFEST_READER.format(root=tmp_path)).fetchall() == [(6, 6)]
        listed = plain.execute(
            f"SELECT word, count(*), min(day_day) FROM read_parquet('{tmp_path}/raw/t/**/*.parquet') "
            "GROUP BY ALL ORDER BY 1"
        )
        assert listed.fetchall() == [("new", 3, date(2013, 1, 5)), ("old", 3, date(2013, 1, 4))]
    assert ds.dataset(tmp_path / "raw/t", partitioning="hive").to_table().num_rows == 6


def test_tables_of_one_query_are_of_one_instant(tmp_path):
    target = target_in(tmp_path)
    one, two = (TableSpec(connection_id="there", name=name, partition_by="day") for name in ("one", "two"))
    for spec in (one, two):
        load(target, rows_of(5), 5, spec=spec)
    query = NativeQuery(sql="SELECT count(*) FROM one, main.two", reads=("one", "two"))
    with target.read(query) as found:
        assert [batch.column(0).to_pylist() for batch in found.batches] == [[9]]
    assert [each.partition("@")[0] for each in found.inputs] == ["main.one", "main.two"]


# ── Old files ────────────────────────────────────────────────────────────────────────────────────────────


def data_files(root: Path) -> int:
    return len(list((root / "raw/t/_mulgil/data").iterdir()))


def test_a_reader_finishes_with_what_it_began_whatever_is_published_meanwhile(tmp_path):
    target = target_in(tmp_path, grace=0)
    load(target, rows_of(5, count=5), 5)
    with pinned(place_of(tmp_path, "raw.t")) as manifest:
        assert manifest is not None
        for number in range(3):
            load(target, rows_of(5, word=f"new{number}"), 5, run_uid=f"{number}")
        collect_garbage(target)
        [old] = manifest.files
        assert (tmp_path / "raw/t" / old.path).exists()
    assert collect_garbage(target) == ("raw.t/data",)
    assert data_files(tmp_path) == 1
    assert not (tmp_path / "raw/t" / old.path).exists()


def test_replaced_files_are_kept_for_the_grace_time(tmp_path):
    clock = Clock()
    target = target_in(tmp_path, grace=60, clock=clock)
    for run in "abc":
        load(target, rows_of(5, word=run), 5, run_uid=run)
    assert data_files(tmp_path) == 3
    assert collect_garbage(target) == ()
    clock.ahead = timedelta(seconds=100)
    assert collect_garbage(target) == ("raw.t/data",)
    assert data_files(tmp_path) == 1
    load(target, rows_of(5), 5, run_uid="d")
    manifest = json.loads((tmp_path / "raw/t/_mulgil/manifest.json").read_text())
    assert len(manifest["retired"]) == 1


# ── Locks and disks ──────────────────────────────────────────────────────────────────────────────────────


def test_a_writer_whose_lock_was_taken_away_publishes_nothing(tmp_path):
    target = target_in(tmp_path)
    load(target, rows_of(5), 5)

    def fault(point: str) -> None:
        if point == "K6":
            (tmp_path / "raw/t/_mulgil/lock").unlink()
            load(target_in(tmp_path), rows_of(6, word="other"), 6, run_uid="other")

    with pytest.raises(TargetError, match="Nothing was published"):
        load(target, rows_of(5, word="lost"), 5, run_uid="b", fault=fault)
    assert fetch(target, "SELECT word, count(*) FROM raw.t GROUP BY ALL ORDER BY 1") == [("old", 3), ("other", 3)]


class Full:
    """A disk that is full from its n-th write on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
        self.left = writes
        self.is_hit = False
        for module in (durable, table_publish, writing):
            for name in ("sync_folder", "sync_file", "write_file", "make_folder"):
                if hasattr(module, name):
                    monkeypatch.setattr(module, name, self._guarded(getattr(module, name)))
        monkeypatch.setattr(Path, "rename", self._guarded(Path.rename))

    def _guarded(self, function):
        def call(*args, **given):
            self.left -= 1
            if self.left < 0:
                self.is_hit = True
                raise OSError(errno.ENOSPC, "No space left on device")
            return function(*args, **given)

        return call


@pytest.mark.parametrize("mode", [WriteMode.REPLACE_PARTITION, WriteMode.REPLACE])
def test_a_full_disk_leaves_the_old_table(mode, tmp_path, monkeypatch):
    root = tmp_path / "root"
    target = target_in(root)
    load(target, rows_of(4, 5), 4, 5)
    for writes in range(40):
        with monkeypatch.context() as patch:
            full = Full(patch, writes)
            try:
                load(target, rows_of(5, 5, word="new"), 5, run_uid=f"{writes}", mode=mode)
            except TargetError as error:
                assert "No space left" in str(error)  # noqa: PT017 - whether it is raised is what varies
        words = dict(fetch(target, "SELECT word, count(*) FROM raw.t GROUP BY ALL"))
        if not full.is_hit:
            break
        collect_garbage(target)
        assert consistent(root) == []
        if words.get("new"):
            break
        assert words == {"old": 6}
    assert words["new"] == 6
    assert writes > 5


def consistent(root: Path) -> list[str]:
    """What is wrong with a root that nobody writes."""
    wrong = [str(path) for path in (*(root / ".mulgil/stage").glob("*"), *root.glob("*/*/_mulgil/*.new"))]
    for file in root.glob("*/*/_mulgil/manifest.json"):
        manifest, folder = json.loads(file.read_text()), file.parent.parent
        live = {each["path"].rpartition("/")[2]: each for each in manifest["files"]}
        retired = {each["path"].rpartition("/")[2] for each in manifest["retired"]}
        there = {path.name for path in (folder / "_mulgil/data").iterdir()}
        wrong += [f"missing {name}" for name in live.keys() - there]
        wrong += [f"stray {name}" for name in there - live.keys() - retired]
        wrong += [f"shown {name}" for name in {path.stem for path in folder.rglob("*.parquet")} ^ live.keys()]
        for name, each in live.items():
            path = folder / each["path"]
            if name in there and path.stat().st_size != each["bytes"]:
                wrong.append(f"size of {name}")
    return wrong


# ── Processes that end anywhere ──────────────────────────────────────────────────────────────────────────


class EndedError(BaseException):
    """The process is gone: nothing of it runs any more."""


@contextmanager
def ending_after(steps: int) -> Iterator[None]:
    """Let the process end before its n-th step on the disk; no `finally` of the publish tidies up after it."""
    with pytest.MonkeyPatch.context() as patch:
        left = steps
        is_gone = False

        def guarded(function):
            def call(*args, **given):
                nonlocal left, is_gone
                left -= 1
                if left < 0:
                    is_gone = True
                    raise EndedError
                return function(*args, **given)

            return call

        def unless_gone(function):
            return lambda *args, **given: None if is_gone else function(*args, **given)

        for module in (table_publish, writing):
            for name in ("sync_folder", "sync_file", "write_file", "make_folder", "make_pin", "show", "remove"):
                if hasattr(module, name):
                    patch.setattr(module, name, guarded(getattr(module, name)))
        patch.setattr(Path, "rename", guarded(Path.rename))
        patch.setattr(writing, "_link", guarded(writing._link))
        patch.setattr(TablePublish, "discard", unless_gone(TablePublish.discard))
        patch.setattr(TablePublish, "tidy", unless_gone(TablePublish.tidy))
        closing = FolderStage.__exit__

        def leave(stage, *exc):
            if not is_gone:
                closing(stage, *exc)
            else:
                # The kernel closes what the process had open, and no more.
                stage._closing.close()
                with (stage._folder / f"{stage._name}.lock").open() as kept:
                    import os

                    os.dup2(kept.fileno(), stage._lock._descriptor)

        patch.setattr(FolderStage, "__exit__", leave)
        yield


WRITES = st.lists(
    st.tuples(
        st.lists(st.integers(1, 3), min_size=0, max_size=2, unique=True),
        st.sampled_from(["parquet", "parquet", "csv"]),
        st.one_of(st.none(), st.integers(0, 25)),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=15)
@given(WRITES)
def test_files_and_manifest_agree_wherever_processes_end(tmp_path_factory, history):
    root = tmp_path_factory.mktemp("root")
    expected: dict[int, str] = {}
    for number, (days, _, steps) in enumerate(history):
        target = target_in(root, grace=0)
        mode = WriteMode.REPLACE_PARTITION if days else WriteMode.REPLACE
        parts = sorted(days) or [1, 2, 3]
        before, after = dict(expected), {**({} if not days else expected), **dict.fromkeys(parts, f"{number}")}
        try:
            with ending_after(10_000 if steps is None else steps):
                load(target, rows_of(*parts, word=f"{number}"), *sorted(days), mode=mode, run_uid=f"{number}")
            expected = after
        except EndedError:
            found = table_in(root)
            assert found in (before, after)
            expected = found
        assert table_in(root) == expected
    collect_garbage(target_in(root, grace=0))
    assert consistent(root) == []
    assert collect_garbage(target_in(root, grace=0)) == ()
    shutil.rmtree(root)


def table_in(root: Path) -> dict[int, str]:
    target = target_in(root)
    if target.columns("raw.t") is None:
        return {}
    rows = fetch(target, "SELECT day, word, count(*) FROM raw.t GROUP BY ALL")
    assert all(count == 3 for *_, count in rows)
    return {day.day: str(word) for day, word, _ in rows if isinstance(day, date)}


# ── Rejects ──────────────────────────────────────────────────────────────────────────────────────────────


class WithBadRows(Rows):
    """Rows, of which some were set aside."""

    def __init__(self, table: pa.Table, bad: int) -> None:
        super().__init__(table)
        self._bad = bad

    @contextmanager
    def open(self) -> Iterator[Batches]:
        bad_rows = BadRows(BadRowLimit.of(100))
        with super().open() as batches:
            for line in range(self._bad):
                error = SourceShapeError("data.target_failed", target="in.csv", detail="broken")
                bad_rows.add(error, source="in.csv", line=line, raw={})
            yield replace(batches, bad_rows=bad_rows)


def test_killed_between_rejects_and_rows_the_next_write_puts_them_right(tmp_path):
    target = target_in(tmp_path)
    request = WriteRequest(
        spec=SPEC,
        mode=WriteMode.REPLACE_PARTITION,
        partitions=parse_partitions([date(2013, 1, 5)], grain=Grain.DAY, timezone="UTC"),
        bad_rows=BadRowLimit.of(100),
        rejects="raw.t__rejects",
        source="in.csv",
    )

    def put(bad: int, run_uid: str) -> None:
        context = WriteContext(clock=Clock(), run_uid=run_uid, run_id="r", dag_id="d", task_id="t", data_interval=DAY)
        write(request, target, WithBadRows(rows_of(5, word=run_uid), bad), context)

    def rejects() -> list[object]:
        return [count for _, count in fetch(target, "SELECT fence, count(*) FROM raw.t__rejects GROUP BY ALL")]

    put(2, "a")
    publish = TablePublish.publish

    def killed(self: TablePublish) -> None:
        if self.place.name == "t":
            raise EndedError
        publish(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TablePublish, "publish", killed)
        with pytest.raises(EndedError):
            put(5, "b")
    assert fetch(target, "SELECT word, count(*) FROM raw.t GROUP BY ALL") == [("a", 3)]
    # Those of the rows that are still there, and those of the write that never came to be.
    assert sorted(rejects(), key=str) == [2, 5]
    put(1, "c")
    assert fetch(target, "SELECT word, count(*) FROM raw.t GROUP BY ALL") == [("c", 3)]
    assert rejects() == [1]
    put(0, "d")
    assert rejects() == []
    collect_garbage(target)
    assert consistent(tmp_path) == []
