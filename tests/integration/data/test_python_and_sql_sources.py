"""Rows from Python and from queries, loaded into real files."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import duckdb
import msgspec
import pyarrow as pa
import pytest

from mulgil.connectors.files import CsvSource
from mulgil.data import Cursor, PythonSource, RowsSource, SqlSource, Table, load
from mulgil.data.errors import SourceError, SourceShapeError, SqlTemplateError, TableMissingError
from mulgil.model import Connection, DagRun, DagRunState, DataInterval, RunType, TaskInstance
from mulgil.sdk import DAG, BaseOperator, DagDefinitionError, run_task, task

START = datetime(2013, 1, 5, tzinfo=UTC)


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class Runtime:
    """An attempt at a task of the run of one day; `given` are results of other tasks."""

    version_id = "v1"
    clock = Clock()

    def __init__(
        self, home: Path, task_id: str, *, day: int = 5, clear: int = 0, given: dict[str, object] | None = None
    ):
        self.home, self.given = home, given or {}
        start = START + timedelta(days=day - 5)
        self.dag_run = DagRun(
            dag_id="d",
            run_id=f"r{day}",
            run_uid=f"u{day}",
            run_type=RunType.SCHEDULED,
            state=DagRunState.RUNNING,
            data_interval=DataInterval(start, start + timedelta(days=1)),
            version_id="v1",
            created_at=start,
        )
        self.task_instance = TaskInstance(dag_id="d", run_id="r", task_id=task_id, try_number=1, clear_number=clear)
        self.results: dict[str, object] = {}

    def get_connection(self, connection_id: str) -> Connection:
        kind = {"warehouse": "duckdb", "app": "sqlite"}[connection_id]
        return Connection(connection_id=connection_id, conn_type=kind, host=f"{connection_id}.db")

    def resolve_path(self, path: str) -> Path:
        return self.home / path

    def xcom_pull(self, task_id: str, **_: object) -> object:
        return self.given[task_id]

    def xcom_push(self, key: str, value: object) -> None:
        self.results[key] = value

    def progress(self, rows: int, total: int | None = None) -> None: ...
    def report_commit(self, commit: object) -> None: ...
    def announce_publishing(self) -> None: ...
    def fault(self, point: str) -> None: ...


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., object]:
    def run(operator: BaseOperator, **given: object) -> object:
        runtime = Runtime(tmp_path, operator.task_id, **given)  # type: ignore[arg-type]
        run_task(operator, runtime)  # type: ignore[arg-type]
        return runtime.results["return_value"]

    return run


@pytest.fixture
def fetch(tmp_path: Path) -> Callable[[str], list[tuple[object, ...]]]:
    def fetch(sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(tmp_path / "warehouse.db"), read_only=True) as warehouse:
            return warehouse.execute(sql).fetchall()

    return fetch


@pytest.fixture
def load_one(run) -> Callable[..., object]:
    """Load a source into a table of its own, as the only task of a dag."""

    def load_one(source: object, *, name: str = "rows", connection: str = "warehouse", given=None, **arguments: object):
        with DAG("d", schedule="@daily", start_date="2013-01-01", params={"least": 2}):
            operator = load(source, into=Table(connection, name), **arguments)
        return run(operator, given=given)

    return load_one


@dataclass
class Order:
    id: int
    word: str | None = None


class Struct(msgspec.Struct):
    id: int
    word: str | None = None


class Named(NamedTuple):
    id: int
    word: str | None = None


class Frame:
    """A data frame of another library, as far as Arrow sees it."""

    index: object = None

    def __init__(self, table: pa.Table) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


class Batch:
    """The same, with only one batch to give."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.batch = batch

    def __arrow_c_array__(self, requested_schema: object = None) -> object:
        return self.batch.__arrow_c_array__(requested_schema)


TABLE = pa.table({"id": [1, 2], "word": ["x", None]})


def one_by_one(count: int = 2) -> Iterator[dict[str, object]]:
    for number in range(count):
        yield {"id": number + 1, "word": "x" if number % 2 == 0 else None}


