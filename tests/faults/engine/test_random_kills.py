"""Seeded SIGKILLs spread over every process while two thousand tasks run: nothing lost, nothing doubled.

A thousand tasks only stamp; a thousand each load one partition of one SQLite table. Every attempt appends its id
at its first and at its last line to an append-only file, so that what really ran can be read afterwards without
asking the system under test.
"""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from mulgil.model import Connection, DagRunState, TaskInstanceState
from tools.installation import Installation

TASKS = 1000
KILLS = 110
SEED = 20130101
# How the kills are spread; the supervisor has a test of its own.
ROLES = {"task": 40, "zygote": 25, "daemon": 17, "scheduler": 18, "dag-processor": 10}
MEAN_PAUSE_SECONDS = 0.28

STAMPS = """
import os

def stamp(mark):
    from mulgil import get_current_context
    ti = get_current_context()["ti"]
    line = f"{mark} {ti.task_id} {ti.try_number} {ti.value.attempt_id} {os.getpid()}\\n".encode()
    descriptor = os.open(os.environ["STAMPS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, line)
    os.close(descriptor)
"""

PLAIN = (
    STAMPS
    + f"""
import time
from mulgil import dag, task

@task(retries=20, retry_delay=0)
def work():
    stamp("first")
    time.sleep(0.05)
    stamp("last")

@dag(schedule=None, max_active_tasks=1000)
def plain():
    for number in range({TASKS}):
        work.override(task_id=f"work_{{number:04}}")()

plain()
"""
)

LOADING = (
    STAMPS
    + f"""
from contextlib import contextmanager
from mulgil import Table, dag
from mulgil.data import LoadOperator, Source
from mulgil.data.target import Batches

exact = Table("target", "exact", partition_by="part", grain="value")

class Rows(Source):
    preload = ("pyarrow",)
    shown_as = "rows"

    def __init__(self, number):
        self.number = number

    @contextmanager
    def open(self, reading):
        import pyarrow as pa
        items = list(range(10))
        values = [self.number * 1000 + item for item in items]
        batch = pa.record_batch(dict(part=[self.number] * 10, item=items, value=values))
        yield Batches(batch.schema, iter([batch]))

class StampedLoad(LoadOperator):
    def execute(self, context):
        stamp("first")
        result = super().execute(context)
        stamp("last")
        return result

@dag(schedule=None, max_active_tasks=1000)
def loading():
    for number in range({TASKS}):
        StampedLoad(
            task_id=f"load_{{number:04}}",
            source=Rows(number),
            into=exact,
            partition=[number],
            retries=20,
            retry_delay=0,
        )

loading()
"""
)


@pytest.mark.long
def test_nothing_is_lost_and_nothing_doubled(
    installation: Installation, tmp_path: Path, proof: dict[str, float]
) -> None:
    _prepare(installation)
    runs = {dag_id: installation.trigger(dag_id) for dag_id in ("plain", "loading")}

    killed = _shoot(installation, random.Random(SEED), lambda: _all_ended(installation, runs))
    for dag_id, run_id in runs.items():
        run = installation.wait_for_end(dag_id, run_id, seconds=600)
        assert run.state is DagRunState.SUCCESS, _unhappy(installation, dag_id, run_id)

    overlaps, lost, wrong_tries = _read_what_happened(installation, runs, tmp_path / "stamps", killed)
    proof |= {
        "faults.kills": sum(map(len, killed.values())),
        "faults.tasks": 2 * TASKS,
        "faults.lost": lost,
        "faults.overlaps": overlaps,
        "faults.tries_wrong": wrong_tries,
    }
    assert sum(map(len, killed.values())) >= 100
    assert (lost, overlaps, wrong_tries) == (0, 0, 0)
    _check_table(installation.home / "target.sqlite")


@pytest.mark.long
def test_a_killed_supervisor_is_followed_by_another(installation: Installation, tmp_path: Path) -> None:
    _prepare(installation)
    runs = {dag_id: installation.trigger(dag_id) for dag_id in ("plain", "loading")}
    for _ in range(3):
        time.sleep(1.5)
        assert installation.supervisor is not None
        installation.supervisor.kill()
        installation.supervisor.wait()
        installation.start()
    for dag_id, run_id in runs.items():
        run = installation.wait_for_end(dag_id, run_id, seconds=600)
        assert run.state is DagRunState.SUCCESS, _unhappy(installation, dag_id, run_id)
    assert _read_what_happened(installation, runs, tmp_path / "stamps", {}) == (0, 0, 0)
    _check_table(installation.home / "target.sqlite")


