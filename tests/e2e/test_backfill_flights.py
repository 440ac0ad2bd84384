"""The past of the flights, by backfills: January; with FULL=1 in the environment the whole year.

First by one command, undisturbed, compared with plain Python. Then by two backfills that overlap each other and
the live schedule, while processes are killed at random: the same tables, row for row, and no work done twice.
"""

import json
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import psutil
import pytest

from mulgil.model import BackfillRunState, BackfillState, Connection, DagRunState, TaskInstanceState
from mulgil.ports import BackfillRequest
from tools.flights import reference_totals
from tools.installation import Installation, wait_until

FLIGHTS = Path(__file__).parents[2] / "examples" / "nyc_flights"
IS_FULL = os.environ.get("FULL") == "1"
FIRST, LAST = date(2013, 1, 1), date(2013, 12, 31) if IS_FULL else date(2013, 1, 31)
ZONE = ZoneInfo("America/New_York")
KILLS = 20
SEED = 20131231
MOST_SECONDS = 3_600 if IS_FULL else 600
# Whom the kills hit; a dead supervisor is started again.
ROLES = ("scheduler", "daemon", "zygote", "task", "task", "dag-processor", "supervisor")
WAREHOUSE = ("raw.flights", "raw.weather", "raw.airlines", "raw.airports", "mart.carrier_daily", "mart.route_delay")

Digests = dict[str, tuple[int, str]]


@pytest.fixture(scope="module")
def left() -> list[Digests]:
    """What the tests of this file left in their tables, in the order in which they ran."""
    return []


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)


def prepare(installation: Installation, url: str, *, schedule: tuple[date, date]) -> None:
    """Set the example up so that its own schedule covers only a part of the days."""
    installation.write_dag("nyc_flights", (FLIGHTS / "nyc_flights.py").read_text())
    first, last = schedule
    (installation.home / "dags" / "range.toml").write_text(f"first = {first}\nlast = {last}\n")
    installation.mulgil("db", "upgrade")
    for connection_id, conn_type, host in (
        ("flights_api", "http", url),
        ("warehouse", "duckdb", "warehouse.duckdb"),
        ("app", "sqlite", "app.sqlite"),
    ):
        installation.control.put_connection(Connection(connection_id=connection_id, conn_type=conn_type, host=host))
    installation.start()
    installation.wait_for_dag("nyc_flights")


def digests(installation: Installation) -> Digests:
    """Return what each table holds, whatever the order of its rows."""
    found: Digests = {}
    with duckdb.connect(str(installation.home / "warehouse.duckdb"), read_only=True) as warehouse:
        for table in WAREHOUSE:
            count, digest = warehouse.execute(f"select count(*), sum(hash(t)) from {table} t").fetchall()[0]
            found[table] = (count, str(digest))
    with sqlite3.connect(installation.home / "app.sqlite") as app:
        rows = sorted(map(repr, app.execute("select * from carrier_daily")))
    found["carrier_daily"] = (len(rows), sha256("\n".join(rows).encode()).hexdigest())
    return found


def compare(left: list[Digests], tables: Digests, proof: dict[str, float | str | bool]) -> None:
    """Compare with what the other way to the same tables left, if that was gone before."""
    left.append(tables)
    assert all(found == tables for found in left)
    if len(left) > 1:
        proof["backfill.killed_tables_equal"] = True


def check_work(installation: Installation) -> None:
    """Check that every day has one run, and that every task of it succeeded once."""
    days = (LAST - FIRST).days + 1
    runs = installation.control.runs(dag_id="nyc_flights", limit=1000)
    assert sorted(run.logical_date for run in runs) == [midnight(FIRST + timedelta(days=day)) for day in range(days)]
    assert {run.state for run in runs} == {DagRunState.SUCCESS}
    for run in runs:
        succeeded: Counter[str] = Counter()
        for attempt in installation.control.attempts("nyc_flights", run.run_id):
            succeeded[attempt.task_id] += attempt.outcome == "succeeded"
        for item in installation.control.task_instances("nyc_flights", run.run_id):
            assert (item.state, item.clear_number) == (TaskInstanceState.SUCCESS, 0)
            assert succeeded[item.task_id] == 1