def context_values(ds: str, params: dict[str, int], extra: str = "") -> list[dict[str, object]]:
    return [{"id": params["least"], "word": f"{ds} {extra}"}]


async def later() -> list[Order]:
    return [Order(1, "x"), Order(2)]


@pytest.mark.parametrize(
    "source",
    [
        [{"id": 1, "word": "x"}, {"id": 2}],
        ({"word": "x", "id": 1}, {"id": 2, "word": None}),
        [Order(1, "x"), Order(2)],
        [Struct(1, "x"), Struct(2)],
        [Named(1, "x"), Named(2)],
        RowsSource([(1, "x"), [2, None]], columns={"id": "int64", "word": "string"}),
        TABLE,
        Frame(TABLE),
        Frame(TABLE.append_column("__index_level_0__", [[7, 8]])),
        Batch(TABLE.to_batches()[0]),
        [Frame(TABLE[:1]), Frame(TABLE[1:])],
        one_by_one,
        later,
        lambda: TABLE.to_reader(),
        lambda: iter([Frame(TABLE[:1]), Batch(TABLE[1:].to_batches()[0])]),
        PythonSource(one_by_one, op_kwargs={"count": 2}, columns={"word": "string", "id": "int64"}),
    ],
    ids=lambda source: type(source).__name__,
)
def test_rows_of_every_kind(load_one, fetch, source):
    assert load_one(source)["rows"] == 2
    assert fetch("select id, word from rows order by id") == [(1, "x"), (2, None)]


def test_values_keep_their_types(load_one, fetch):
    instant = datetime(2013, 1, 5, 10, 0, 0, 123456, tzinfo=UTC)
    load_one([{"d": date(2013, 1, 5), "t": instant, "m": Decimal("1.50"), "k": True, "b": b"x", "l": [1, 2]}])
    assert fetch("select * replace (timezone('UTC', t) as t) from rows") == [
        (date(2013, 1, 5), instant.replace(tzinfo=None), Decimal("1.50"), True, b"x", [1, 2])
    ]


def test_a_function_is_given_context_and_arguments(load_one, fetch):
    load_one(context_values)
    assert fetch("select * from rows") == [(2, "2013-01-05 ")]
    load_one(PythonSource(context_values, op_kwargs={"extra": "{{ ts }}"}), name="more")
    assert fetch("select * from more") == [(2, "2013-01-05 2013-01-05T00:00:00+00:00")]


def test_many_rows_come_in_a_stream(load_one, fetch):
    assert load_one(lambda: one_by_one(35_000))["rows"] == 35_000
    assert fetch("select count(distinct id), count(word) from rows") == [(35_000, 17_500)]


def test_what_a_task_returned_is_data(run, fetch):
    with DAG("d", schedule=None):

        @task
        def extract() -> list[dict[str, object]]:
            return []

        rows = extract()
        operator = load(rows, into=Table("warehouse", "rows"))
    assert list(operator.data_edges()) == [rows]
    assert operator.source.shown_as == "task 'extract'"
    run(operator, given={"extract": [{"id": 1, "word": "{{ ds }} {% raise %}"}]})
    assert fetch("select * from rows") == [(1, "{{ ds }} {% raise %}")]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ([{"id": 1}, {"id": "two"}], r"rows, row 2, field 'id': 'two' is no int64"),
        ([{"id": 1}, {"id": True}], r"row 2, field 'id': True is no int64"),
        ([{"id": 1}, {"id": 2**63}], r"row 2, field 'id': 9223372036854775808 is no int64"),
        ([{"id": object()}], r"row 1, field 'id': nothing says which type <object"),
        (lambda: [*one_by_one(10_001), {"id": 1, "more": 1}], r"row 10002, field 'more': the rows before it have no"),
        ([{"id": 1}, 7], r"row 2: int is no row"),
        ([(1, "x")], r"row 1: tuple is no row. Tuples need columns="),
        (lambda: None, r"<lambda>\(\) gave None, and rows are expected"),
        (lambda: "rows", r"<lambda>\(\) gave str, and rows are expected"),
        (lambda: {"id": [1]}, r"<lambda>\(\) gave dict, and rows are expected"),
        (lambda: [TABLE, TABLE.drop_columns("word")], "no column 'word', which is expected"),
        (lambda: [TABLE, TABLE.append_column("more", [[1, 2]])], "the rows before it have no 'more'"),
        (lambda: [TABLE, pa.table({"id": ["x"], "word": ["y"]})], "frame that Arrow can't take"),
    ],
)
def test_what_are_no_rows_is_named(load_one, source, words):
    with pytest.raises(SourceShapeError, match=words):
        load_one(source)


