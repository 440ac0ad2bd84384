"""What really happened to attempts, whatever anybody was told of it."""

from datetime import datetime
from enum import StrEnum

from mulgil.messages import Outcome, Skipped, Succeeded
from mulgil.model import AssetCommit


class Truth(StrEnum):
    """How an attempt's process came to its end."""

    SUCCEEDED = "succeeded"
    SKIPPED = "skipped"
    # By itself: it raised, left, or hung until its time was over.
    FAILED = "failed"
    # By somebody who isn't one of ours.
    KILLED = "killed"


class TruthBook:
    """The truth by attempt. A process that was killed after its work may have more than one."""

    def __init__(self) -> None:
        self._truths: dict[str, set[Truth]] = {}

    def note(self, attempt_id: str, truth: Truth) -> None:
        """Write down what happened."""
        self._truths.setdefault(attempt_id, set()).add(truth)

    def note_outcome(self, attempt_id: str, outcome: Outcome) -> None:
        """Write down how a task's code ended."""
        if isinstance(outcome, Succeeded):
            self.note(attempt_id, Truth.SUCCEEDED)
        else:
            self.note(attempt_id, Truth.SKIPPED if isinstance(outcome, Skipped) else Truth.FAILED)

    def holds(self, attempt_id: str, *truths: Truth) -> bool:
        """Whether any of `truths` is one of the attempt's."""
        return not self._truths.get(attempt_id, set()).isdisjoint(truths)


class Target:
    """The database that resolvable tasks write to: whole commits by attempt, with a ledger."""

    def __init__(self) -> None:
        self._ledger: dict[str, tuple[AssetCommit, ...]] = {}

    def commit(self, attempt_id: str, *, at: datetime) -> tuple[AssetCommit, ...]:
        """Write something under the attempt's name."""
        record = AssetCommit(
            connection_id="target",
            table_name="table",
            scope="",
            fence=len(self._ledger) + 1,
            write_id=attempt_id,
            producer=attempt_id,
            mode="replace",
            rows=1,
            committed_at=at,
        )
        self._ledger[attempt_id] = (record,)
        return self._ledger[attempt_id]

    def commits_of(self, attempt_id: str) -> tuple[AssetCommit, ...]:
        """Return what an attempt has written."""
        return self._ledger.get(attempt_id, ())
