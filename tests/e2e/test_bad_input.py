"""Bad input: each gets a clear error that names the place, and nothing that was good is lost."""

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from mulgil.model import Connection, DagRun, DagRunState
from tools.installation import Installation, wait_until

GOOD = """
from mulgil import dag, task

@task
def work():
    print("it works")

@dag(schedule=None)
def good():
    work()

good()
"""

BROKEN_FILES = {
    "syntax.py": ("from mulgil import dag\ndef broken(:\n    pass\n", ["syntax.py:2", "invalid syntax"]),
    "cycle.py": (
        """
from mulgil import DAG, task
with DAG("cycle", schedule=None):
    @task
    def one(): ...
    @task
    def two(): ...
    first, second = one(), two()
    first >> second >> first
""",
        ["cycle.py", "one", "two"],
    ),
    "twice.py": (
        """
from mulgil import DAG, EmptyOperator
with DAG("twice", schedule=None):
    EmptyOperator(task_id="same")
    EmptyOperator(task_id="same")
""",
        ["twice.py:5", "same"],
    ),
    "hangs.py": (
        """
from mulgil import dag
import time
time.sleep(3600)
""",
        ["hangs.py:4"],
    ),
    "hourly.py": (
        """
from mulgil import DAG, Table, transform
numbers = Table("warehouse", "mart.numbers", partition_by="day")
with DAG("hourly", schedule="@hourly", start_date="2013-01-01"):
    transform("select date '2013-01-01' as day", into=numbers)
""",
        ["hourly.py", "mart.numbers", "day", "hour"],
    ),
}


def test_a_file_that_can_not_be_imported_is_named_and_the_others_run(tmp_path: Path) -> None:
    installation = Installation(tmp_path / "home", variables={"MULGIL__DAGFILES__PARSE_TIMEOUT_SECONDS": "2"})
    installation.write_dag("good", GOOD)
    for name, (source, _) in BROKEN_FILES.items():
        installation.write_dag(Path(name).stem, source)
    # An archive's name in an old encoding is no dag file's fault.
    Path(os.fsdecode(os.fsencode(installation.home / "dags") + b"/caf\xe9.csv")).touch()
    try:
        installation.start()
        wait_until(lambda: len(installation.control.import_failures()) == len(BROKEN_FILES), 30, "import failures")
        shown = installation.mulgil("dags", "list")
        run_id = installation.trigger("good")
        assert installation.wait_for_end("good", run_id, seconds=30).state is DagRunState.SUCCESS
    finally:
        installation.stop()
    assert "good.py" in shown.stdout
    for name, (_, words) in BROKEN_FILES.items():
        failures = [part for part in shown.stderr.split("\n\n") if name in part]
        assert len(failures) == 1, shown.stderr
        for word in words:
            assert word in failures[0]


def test_a_version_that_can_not_be_imported_leaves_the_last_good_one(installation: Installation) -> None:
    installation.write_dag("good", GOOD)
    installation.start()
    installation.wait_for_dag("good")
    installation.write_dag("good", GOOD + "\n1 / 0\n")
    wait_until(lambda: bool(installation.control.import_failures()), 30, "the import failure")
    run_id = installation.trigger("good")
    assert installation.wait_for_end("good", run_id, seconds=30).state is DagRunState.SUCCESS


def test_a_second_up_on_one_home_is_refused_and_names_the_first(installation: Installation) -> None:
    installation.start()
    assert installation.supervisor is not None
    second = installation.mulgil("up", check=False)
    assert second.returncode == 1
    assert str(installation.supervisor.pid) in second.stderr
    assert str(installation.home) in second.stderr
    assert installation.supervisor.poll() is None


def test_a_database_of_a_newer_program_is_refused_and_left_alone(installation: Installation) -> None:
    installation.mulgil("db", "upgrade")
    database = installation.home / "mulgil.db"
    with sqlite3.connect(database) as connection:
        connection.execute("update alembic_version set version_num = '0999'")
    connection.close()
    before = database.read_bytes()
    for command in (["up"], ["dags", "list"], ["db", "upgrade"]):
        refused = installation.mulgil(*command, check=False)
        assert refused.returncode == 1
        assert "999" in refused.stderr
        assert "mulgil.db" in refused.stderr
    assert database.read_bytes() == before


