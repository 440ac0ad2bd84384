"""Sources that are read on: whatever runs, is run again, overtakes or crashes, each row is there once."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mulgil.data import cursor, publish
from mulgil.data.cursor import Cursor, Mark, Window
from mulgil.data.errors import DeclarationError, LedgerConflictError, SourceShapeError
from mulgil.data.outcome import WriteStatus
from mulgil.data.reject import BadRowLimit
from mulgil.data.scope import judge
from mulgil.data.source import Reading, Source
from mulgil.data.source_origin import IncrementalSourceOrigin
from mulgil.data.table_spec import TableSpec, WriteMode
from mulgil.data.target import Batches
from mulgil.model import DataInterval

CRASHES = ("K1", "K3", "K5", "K6", "K6c", "K8")
SPECS = {
    WriteMode.APPEND: TableSpec(connection_id="there", name="flights"),
    WriteMode.MERGE: TableSpec(connection_id="there", name="flights", key=("id",)),
}
EXAMPLES = {"duckdb": 5, "files": 5, "sqlite": 40}
START = datetime(2013, 1, 1, tzinfo=UTC)


class CrashError(Exception):
    """The process ends here."""


@dataclass
class Log(Source):
    """A source that only grows: each row has the number of its batch as its value."""

    rows: list[tuple[int, int]] = field(default_factory=list)
    cursor: Cursor | None = field(default_factory=lambda: Cursor("value"))
    kind: pa.DataType = field(default_factory=pa.int64)
    before: Callable[[], object] = lambda: None
    asked: list[tuple[object, object]] = field(default_factory=list)

    @property
    def shown_as(self) -> str:
        return "log"

    def grow(self, count: int) -> None:
        value = len({value for _, value in self.rows}) + 1
        self.rows += [(len(self.rows) + number, value) for number in range(count)]

    @contextmanager
    def open(self, reading: Reading) -> Iterator[Batches]:
        assert reading.window is not None
        self.asked.append((reading.cursor, reading.window.until and reading.window.until.value))
        rows = list(self.rows)
        self.before()
        values = [None if value is None else self.value(value) for _, value in rows]
        numbers = pa.array([number for number, _ in rows], pa.int64())
        table = pa.table({"id": numbers, "value": pa.array(values, self.kind)})
        yield Batches(table.schema, iter(table.to_batches(max_chunksize=3)))

    def value(self, number: int) -> object:
        if pa.types.is_timestamp(self.kind):
            return START + timedelta(microseconds=number)
        return date(2013, 1, number) if pa.types.is_date(self.kind) else number


def origin_of(source: Log, *, name: str = "log:value") -> IncrementalSourceOrigin:
    reading = Reading(runtime=None, interval=DataInterval.at(START), timezone="UTC")  # type: ignore[arg-type]
    return IncrementalSourceOrigin(source, reading, None, BadRowLimit(count=0), name=name)


def interval_of(producer: int) -> DataInterval:
    return DataInterval(START + timedelta(days=producer), START + timedelta(days=producer + 1))


@dataclass(frozen=True)
class Op:
    """New rows, then a run (maybe one that ran before), where it crashes, and what overtakes it while it reads."""

    grown: int
    producer: int
    crash: str | None = None
    is_retried: bool = True
    overtaken_by: Op | None = None


def ops(overtaken: st.SearchStrategy[Op | None]) -> st.SearchStrategy[Op]:
    crash = st.one_of(st.none(), st.none(), st.sampled_from(CRASHES))
    return st.builds(
        Op,
        grown=st.integers(0, 3),
        producer=st.integers(0, 3),
        crash=crash,
        is_retried=st.booleans(),
        overtaken_by=overtaken,
    )


HISTORIES = st.lists(ops(st.one_of(st.none(), ops(st.none()))), min_size=1, max_size=6)


@pytest.mark.parametrize("mode", SPECS)
@pytest.mark.parametrize("kind", EXAMPLES)
def test_nothing_is_lost_and_nothing_doubled(kind, mode, make_place):
    @settings(max_examples=EXAMPLES[kind])
    @given(HISTORIES)
    def check(history):
        with tempfile.TemporaryDirectory() as folder:
            run = _Run(make_place(kind, Path(folder)), mode)
            for op in history:
                run.do(op)
                run.check()
            run.do(Op(grown=1, producer=9))
            assert run.check() == run.log.rows

    check()


class _Run:
    """A place, a log, and the runs that carry rows from one to the other."""

    def __init__(self, place, mode):
        self.place, self.mode, self.log = place, mode, Log()
        self.clears: dict[int, int] = {}
        self.position = 0

    def do(self, op: Op) -> None:
        self.log.grow(op.grown)
        self.clears[op.producer] = self.clears.get(op.producer, 0) + 1
        if self._try(op, op.crash) and op.is_retried:
            self._try(op, None)

    def _try(self, op: Op, crash: str | None) -> bool:
        clear = self.clears[op.producer]
        overtaking = [op.overtaken_by] if op.overtaken_by else []

        def overtake() -> None:
            if overtaking:
                self.do(overtaking.pop())

        def fault(point: str) -> None:
            if point == crash:
                raise CrashError(point)

        outer, self.log.before = self.log.before, overtake
        try:
            self.load(op.producer, clear_number=clear, fault=fault)
        except CrashError:
            return True
        finally:
            self.log.before = outer
        return False

    def load(self, producer: int, *, name: str = "log:value", **context: object):
        return self.place.load(
            origin_of(self.log, name=name),
            mode=self.mode,
            spec=SPECS[self.mode],
            data_interval=interval_of(producer),
            run_uid=f"r{producer}",
            is_pure=True,
            **context,
        )

    def check(self) -> list[tuple[int, int]]:
        """Return the table's rows, which are those up to the cursor, each once; the cursor never goes back."""
        if self.place.target.columns("flights") is None:
            return []
        found = sorted(self.place.fetch("select id, value from flights"))
        [mark] = [record for record in self.records() if record.scope.startswith("c:")]
        after = msgspec.json.decode(mark.cursor_after, type=Mark | None)
        position = 0 if after is None else after.value
        assert found == [row for row in self.log.rows if row[1] <= position]
        assert position >= self.position
        self.position = position
        return found

    def records(self):
        return self.place.target.read_ledger("flights").commits


