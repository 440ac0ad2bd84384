"""What every process of a worker is given by the one that it comes from."""

from dataclasses import dataclass

from mulgil.config import Home
from mulgil.messages import Assignment
from mulgil.ports import Clock


@dataclass(frozen=True, kw_only=True)
class WorkerContext:
    """Where the worker works, and by what clock.

    `lifeline` is the reading end of a pipe whose writing end only the daemon holds: its end means that
    the daemon is gone. `faults` arms fault points of the write path; empty where nobody tests.
    """

    home: Home
    clock: Clock
    lifeline: int
    faults: str = ""

    def log_of(self, assignment: Assignment) -> str:
        """Return the file of the log of an attempt's try."""
        instance = assignment.instance
        path = self.home.task_log(
            dag_id=instance.dag_id,
            run_id=instance.run_id,
            task_id=instance.task_id,
            map_index=instance.map_index,
            try_number=instance.try_number,
        )
        return str(path)
