"""How the task instances directly upstream of a task have ended so far."""

from mulgil.model import TaskInstanceState

_FIELDS = {
    TaskInstanceState.SUCCESS: "success",
    TaskInstanceState.FAILED: "failed",
    TaskInstanceState.UPSTREAM_FAILED: "upstream_failed",
    TaskInstanceState.SKIPPED: "skipped",
    TaskInstanceState.REMOVED: "removed",
}


class UpstreamTally:
    """Counts of finished upstream task instances, kept up to date with every change.

    Every instance of a mapped upstream task counts. Removed ones count as if they had never been, so
    they can't keep a task waiting for ever.
    """

    __slots__ = ("expected", "failed", "removed", "skipped", "success", "upstream_failed")

    def __init__(
        self,
        expected: int,
        *,
        success: int = 0,
        failed: int = 0,
        upstream_failed: int = 0,
        skipped: int = 0,
        removed: int = 0,
    ) -> None:
        self.expected = expected
        self.success = success
        self.failed = failed
        self.upstream_failed = upstream_failed
        self.skipped = skipped
        self.removed = removed

    def count(self, state: TaskInstanceState, by: int) -> None:
        """Add `by` instances in a finished state."""
        name = _FIELDS[state]
        setattr(self, name, getattr(self, name) + by)

    @property
    def total(self) -> int:
        """How many instances count."""
        return self.expected - self.removed

    @property
    def failures(self) -> int:
        """How many failed, or could not run for a failure further up."""
        return self.failed + self.upstream_failed

    @property
    def done(self) -> int:
        """How many have ended."""
        return self.success + self.failed + self.upstream_failed + self.skipped

    @property
    def is_complete(self) -> bool:
        """Whether all have ended."""
        return self.done >= self.total
