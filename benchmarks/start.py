"""Start-up, footprint at rest, imports and commands."""

import subprocess
import sys
import time
from pathlib import Path

import psutil

from benchmarks.measure import SAMPLES, Record, wall_ms
from benchmarks.scratch import Scratch, scratch_installation
from benchmarks.workloads import one_task

IDLE_SETTLE_SECONDS = 60
CPU_WINDOW_SECONDS = 12
# The shipped default after which an idle zygote goes, with some room.
ZYGOTES_RETIRED_SECONDS = 5 * 60 + 15


def measure_imports(record: Record) -> None:
    """Import and command times of whole processes."""
    record.add("import.mulgil_ms", wall_ms([sys.executable, "-c", "import mulgil"]))
    record.add("cli.version_ms", wall_ms([str(Path(sys.executable).parent / "mulgil"), "--version"]))


def measure_cli(record: Record) -> None:
    """`mulgil dags list` on a home with one dag, whole process."""
    with scratch_installation() as scratch:
        scratch.write_dag("one", one_task("one"))
        scratch.wait_for_dag("one")
        command = [str(Path(sys.executable).parent / "mulgil"), "--home", str(scratch.home), "dags", "list"]
        record.add("cli.dags_list_ms", wall_ms(command))


def measure_up(record: Record) -> None:
    """How long `mulgil up` takes on an empty and on an existing home."""
    empty, existing = [], []
    for _ in range(SAMPLES):
        with scratch_installation(started=False) as scratch:
            scratch.write_dag("one", one_task("one"))
            scratch.start()
            empty.append(scratch.ready_seconds * 1000)
            scratch.stop()
            scratch.start()
            existing.append(scratch.ready_seconds * 1000)
    record.add("up.ready_empty_home_ms", empty)
    record.add("up.ready_ms", existing)


def measure_idle(record: Record) -> None:
    """Memory and CPU at rest: right after a run, and with zygotes retired."""
    with scratch_installation() as scratch:
        scratch.write_dag("one", one_task("one"))
        scratch.wait_for_dag("one")
        scratch.run("one", tasks=1)
        record.add("up.warm_pss_mb", [_pss_mb(scratch)])
        print(f"waiting {ZYGOTES_RETIRED_SECONDS + IDLE_SETTLE_SECONDS} s until zygotes retire and all is at rest …")
        time.sleep(ZYGOTES_RETIRED_SECONDS + IDLE_SETTLE_SECONDS)
        record.add("up.idle_pss_mb", [_pss_mb(scratch) for _ in range(SAMPLES)])
        record.add("up.idle_cpu_pct", [_cpu_pct(scratch) for _ in range(SAMPLES)])


def measure_demo(record: Record) -> None:
    """The whole demonstration, once: it is its own check."""
    began = time.perf_counter()
    demo = Path(__file__).parent.parent / "examples" / "nyc_flights" / "demo.py"
    subprocess.run([sys.executable, str(demo)], check=True, capture_output=True)
    record.add("demo.wall_s", [time.perf_counter() - began])


def _pss_mb(scratch: Scratch) -> float:
    return float(sum(process.memory_full_info().pss for process in scratch.processes())) / 1e6


def _cpu_pct(scratch: Scratch) -> float:
    processes = scratch.processes()
    before = _cpu_seconds(processes)
    time.sleep(CPU_WINDOW_SECONDS)
    return (_cpu_seconds(processes) - before) / CPU_WINDOW_SECONDS * 100


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    return float(sum(times.user + times.system for times in (process.cpu_times() for process in processes)))