HISTORY = [
    Op(grown=2, producer=0),
    Op(grown=2, producer=1, crash="K5", is_retried=False),
    Op(grown=1, producer=2, overtaken_by=Op(grown=1, producer=3)),
    Op(grown=1, producer=0),
    Op(grown=0, producer=1),
]


def _kept_elsewhere(monkeypatch):
    """The cursor is remembered as soon as something was read, not with the rows."""
    known: list[Mark] = []
    note, opened = cursor._note, cursor.Incremental.opened

    def noted(window: Window, highest: object) -> None:
        note(window, highest)
        known.append(window.reached)

    def from_memory(self, *arguments):
        found = opened(self, *arguments)
        if found.moves and known:
            found.window.before = known[-1]
        return found

    monkeypatch.setattr(cursor, "_note", noted)
    monkeypatch.setattr(cursor.Incremental, "opened", from_memory)


def _never_moved(monkeypatch):
    """What was read is kept, but not how far."""
    monkeypatch.setattr(publish, "moved", lambda records, move: cursor.moved(records, move)[: len(records)])


def _not_checked(monkeypatch):
    """Nobody asks whether the cursor stands where it stood."""
    monkeypatch.setattr(
        publish, "judge_with_cursor", lambda scopes, fence, ledger, _: judge(scopes, fence, ledger.commits)
    )


def _reads_on(monkeypatch):
    """Every run that is run again reads to the end, not only the newest."""
    window = cursor._window
    monkeypatch.setattr(
        cursor, "_window", lambda *found, **more: (Window(before=window(*found, **more)[0].before), True)
    )