DAY = """
from mulgil import Table, checks, dag, load
from mulgil.connectors.http import HttpSource, PageNumber

flights = Table("warehouse", "raw.flights", partition_by="flight_date")
columns = {"year": "int32", "month": "int32", "day": "int32", "carrier": "string", "flight": "int32"}

@dag(schedule="@daily", start_date="2013-01-05", end_date="2013-01-05", timezone="America/New_York")
def day():
    load(
        HttpSource("api", "/flights", params={"date": "{{ ds }}"}, pages=PageNumber(), columns=columns),
        select="select make_date(year, month, day) as flight_date, carrier, flight from source",
        into=flights,
        checks=[checks.row_count(min=MINIMUM)],
    )

day()
"""


@pytest.mark.parametrize(
    ("options", "minimum", "words"),
    [
        (["--leak-next-day", "2013-01-05"], 1, ["2013-01-06", "flight_date"]),
        (["--wrong-shape", "2013-01-05"], 1, ["/flights", "items"]),
        (["--changing-total", "2013-01-05"], 1, ["page", "rows"]),
        ([], 1_000_000, ["row_count", "1000000"]),
    ],
    ids=["row-of-the-next-day", "wrong-shape", "changing-total", "failing-check"],
)
def test_bad_rows_fail_the_task_and_leave_the_table(
    installation: Installation, flights_api: Callable[..., str], options: list[str], minimum: int, words: list[str]
) -> None:
    installation.write_dag("day", DAY.replace("MINIMUM", "1"))
    installation.start()
    installation.wait_for_dag("day")
    _connect(installation, flights_api())
    assert _run_fifth_of_january(installation).state is DagRunState.SUCCESS
    before = _table(installation.home / "warehouse.duckdb")
    assert len(before) == 720

    _connect(installation, flights_api(*options))
    if minimum > 1:
        installation.write_dag("day", DAY.replace("MINIMUM", str(minimum)))
        wait_until(lambda: installation.control.dag("day").version.number == 2, 30, "the second version")
    run = _run_fifth_of_january(installation)
    assert run.state is DagRunState.FAILED
    log = installation.mulgil("tasks", "logs", "day", run.run_id, "raw_flights").stdout
    for word in words:
        assert word in log
    assert _table(installation.home / "warehouse.duckdb") == before
    assert list(installation.home.glob("*.mulgil-stage/*.parquet")) == []


def _connect(installation: Installation, url: str) -> None:
    installation.control.put_connection(Connection(connection_id="api", conn_type="http", host=url))
    installation.control.put_connection(
        Connection(connection_id="warehouse", conn_type="duckdb", host="warehouse.duckdb")
    )


def _run_fifth_of_january(installation: Installation) -> DagRun:
    done = installation.mulgil("dags", "trigger", "day", "--logical-date", "2013-01-05", "-o", "json")
    run = installation.wait_for_end("day", json.loads(done.stdout)["run_id"], seconds=60)
    # The dag's own scheduled run may hold the file still.
    wait_until(lambda: all(item.state.is_finished for item in installation.control.runs(dag_id="day")), 60, "all runs")
    return run


def _table(file: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as warehouse:
        return sorted(warehouse.execute("select carrier, flight, flight_date::varchar from raw.flights").fetchall())


def test_a_folder_that_looks_like_a_partition_adds_no_column(tmp_path: Path, flights_api: Callable[..., str]) -> None:
    installation = Installation(tmp_path / "carrier=XX" / "home")
    installation.write_dag("day", DAY.replace("MINIMUM", "1"))
    try:
        installation.start()
        installation.wait_for_dag("day")
        _connect(installation, flights_api())
        assert _run_fifth_of_january(installation).state is DagRunState.SUCCESS
    finally:
        installation.stop()
    carriers = {row[0] for row in _table(installation.home / "warehouse.duckdb")}
    assert "XX" not in carriers
    assert len(carriers) > 10
