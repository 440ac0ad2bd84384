"""What a person reads when a source, a statement, a check or a connection is wrong."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mulgil.connectors.files import CsvSource, ParquetSource
from mulgil.data import Table, checks, load, transform
from mulgil.data.errors import (
    CheckFailedError,
    CheckUnusableError,
    QueryError,
    SourceShapeError,
    TableMissingError,
    TargetError,
)
from mulgil.i18n import MulgilError
from mulgil.model import Connection, DagRun, DagRunState, DataInterval, RunType, TaskInstance
from mulgil.sdk import DAG, BaseOperator, run_task


class Clock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class Runtime:
    """An attempt at a task, in `home`."""

    version_id = "v1"
    clock = Clock()
    hosts: ClassVar = {
        "warehouse": ("duckdb", "warehouse.duckdb"),
        "app": ("sqlite", "app.db"),
        "far": ("duckdb", "no/w.duckdb"),
    }

    def __init__(self, home: Path, task_id: str):
        self.home = home
        start = datetime(2013, 1, 5, tzinfo=UTC)
        self.dag_run = DagRun(
            dag_id="d",
            run_id="r",
            run_uid="u",
            run_type=RunType.SCHEDULED,
            state=DagRunState.RUNNING,
            data_interval=DataInterval(start, start + timedelta(days=1)),
            version_id="v1",
            created_at=start,
        )
        self.task_instance = TaskInstance(dag_id="d", run_id="r", task_id=task_id, try_number=1)

    def get_connection(self, connection_id: str) -> Connection:
        kind, host = self.hosts[connection_id]
        return Connection(connection_id=connection_id, conn_type=kind, host=host)

    def resolve_path(self, path: str) -> Path:
        return self.home / path

    def xcom_push(self, key: str, value: object) -> None: ...
    def progress(self, rows: int, total: int | None = None) -> None: ...
    def report_commit(self, commit: object) -> None: ...
    def announce_publishing(self) -> None: ...
    def fault(self, point: str) -> None: ...


@pytest.fixture
def home(tmp_path: Path) -> Path:
    pq.write_table(pa.table({"id": [1, 2], "amount": [3.5, None]}), tmp_path / "in.parquet")
    return tmp_path


@pytest.fixture
def refused(home):
    def refused(task: BaseOperator) -> MulgilError:
        with pytest.raises(MulgilError) as caught:
            run_task(task, Runtime(home, task.task_id))  # type: ignore[arg-type]
        assert "mulgil-stage" not in str(caught.value)
        return caught.value

    return refused


@pytest.fixture(params=["warehouse", "app"])
def connection(request) -> str:
    return str(request.param)


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("select id,\n  amout from {{ raw }}", "amout"),
        ("select id\nform {{ raw }} where", "syntax error"),
        ("select id\nfrom nowhere", "nowhere"),
    ],
)
def test_broken_sql_is_told_as_the_tasks_own(home, refused, connection, sql, word):
    raw, sums = Table(connection, "raw"), Table(connection, "sums")
    with DAG("d"):
        first = load(ParquetSource("in.parquet"), into=raw)
        second = transform(sql, into=sums, tables={"raw": raw})
    run_task(first, Runtime(home, first.task_id))  # type: ignore[arg-type]
    error = refused(second)
    assert isinstance(error, QueryError)
    assert error.text.code == "data.sql_failed"
    fields = error.text.fields
    assert (fields["task_id"], fields["table"], fields["connection"]) == ("sums", "sums", connection)
    assert fields["host"] in ("warehouse.duckdb", "app.db")
    assert word in str(fields["detail"])
    if connection == "warehouse":
        assert "LINE 2:" in str(fields["detail"])


def test_a_table_that_is_not_there_yet_is_told_with_who_writes_it(refused, connection):
    raw, other = Table(connection, "raw"), Table(connection, "other")
    with DAG("d"):
        load(ParquetSource("in.parquet"), into=raw, task_id="extract")
        second = transform("select * from {{ raw }}", into=Table(connection, "sums"), tables={"raw": raw})
        copy = load(raw, into=Table(connection, "copy"))
        stranger = load(other, into=Table(connection, "stranger"))
    for task in (second, copy):
        error = refused(task)
        assert isinstance(error, TableMissingError)
        assert error.text.code == "data.source_table_unwritten"
        assert error.text.fields == {"table": "raw", "connection": connection, "writer": "extract"}
    assert refused(stranger).text.code == "data.source_table_missing"


def test_a_check_on_a_column_that_is_not_there_names_the_nearest(refused, connection):
    with DAG("d"):
        misspelt = load(
            ParquetSource("in.parquet"), into=Table(connection, "a"), checks=[checks.not_null("AMOUNT", "amout")]
        )
        strange = load(
            ParquetSource("in.parquet"), into=Table(connection, "b"), checks=[checks.accepted_values("zzz", [1])]
        )
    error = refused(misspelt)
    assert isinstance(error, CheckUnusableError)
    assert error.text.fields == {
        "check": "not_null(AMOUNT, amout)",
        "table": "a",
        "column": "amout",
        "guess": "amount",
    }
    assert refused(strange).text.fields["columns"] == "id, amount"


def test_a_check_of_broken_sql_is_named(refused, connection):
    with DAG("d"):
        broken = load(
            ParquetSource("in.parquet"),
            into=Table(connection, "a"),
            checks=[checks.sql("select *\nfrom staged where amout > 1", name="no big ones")],
        )
    error = refused(broken)
    assert isinstance(error, CheckUnusableError)
    assert (error.text.code, error.text.fields["check"]) == ("data.check_broken", "no big ones")
    assert "amout" in str(error.text.fields["detail"])


def test_too_few_rows_are_told_by_their_number(refused, connection):
    with DAG("d"):
        few = load(ParquetSource("in.parquet"), into=Table(connection, "a"), checks=[checks.row_count(min=5)])
    error = refused(few)
    assert isinstance(error, CheckFailedError)
    assert error.text.fields == {"check": "row_count(min=5)", "table": "a", "rows": 2}


def test_a_missing_folder_is_told_with_its_connection(home, refused):
    with DAG("d"):
        far = load(ParquetSource("in.parquet"), into=Table("far", "a"))
    error = refused(far)
    assert isinstance(error, TargetError)
    assert error.text.code == "data.connection_folder"
    assert error.text.fields == {"connection": "far", "host": "no/w.duckdb", "folder": str(home / "no")}


@pytest.mark.parametrize(
    ("text", "columns", "code", "fields"),
    [
        (
            "id;name;amount\n1;a;2\n2;b;oops\n",
            {"amount": "int64"},
            "files.csv_value",
            {"line": 3, "column": "amount", "value": "oops", "type": "int64"},
        ),
        (
            "id;amount\n1;2\n2;3;4\n",
            None,
            "files.csv_row",
            {"line": 3, "expected": 2, "found": 3, "row": "2;3;4"},
        ),
        ("id;amount\n1;2\n", {"amout": "int64"}, "files.column_guess", {"column": "amout", "guess": "amount"}),
        ("id;amount\n1;2\n", {"zzz": "int64"}, "files.column", {"column": "zzz", "columns": "id, amount"}),
        (
            "id;at\n1;yesterday\n",
            {"at": "timestamp[us, UTC]"},
            "files.csv_value",
            {"line": 2, "column": "at", "value": "yesterday", "type": "timestamp[us, tz=UTC]"},
        ),
        ("", {"id": "int64"}, "files.broken", {"detail": "Empty CSV file"}),
    ],
)
def test_a_csv_file_is_told_by_row_and_column(home, refused, text, columns, code, fields):
    (home / "in.csv").write_text(text)
    with DAG("d"):
        task = load(CsvSource("in.csv", columns=columns, delimiter=";"), into=Table("app", "a"))
    error = refused(task)
    assert isinstance(error, SourceShapeError)
    assert error.text.code == code
    assert error.text.fields == {"file": str(home / "in.csv"), **fields}


def test_a_value_that_is_wrong_in_a_later_block_is_told_the_same(home, refused):
    (home / "in.csv").write_text("id,n\n" + "1,2\n" * 600_000 + "1,x\n")
    with DAG("d"):
        task = load(CsvSource("in.csv", columns={"n": "int64"}), into=Table("warehouse", "a"))
    fields = refused(task).text.fields
    assert (fields["line"], fields["column"], fields["value"]) == (600_002, "n", "x")


def test_a_file_that_is_no_parquet_is_told_so(home, refused):
    (home / "x.parquet").write_text("id\n1\n")
    with DAG("d"):
        wrong = load(ParquetSource("x.parquet"), into=Table("app", "a"))
        lost = load(ParquetSource("y.parquet"), into=Table("app", "b"))
    assert refused(wrong).text.code == "files.not_parquet"
    assert refused(lost).text.code == "files.missing"
