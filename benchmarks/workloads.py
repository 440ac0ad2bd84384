"""Chains, fans and triggers through every process."""

import time
from itertools import pairwise

from benchmarks.measure import SAMPLES, Record
from benchmarks.scratch import Scratch, WorkloadError, scratch_installation

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
