"""The part of the metadata store that a scheduler reads and writes."""

from typing import Protocol

from mulgil.gateway import QuestionStore
from mulgil.model import DagRun
from mulgil.ports import SchedulerStore, StoredBackfill


class OwnerStore(SchedulerStore, QuestionStore, Protocol):
    """`SchedulerStore`, what attempts may ask for, and whether a run or backfill exists."""

    def run(self, dag_id: str, run_id: str) -> DagRun | None:
        """Return one run."""
        ...

    def backfill(self, backfill_id: int) -> StoredBackfill | None:
        """Return one backfill."""
        ...
