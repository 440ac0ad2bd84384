"""Errors of the metadata stores, beside those that `mulgil.ports` names.

MulgilError
└── PortError
    └── StoreError
        ├── MissingRowError         a batch changes what isn't there, or answers what is answered
        ├── StoreClosedError        the store is used after its close, or in another process than its own
        └── UnusableDatabaseError   no database of ours, damaged, or in a place where it can't be kept safely
"""

from mulgil.model import DagRun
from mulgil.ports import StoreError, UniquenessError


class MissingRowError(StoreError):
    """A batch names a row that isn't stored, or not in the state that it needs; nothing was written."""


class StoreClosedError(StoreError):
    """The store can't be used here any more: it was closed, or this process inherited it by a fork."""


class UnusableDatabaseError(StoreError):
    """The database can't be opened, now or later, before somebody changes something."""


def run_exists(run: DagRun) -> UniquenessError:
    """Return the error for a new run whose id its dag has given already."""
    return UniquenessError("store.run_exists", dag_id=run.dag_id, run_id=run.run_id)


def interval_taken(run: DagRun, *, other: DagRun) -> UniquenessError:
    """Return the error for a new scheduled or backfill run of an interval that has one."""
    return UniquenessError(
        "store.interval_taken",
        dag_id=run.dag_id,
        run_id=run.run_id,
        other_run_id=other.run_id,
        start=run.data_interval.start.isoformat(),
        end=run.data_interval.end.isoformat(),
    )


def run_uid_taken(run: DagRun) -> UniquenessError:
    """Return the error for a new run whose uid another run has."""
    return UniquenessError("store.run_uid_taken", dag_id=run.dag_id, run_id=run.run_id, run_uid=run.run_uid)
