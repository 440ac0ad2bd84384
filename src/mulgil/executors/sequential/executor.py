"""One attempt at a time on this host's worker daemons."""

from mulgil.executors.local.executor import LocalExecutor
from mulgil.ports import WorkerLink


class SequentialExecutor(LocalExecutor):
    """A `LocalExecutor` of parallelism 1: the next attempt starts after the report of the one before."""

    def __init__(self, link: WorkerLink) -> None:
        """Run one attempt at a time through `link`."""
        super().__init__(link, parallelism=1)

    @property
    def name(self) -> str:
        """`SequentialExecutor`."""
        return "SequentialExecutor"
