"""`python -m benchmarks [GROUP …]`: measure all groups, or the named ones."""

import platform
import sys

import psutil

from benchmarks import floor, start, workloads, writes
from benchmarks.measure import Record
from benchmarks.scratch import WorkloadError
from mulgil.model import VERSION

GROUPS = {
    "floor": floor.measure,
    "imports": start.measure_imports,
    "cli": start.measure_cli,
    "chain": workloads.measure_chain,
    "fan": workloads.measure_fan,
    "trigger": workloads.measure_trigger,
    "backfill": workloads.measure_backfill,
    "up": start.measure_up,
    "writes": writes.measure,
    "demo": start.measure_demo,
    "idle": start.measure_idle,
}


def main() -> int:
    """Measure; return 1 if a workload failed its own check."""
    names = sys.argv[1:] or list(GROUPS)
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        print(f"unknown group {unknown[0]!r}; the groups are: {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    record = Record()
    record.values |= {
        "format": 1,
        "mulgil": VERSION,
        "python": platform.python_version(),
        "cpus": psutil.cpu_count() or 0,
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
    }
    failed = False
    for name in names:
        print(f"measuring {name} …", flush=True)
        try:
            GROUPS[name](record)
        except WorkloadError as error:
            failed = True
            print(f"{name}: not measured: {error}", file=sys.stderr)
    record.write()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