def test_an_index_with_a_name_is_never_lost(load_one):
    frame = Frame(TABLE)
    frame.index = SimpleNamespace(names=[None, "id"])
    assert load_one(frame)["rows"] == 2
    frame.index = SimpleNamespace(names=["key"])
    with pytest.raises(SourceShapeError, match=r"index 'key' would get lost.*reset_index"):
        load_one(frame, name="lost")


def test_wrong_rows_are_set_aside(load_one, fetch):
    rows = [{"id": 1}, {"id": "two"}, 3, {"id": 4, "more": 1}, {"id": 5}]
    assert load_one(RowsSource(rows, columns={"id": "int64"}), max_bad_rows=2)["rows"] == 3
    assert fetch("select id from rows order by id") == [(1,), (4,), (5,)]
    assert fetch("select line, column_name from rows__rejects order by line") == [(2, "id"), (3, None)]


@pytest.mark.parametrize(
    "source",
    [one_by_one(), TABLE.to_reader(), iter([]), 7, "rows", {"id": 1}, Order],
    ids=lambda source: type(source).__name__,
)
def test_what_can_be_read_once_only_or_is_no_source_is_refused(source):
    with DAG("d", schedule=None), pytest.raises(DagDefinitionError, match="as its source"):
        load(source, into=Table("warehouse", "rows"))


def test_a_task_that_was_not_called_is_refused():
    with DAG("d", schedule=None), pytest.raises(DagDefinitionError, match="is given a Task"):
        load(task(one_by_one), into=Table("warehouse", "rows"))


orders = Table("app", "orders")


@pytest.fixture
def shop(tmp_path: Path, load_one) -> None:
    load_one(one_by_one, name="orders", connection="app")
    load_one(one_by_one, name="orders", connection="warehouse")


@pytest.mark.parametrize("connection", ["app", "warehouse"])
def test_a_query_on_any_connection(shop, load_one, fetch, connection):
    table = Table(connection, "orders")
    assert (
        load_one(SqlSource(connection, "select id, word from {{ table }} where id >= {{ params.least }}"))["rows"] == 1
    )
    assert fetch("select * from rows") == [(2, None)]
    source = SqlSource(connection, "select * from {{ there }};", tables={"there": table})
    assert source.inlets == (table,)
    assert load_one(source, select="select count(*) as n from source", name="counted")["rows"] == 1


def test_queries_that_fail_are_told_with_their_connection(shop, load_one):
    with pytest.raises(SourceError, match=r"SqlSource failed on connection 'app'.*nope"):
        load_one(SqlSource("app", "select nope from {{ orders }}"))
    with pytest.raises(SourceError, match=r"SqlSource failed on connection 'warehouse'.*nope"):
        load_one(SqlSource("warehouse", "select nope from orders"))
    lost = Table("app", "lost")
    with pytest.raises(TableMissingError, match="no table lost in connection app"):
        load_one(SqlSource("app", "select * from {{ lost }}", tables={"lost": lost}))
    with pytest.raises(SqlTemplateError, match="one query can't reach both"):
        SqlSource("warehouse", "select * from {{ orders }}")