def check_totals(installation: Installation) -> int:
    """Compare with what plain Python counts; return the number of flights."""
    expected = reference_totals(FIRST, LAST)
    with duckdb.connect(str(installation.home / "warehouse.duckdb"), read_only=True) as warehouse:
        days = dict(warehouse.execute("select flight_date::varchar, count(*) from raw.flights group by 1").fetchall())
        carriers = warehouse.execute(
            """
            select carrier, sum(flights)::int, sum(dep_delay_minutes) / sum(departed),
                   sum(arr_delay_minutes) / sum(arrived)
            from mart.carrier_daily group by carrier
            """
        ).fetchall()
        routes = dict(
            warehouse.execute(
                "select origin || '-' || dest, sum(flights)::int from mart.route_delay group by 1"
            ).fetchall()
        )
        keys = warehouse.execute("select count(distinct flight_id) from raw.flights").fetchall()[0][0]
    assert days == expected["days"]
    assert {row[0] for row in carriers} == expected["carriers"].keys()
    for carrier, count, dep_delay, arr_delay in carriers:
        group = expected["carriers"][carrier]
        assert count == group["flights"]
        assert dep_delay == pytest.approx(group["mean_dep_delay"], rel=1e-9)
        assert arr_delay == pytest.approx(group["mean_arr_delay"], rel=1e-9)
    assert routes == {name: group["flights"] for name, group in expected["routes"].items()}
    assert keys == expected["flights"]
    return int(keys)


@pytest.mark.long
@pytest.mark.timeout(2 * MOST_SECONDS)
def test_the_past_by_one_command(
    installation: Installation,
    flights_api: Callable[..., str],
    left: list[Digests],
    proof: dict[str, float | str | bool],
) -> None:
    prepare(installation, flights_api(), schedule=(LAST, LAST))
    command = ("backfill", "nyc_flights", "--from", str(FIRST), "--to", str(LAST), "--yes")
    began = time.monotonic()
    done = installation.mulgil(*command, check=False)
    seconds = time.monotonic() - began
    assert done.returncode == 0, done.stdout + done.stderr
    flights = check_totals(installation)
    check_work(installation)
    tables = digests(installation)

    again = installation.mulgil(*command)
    assert "Nothing is to be done." in again.stdout
    assert digests(installation) == tables
    compare(left, tables, proof)
    assert json.loads(installation.mulgil("backfill", "list", "-o", "json").stdout)[0]["state"] == "success"
    proof |= {
        "backfill.days": (LAST - FIRST).days + 1,
        "backfill.flights": flights,
        "backfill.seconds": round(seconds, 1),
        "backfill.totals_equal": True,
        "backfill.again_changes_nothing": True,
    }


@pytest.mark.long
@pytest.mark.timeout(2 * MOST_SECONDS)
def test_the_past_by_two_backfills_and_the_schedule_while_everything_is_killed(
    installation: Installation,
    flights_api: Callable[..., str],
    left: list[Digests],
    proof: dict[str, float | str | bool],
) -> None:
    days = (LAST - FIRST).days + 1
    third = timedelta(days=days // 3)
    prepare(installation, flights_api(), schedule=(LAST - third, LAST))
    end = midnight(LAST + timedelta(days=1))
    numbers = [
        installation.backfill(
            BackfillRequest(
                dag_id="nyc_flights", range_start=midnight(FIRST), range_end=midnight(LAST - third // 2), max_active=2
            )
        ),
        installation.backfill(
            BackfillRequest(
                dag_id="nyc_flights", range_start=midnight(FIRST + third), range_end=end, is_reverse=True, max_active=2
            )
        ),
    ]
    began = time.monotonic()
    kills = _shoot(installation, random.Random(SEED), days=days)
    ended = [installation.wait_for_backfill(number, seconds=MOST_SECONDS) for number in numbers]
    assert [stored.backfill.state for stored in ended] == [BackfillState.SUCCESS] * 2
    states = Counter(run.state for stored in ended for run in stored.runs)
    assert states.keys() <= {BackfillRunState.SUCCESS, BackfillRunState.SKIPPED}

    wait_until(lambda: _done(installation) == days, MOST_SECONDS, "the schedule's own runs")
    seconds = time.monotonic() - began
    check_totals(installation)
    check_work(installation)
    compare(left, digests(installation), proof)
    assert kills == KILLS
    proof |= {
        "backfill.kills": kills,
        "backfill.killed_seconds": round(seconds, 1),
        "backfill.double_work": 0,
    }


def _shoot(installation: Installation, dice: random.Random, *, days: int) -> int:
    """Kill processes of random roles, at random stages of the work; return how many died."""
    kills = 0
    for stage in sorted(dice.sample(range(days - 4), KILLS)):
        wait_until(lambda at=stage: _done(installation) >= at, MOST_SECONDS, f"{stage} days")  # type: ignore[misc]
        time.sleep(dice.random())
        while not _kill(installation, dice.choice(ROLES), dice):
            time.sleep(0.1)
        kills += 1
    return kills


def _done(installation: Installation) -> int:
    return installation.control.dag("nyc_flights").run_counts.get(DagRunState.SUCCESS, 0)


def _kill(installation: Installation, role: str, dice: random.Random) -> bool:
    if role == "supervisor":
        assert installation.supervisor is not None
        installation.supervisor.kill()
        installation.supervisor.wait()
        installation.start()
        return True
    found = installation.by_role()[role]
    if not found:
        return False
    try:
        dice.choice(found).send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return False
    return True
