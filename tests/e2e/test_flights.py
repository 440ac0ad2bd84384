"""The main job on real data, through every process: January, compared with plain Python; and the demonstration."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

from mulgil.model import Connection, DagRunState
from tools.installation import Installation, wait_until

FLIGHTS = Path(__file__).parents[2] / "examples" / "nyc_flights"
JANUARY = (date(2013, 1, 1), date(2013, 1, 31))
FLIGHTS_IN_JANUARY = 27_004


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The independent check, which imports nothing of mulgil."""
    spec = importlib.util.spec_from_file_location("flights_reference", FLIGHTS / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.long
def test_january_through_the_real_path_equals_plain_python(
    installation: Installation, flights_api: Callable[..., str], reference: ModuleType
) -> None:
    first, last = JANUARY
    installation.write_dag("nyc_flights", (FLIGHTS / "nyc_flights.py").read_text())
    (installation.home / "dags" / "range.toml").write_text(f"first = {first}\nlast = {last}\n")
    installation.mulgil("db", "upgrade")
    for connection_id, conn_type, host in (
        ("flights_api", "http", flights_api()),
        ("warehouse", "duckdb", "warehouse.duckdb"),
        ("app", "sqlite", "app.sqlite"),
    ):
        installation.control.put_connection(Connection(connection_id=connection_id, conn_type=conn_type, host=host))
    installation.start()

    def all_succeeded() -> bool:
        runs = installation.control.runs(dag_id="nyc_flights")
        assert not [run for run in runs if run.state is DagRunState.FAILED]
        return len(runs) == 31 and all(run.state is DagRunState.SUCCESS for run in runs)

    wait_until(all_succeeded, 300, "thirty-one runs")
    expected = reference.exported_totals(first=first, last=last).as_json()
    assert expected["flights"] == FLIGHTS_IN_JANUARY
    with duckdb.connect(str(installation.home / "warehouse.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("select count(*), count(distinct flight_id) from raw.flights").fetchall() == [
            (FLIGHTS_IN_JANUARY, FLIGHTS_IN_JANUARY)
        ]
        days = dict(warehouse.execute("select flight_date::varchar, count(*) from raw.flights group by 1").fetchall())
        carriers = warehouse.execute(
            """
            select carrier, sum(flights)::int, sum(dep_delay_minutes) / sum(departed),
                   sum(arr_delay_minutes) / sum(arrived)
            from mart.carrier_daily group by carrier
            """
        ).fetchall()
        routes = warehouse.execute(
            "select origin || '-' || dest, sum(flights)::int from mart.route_delay group by 1"
        ).fetchall()
    assert days == expected["days"]
    assert {row[0] for row in carriers} == expected["carriers"].keys()
    for carrier, count, dep_delay, arr_delay in carriers:
        group = expected["carriers"][carrier]
        assert count == group["flights"]
        assert dep_delay == pytest.approx(group["mean_dep_delay"], rel=1e-12)
        assert arr_delay == pytest.approx(group["mean_arr_delay"], rel=1e-12)
    assert dict(routes) == {route: group["flights"] for route, group in expected["routes"].items()}


@pytest.mark.long
def test_the_demonstration_holds(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(FLIGHTS / "demo.py"), "--home", str(tmp_path / "demo")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    facts = json.loads(done.stdout.splitlines()[-1].removeprefix("demo: "))
    assert facts == {"tables_equal": True, "runs": 14, "tries_killed": 3, "rows_flights": 12_208}