def _prepare(installation: Installation) -> None:
    installation.write_dag("plain", PLAIN)
    installation.write_dag("loading", LOADING)
    installation.start()
    installation.control.put_connection(Connection(connection_id="target", conn_type="sqlite", host="target.sqlite"))
    for dag_id in ("plain", "loading"):
        installation.wait_for_dag(dag_id)


def _shoot(installation: Installation, dice: random.Random, is_over: Callable[[], bool]) -> dict[str, set[int]]:
    """Kill processes of random roles until all kills are spent or everything has ended; pids by role."""
    plan = [role for role, count in ROLES.items() for _ in range(count)]
    dice.shuffle(plan)
    killed: dict[str, set[int]] = defaultdict(set)
    while plan and not is_over():
        time.sleep(dice.expovariate(1 / MEAN_PAUSE_SECONDS))
        candidates = installation.by_role()
        role = next((name for name in plan if candidates[name]), None)
        if role is None:
            continue
        victim = dice.choice(candidates[role])
        try:
            victim.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
        plan.remove(role)
        killed[role].add(victim.pid)
    return killed


def _all_ended(installation: Installation, runs: dict[str, str]) -> bool:
    return all(installation.control.run(*pair).state.is_finished for pair in runs.items())


def _read_what_happened(
    installation: Installation, runs: dict[str, str], stamps: Path, killed: dict[str, set[int]]
) -> tuple[int, int, int]:
    """Return overlaps, lost tasks and wrongly consumed tries, from the stamps and the attempts' rows."""
    seen: dict[str, list[tuple[str, str]]] = defaultdict(list)
    pids: dict[str, int] = {}
    for line in stamps.read_text().splitlines():
        mark, task_id, _, attempt_id, pid = line.split()
        seen[task_id].append((mark, attempt_id))
        pids[attempt_id] = int(pid)
    overlaps = sum(_overlaps(marks) for marks in seen.values())
    # A fresh fork is still called a zygote for an instant, so a shot at any role may have hit a task's process.
    shot = set().union(*killed.values())
    lost = wrong_tries = 0
    for dag_id, run_id in runs.items():
        committed = {item.task_id for item in installation.control.asset_commits(dag_id, run_id)}
        died = Counter[str]()
        for attempt in installation.control.attempts(dag_id, run_id):
            pid = attempt.pid or pids.get(attempt.attempt_id)
            # Shot before it could say its pid to anybody: the word of the daemon that reaped it has to do.
            died[attempt.task_id] += attempt.outcome == "died" and (pid is None or pid in shot)
        for instance in installation.control.task_instances(dag_id, run_id):
            # A load that was shot after its commit never came to its last line: its ledger record says that it is done.
            complete = instance.task_id in committed or any(mark == "last" for mark, _ in seen[instance.task_id])
            lost += instance.state is not TaskInstanceState.SUCCESS or not complete
            wrong_tries += instance.try_number - 1 != died[instance.task_id]
    return overlaps, lost, wrong_tries


def _overlaps(marks: list[tuple[str, str]]) -> int:
    """Count the attempts that began after another one did and ended before that one ended.

    An attempt that was killed has no last line, so a new one may begin at any time after it: only a last line that
    comes after a later attempt's first line shows that two ran at once.
    """
    found = 0
    newest = None
    for mark, attempt_id in marks:
        if mark == "first":
            found += attempt_id == newest
            newest = attempt_id
        elif attempt_id != newest:
            found += 1
    return found


def _check_table(file: Path) -> None:
    with sqlite3.connect(file) as target:
        rows = target.execute("select part, item, value from exact order by part, item").fetchall()
        stages = target.execute(
            "select name from sqlite_master where type = 'table' and name like '\\_mulgil\\_stage%' escape '\\'"
        ).fetchall()
    assert rows == [(part, item, part * 1000 + item) for part in range(TASKS) for item in range(10)]
    assert stages == []


def _unhappy(installation: Installation, dag_id: str, run_id: str) -> list[object]:
    instances = installation.control.task_instances(dag_id, run_id)
    return [item for item in instances if item.state is not TaskInstanceState.SUCCESS][:5]