@pytest.mark.parametrize("rule", [None, _kept_elsewhere, _never_moved, _not_checked, _reads_on])
def test_a_broken_rule_is_noticed(rule, make_place, tmp_path, monkeypatch, proof):
    run = _Run(make_place("sqlite", tmp_path), WriteMode.APPEND)
    if rule is not None:
        rule(monkeypatch)
        proof["writes.mutants"] = proof.get("writes.mutants", 0) + 1
    with pytest.raises((AssertionError, ValueError)) if rule else nullcontext():
        for op in HISTORY:
            run.do(op)
            run.check()
    if rule is not None:
        proof["writes.mutants_caught"] = proof.get("writes.mutants_caught", 0) + 1


@pytest.fixture
def run(place):
    return _Run(place, WriteMode.APPEND)


def test_who_reads_what(run):
    run.log.grow(2)
    run.load(0)
    run.log.grow(3)
    run.load(1)
    run.log.grow(1)
    run.load(0, clear_number=1)
    run.load(1, clear_number=1)
    run.load(2)
    run.load(2)
    assert run.log.asked == [(None, None), (1, None), (None, 1), (1, None), (3, None)]
    assert run.check() == run.log.rows
    marks = {record.scope[:1]: (record.cursor_before, record.cursor_after) for record in run.records()}
    assert marks["c"] == ('{"kind":"int","text":"3"}', '{"kind":"int","text":"3"}')


def test_a_write_that_the_cursor_moved_under_begins_anew(run):
    run.log.grow(2)
    run.load(0)
    run.log.grow(2)

    def overtake() -> None:
        run.log.before = lambda: None
        run.log.grow(1)
        run.load(2)

    run.log.before = overtake
    assert run.load(1).status is WriteStatus.COMMITTED
    assert run.log.asked == [(None, None), (1, None), (1, None), (3, None)]
    assert run.check() == run.log.rows


def test_a_write_that_opened_before_and_published_meanwhile_moved_the_cursor(run):
    run.log.grow(2)
    run.load(0)
    run.log.grow(2)
    has_opened, may_go_on = threading.Event(), threading.Event()

    def wait(point: str) -> None:
        if point == "K5":
            has_opened.set()
            assert may_go_on.wait(30)

    earlier = threading.Thread(target=run.load, args=(1,), kwargs={"fault": wait})
    earlier.start()
    assert has_opened.wait(30)

    def let_it_publish() -> None:
        run.log.before = lambda: None
        may_go_on.set()
        earlier.join()

    run.log.before = let_it_publish
    run.load(2)
    assert run.log.asked == [(None, None), (1, None), (1, None), (2, None)]
    assert run.check() == run.log.rows


def test_a_table_that_was_dropped_is_filled_from_the_start(run):
    run.log.grow(2)
    run.load(0)
    _drop(run.place)
    run.load(1)
    assert run.check() == run.log.rows


@pytest.mark.parametrize("mode", SPECS)
def test_the_intervals_of_a_table_that_was_dropped_read_no_part_of_their_own(place, mode):
    run = _Run(place, mode)
    for producer in (0, 1):
        run.log.grow(2)
        run.load(producer)
    place.drop("flights")
    for producer in (0, 1, 2):
        run.load(producer, clear_number=1)
        assert run.check() == run.log.rows
    run.log.grow(2)
    run.load(1, clear_number=2)
    run.load(3)
    assert run.check() == run.log.rows


@pytest.mark.parametrize("is_made_anew", [False, True])
@pytest.mark.parametrize("again", [0, 1, 2])
def test_a_table_that_is_dropped_while_it_is_read_for_begins_anew(run, again, is_made_anew):
    for producer in (0, 1):
        run.log.grow(2)
        run.load(producer)
    run.log.grow(2)

    def drop() -> None:
        run.log.before = lambda: None
        run.place.drop("flights")
        if is_made_anew:
            run.load(4)

    run.log.before = drop
    assert run.load(again, clear_number=1).status is WriteStatus.COMMITTED
    assert run.check() == run.log.rows


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])  # files have no table without their ledger
def test_rows_whose_ledger_is_lost_are_not_added_again(kind, make_place, tmp_path):
    run = _Run(make_place(kind, tmp_path), WriteMode.APPEND)
    run.log.grow(2)
    run.load(0)
    run.place.drop("_mulgil_commits")
    run.place.drop("_mulgil_tables")
    run.log.grow(2)
    with pytest.raises(LedgerConflictError, match="how far log:value was read is lost"):
        run.load(1)
    assert len(run.place.fetch("select id from flights")) == 2


