"""A scratch installation for a workload, and the check that a run did what it should have."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mulgil.model import TaskInstanceState
from tools.installation import Installation

RUN_SECONDS = 300


class WorkloadError(Exception):
    """A workload did not do what it should have; its figures would mean nothing."""


class Scratch(Installation):
    """A scratch home whose tasks leave stamps."""

    def __init__(self, home: Path) -> None:
        """Let tasks stamp into a file of the home."""
        self.stamps = home / "stamps"
        super().__init__(home, variables={"STAMPS": str(self.stamps)})

    def run(self, dag_id: str, *, tasks: int) -> float:
        """Trigger a run, wait for its end, check it; return CLOCK_MONOTONIC at the trigger."""
        self.stamps.unlink(missing_ok=True)
        triggered_at = time.clock_gettime(time.CLOCK_MONOTONIC)
        run_id = self.trigger(dag_id)
        self.wait_for_end(dag_id, run_id, seconds=RUN_SECONDS)
        instances = self.control.task_instances(dag_id, run_id)
        wrong = [item for item in instances if item.state is not TaskInstanceState.SUCCESS or item.try_number != 1]
        if wrong or len(instances) != tasks:
            raise WorkloadError(f"{len(instances)} task instances, of which these did not succeed once: {wrong[:3]}")
        return triggered_at

    def read_stamps(self) -> dict[str, tuple[float, float]]:
        """Return each task's first and last instant; every task has stamped exactly once."""
        stamps: dict[str, list[float]] = {}
        for line in self.stamps.read_text().splitlines():
            name, instant = line.split()
            stamps.setdefault(name, []).append(float(instant))
        if any(len(pair) != 2 for pair in stamps.values()):
            raise WorkloadError("a task ran more or less than once")
        return {name: (pair[0], pair[1]) for name, pair in stamps.items()}


@contextmanager
def scratch_installation(*, started: bool = True) -> Iterator[Scratch]:
    """Yield a scratch home on this disk, with `mulgil up` running unless told otherwise."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-home-") as folder:
        scratch = Scratch(Path(folder))
        try:
            if started:
                scratch.start()
            yield scratch
        finally:
            scratch.stop()
