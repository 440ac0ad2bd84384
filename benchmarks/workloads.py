"""Chains, fans and triggers through every process."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from benchmarks.measure import SAMPLES, Record
from benchmarks.scratch import RUN_SECONDS, Scratch, WorkloadError, scratch_installation
from mulgil.model import BackfillState, TaskInstanceState
from mulgil.ports import BackfillRequest, StoredBackfill

HEADER = """
import os, time
from mulgil import dag, task

def stamp(name):
    line = f"{name} {time.clock_gettime(time.CLOCK_MONOTONIC):.9f}\\n"
    descriptor = os.open(os.environ["STAMPS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(descriptor, line.encode())
    os.close(descriptor)

@task
def work(name, after=None):
    stamp(name)
    stamp(name)
    return name
"""
CHAIN = (
    HEADER
    + """
@dag(schedule=None)
def chain20():
    last = None
    for number in range(20):
        last = work.override(task_id=f"t{number:02}")(f"t{number:02}", last)

chain20()
"""
)
FAN = (
    HEADER
    + """
@dag(schedule=None, max_active_tasks=500)
def fan500():
    for number in range(500):
        work.override(task_id=f"t{number:03}")(f"t{number:03}")

fan500()
"""
)
ONE = (
    HEADER
    + """
@dag(schedule=None)
def DAG_ID():
    work("only")

DAG_ID()
"""
)


CHAIN_OF_DAYS = """
from mulgil import dag, task

@task
def work(number, after=None):
    return number

@dag(schedule="@daily", start_date="2020-01-01", max_active_runs=16)
def chain5():
    last = None
    for number in range(5):
        last = work.override(task_id=f"t{number}")(number, last)

chain5()
"""


def one_task(dag_id: str) -> str:
    """Return a dag file with a single task."""
    return ONE.replace("DAG_ID", dag_id)


def measure_chain(record: Record) -> None:
    """Twenty tasks, one after another."""
    with scratch_installation() as scratch:
        _publish(scratch, "chain20", CHAIN)
        samples = []
        for _ in range(SAMPLES + 1):
            scratch.run("chain20", tasks=20)
            stamps = scratch.read_stamps()
            names = sorted(stamps)
            edges = [stamps[after][0] - stamps[before][1] for before, after in pairwise(names)]
            samples.append(sorted(edges)[len(edges) // 2] * 1000)
        record.add("sqlite.fork.chain20.edge_ms", samples[1:])


def measure_fan(record: Record) -> None:
    """Five hundred tasks at once."""
    with scratch_installation() as scratch:
        _publish(scratch, "fan500", FAN)
        samples = []
        for _ in range(SAMPLES + 1):
            triggered_at = scratch.run("fan500", tasks=500)
            last = max(end for _, end in scratch.read_stamps().values())
            samples.append(500 / (last - triggered_at))
    record.add("sqlite.fork.fan500.tasks_per_s", samples[1:])
    floor = record.value("floor.fork_zygote_per_s")
    if floor:
        record.add("sqlite.fork.fan500.of_fork_zygote_ratio", [sample / floor for sample in samples[1:]])


def measure_trigger(record: Record) -> None:
    """From `Control.trigger` to the first line, with and without a zygote."""
    with scratch_installation() as scratch:
        cold = []
        for number in range(SAMPLES):
            dag_id = f"one{number}"
            _publish(scratch, dag_id, one_task(dag_id))
            cold.append(_first_line_ms(scratch, dag_id))
        record.add("sqlite.fork.trigger_cold_ms", cold)
        record.add("sqlite.fork.trigger_warm_ms", [_first_line_ms(scratch, "one0") for _ in range(SAMPLES)])


def measure_backfill(record: Record) -> None:
    """Thirty days of a chain of five tasks, eight days at once: from the command to the end of the backfill."""
    with scratch_installation() as scratch:
        _publish(scratch, "chain5", CHAIN_OF_DAYS)
        samples = []
        for number in range(SAMPLES + 1):
            start = datetime(2020, 1, 1, tzinfo=UTC) + number * timedelta(days=30)
            began = time.perf_counter()
            backfill_id = scratch.backfill(
                BackfillRequest(dag_id="chain5", range_start=start, range_end=start + timedelta(days=30), max_active=8)
            )
            stored = scratch.wait_for_backfill(backfill_id, seconds=RUN_SECONDS, pause=0.01)
            samples.append(time.perf_counter() - began)
            _check_backfill(scratch, stored)
        record.add("sqlite.fork.backfill30x5_s", samples[1:])


def _check_backfill(scratch: Scratch, stored: StoredBackfill) -> None:
    instances = [
        item for run in stored.runs if run.run_id for item in scratch.control.task_instances("chain5", run.run_id)
    ]
    wrong = [item for item in instances if item.state is not TaskInstanceState.SUCCESS or item.try_number != 1]
    if stored.backfill.state is not BackfillState.SUCCESS or wrong or len(instances) != 150:
        raise WorkloadError(f"backfill {stored.backfill.state}, {len(instances)} task instances, wrong: {wrong[:3]}")


def _publish(scratch: Scratch, dag_id: str, source: str) -> None:
    scratch.write_dag(dag_id, source)
    scratch.wait_for_dag(dag_id)
    time.sleep(0.5)


def _first_line_ms(scratch: Scratch, dag_id: str) -> float:
    triggered_at = scratch.run(dag_id, tasks=1)
    time.sleep(0.2)
    try:
        return (scratch.read_stamps()["only"][0] - triggered_at) * 1000
    except KeyError:
        raise WorkloadError(f"{dag_id} left no stamp") from None