def test_an_interval_that_another_cursor_read_is_refused(run):
    for producer in (0, 1):
        run.log.grow(2)
        run.load(producer)
    for producer in (0, 1):
        with pytest.raises(DeclarationError, match=r"was read by the cursor log:value, and .* the cursor log:id now"):
            run.load(producer, clear_number=1, name="log:id")
    assert run.check() == run.log.rows
    run.load(1, clear_number=2)
    assert run.check() == run.log.rows


def test_a_value_that_is_no_number_is_refused(run):
    run.log.kind = pa.float64()
    run.log.grow(2)
    run.load(0)
    run.log.rows.append((2, float("nan")))
    for producer in (0, 1):
        with pytest.raises(SourceShapeError, match="row 3 of what was read has no value in the cursor column 'value'"):
            run.load(producer, clear_number=1)
    assert len(run.place.fetch("select id from flights")) == 2


@pytest.mark.parametrize(
    "kind", [pa.timestamp("us", "UTC"), pa.timestamp("us"), pa.timestamp("ns"), pa.date32()], ids=str
)
def test_instants_and_dates_are_marks_to_their_last_digit(place, kind):
    run = _Run(place, WriteMode.APPEND)
    run.log.kind = kind
    for producer in range(3):
        run.log.grow(2)
        run.load(producer)
    assert [row[0] for row in place.fetch("select id from flights order by id")] == [0, 1, 2, 3, 4, 5]
    assert run.log.asked[-1][0] == (date(2013, 1, 2) if kind == pa.date32() else _stamp(kind, 2))


def _stamp(kind: pa.DataType, number: int) -> datetime:
    instant = START + timedelta(microseconds=number)
    return instant if kind.tz else instant.replace(tzinfo=None)


def test_where_the_first_run_begins(run):
    run.log.cursor = Cursor("value", initial=1)
    run.log.grow(2)
    run.log.grow(3)
    run.load(0)
    assert run.log.asked == [(1, None)]
    assert len(run.place.fetch("select id from flights")) == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda log: log.rows.append((9, None)),
            "log: row 6 of what was read has no value in the cursor column 'value'",
        ),
        (
            lambda log: setattr(log, "cursor", Cursor("value", initial="yesterday")),
            "log: the cursor stands at yesterday, which is no value of column 'value' of type int64",
        ),
        (lambda log: setattr(log, "cursor", Cursor("valeu")), "log has no column 'valeu', which is its cursor"),
    ],
)
def test_what_can_not_be_read_on_is_refused(run, change, words):
    run.log.grow(5)
    change(run.log)
    with pytest.raises(SourceShapeError, match=words):
        run.load(0)
    assert run.place.target.columns("flights") is None


def test_an_interval_that_was_loaded_without_a_cursor_is_not_read_again_by_one(run, make_rows):
    table = pa.table({"id": [1], "value": [1]})
    run.place.load(table, mode=run.mode, spec=SPECS[run.mode], data_interval=interval_of(0))
    run.log.grow(2)
    run.load(1)
    with pytest.raises(DeclarationError, match="loaded before log:value had a cursor"):
        run.load(0, clear_number=1)


def _drop(place) -> None:
    if place.kind == "files":
        shutil.rmtree(place.file)
        return
    connection = duckdb.connect(str(place.file)) if place.kind == "duckdb" else sqlite3.connect(place.file)
    connection.execute("drop table flights")
    connection.close()