KINDS = {
    "int": ("INTEGER", [1, 2, 3]),
    "float": ("DOUBLE", [1.5, 9.0, 10.25]),
    "decimal": ("DECIMAL_TEXT(18, 2)", ["9.00", "10.00", "11.50"]),
    "timestamp": ("TIMESTAMP", [f"2013-01-05 10:00:0{number}.5" for number in range(3)]),
    "text": ("TEXT", ["a", "b", "c"]),
    "date": ("DATE", [f"2013-01-0{number}" for number in (1, 2, 3)]),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("connection", ["app", "warehouse"])
def test_a_query_is_read_on(tmp_path, run, fetch, connection, kind):
    declared, values = KINDS[kind]
    if connection == "warehouse":
        declared = declared.replace("_TEXT", "")
    path = tmp_path / f"{connection}.db"

    def execute(sql: str, *params: object) -> None:
        with duckdb.connect(str(path)) if connection == "warehouse" else sqlite3.connect(path) as there:
            there.execute(sql, params)
        there.close()

    with DAG("d", schedule="@daily", start_date="2013-01-01"):
        # The types of a SQLite table are known where the query names it.
        tables = {"events": Table(connection, "events")} if kind == "decimal" else {}
        query = f"select id, changed from {'{{ events }}' if tables else 'events'}"
        source = SqlSource(connection, query, tables=tables, cursor="changed")
        operator = load(source, into=Table("warehouse", "read"), mode="append")
    execute(f"create table events (id integer, changed {declared})")
    for day, value in enumerate(values, 5):
        execute("insert into events values (?, ?)", day, value)
        assert run(operator, day=day)["rows"] == 1
    assert run(operator, day=5, clear=1)["rows"] == 1
    assert run(operator, day=8)["rows"] == 0
    assert fetch("select id from read order by id") == [(5,), (6,), (7,)]
    execute("insert into events values (9, null)")
    with pytest.raises(SourceShapeError, match="no value in the cursor column 'changed'"):
        run(operator, day=9)


def test_a_function_is_read_on(run, fetch):
    asked: list[object] = []

    def changes(cursor: int | None) -> Iterator[dict[str, object]]:
        asked.append(cursor)
        yield from ({"id": number, "version": number} for number in range(len(asked) * 2))

    with DAG("d", schedule="@daily", start_date="2013-01-01"):
        source = PythonSource(changes, cursor=Cursor("version", initial=0))
        operator = load(source, into=Table("warehouse", "read", key=["id"]), mode="merge")
    for day in (5, 6, 7):
        run(operator, day=day)
    assert asked == [0, 1, 3]
    assert fetch("select id from read order by id") == [(1,), (2,), (3,), (4,), (5,)]


@pytest.mark.parametrize("by", ["name", "modified"])
def test_new_files_are_read(tmp_path, run, fetch, by):
    with DAG("d", schedule="@daily", start_date="2013-01-01"):
        source = CsvSource("in/*.csv", cursor=by)
        operator = load(source, into=Table("warehouse", "read"), mode="append", dedup_key=["id"])
    (tmp_path / "in").mkdir()
    for day in (5, 6, 7):
        (tmp_path / "in" / f"{day}.csv").write_text(f"id\n{day}\n")
        assert run(operator, day=day)["rows"] == 1
    assert run(operator, day=8)["rows"] == 0
    assert run(operator, day=6, clear=1)["rows"] == 1
    (tmp_path / "in" / "0.csv").write_text("id\n0\n")
    assert run(operator, day=9)["rows"] == (1 if by == "modified" else 0)
    expected = [5, 6, 7] if by == "name" else [0, 5, 6, 7]
    assert fetch("select id from read order by id") == [(number,) for number in expected]


def test_files_that_come_again_when_they_change_are_not_appended_without_a_key():
    with DAG("d", schedule="@daily", start_date="2013-01-01") as dag:
        load(CsvSource("in/*.csv", cursor="modified"), into=Table("warehouse", "read"), mode="append")
    with pytest.raises(DagDefinitionError, match="would double its rows in read"):
        dag.to_spec()


@pytest.mark.parametrize("mode", ["replace", "replace_partition"])
def test_what_was_read_before_is_not_replaced_by_what_is_new(mode):
    table = Table("warehouse", "read", partition_by="day" if mode == "replace_partition" else None)
    with DAG("d", schedule="@daily", start_date="2013-01-01") as dag:
        load(SqlSource("app", "select 1", cursor="at"), into=table, mode=mode)
    with pytest.raises(DagDefinitionError, match=f"mode '{mode}' would replace the rows"):
        dag.to_spec()
