"""Errors that every adapter of a port raises alike.

MulgilError
└── PortError
    ├── StoreError
    │   ├── LeaseLostError          another scheduler has taken over
    │   ├── UniquenessError         what was to be created exists already
    │   ├── StoreUnavailableError   busy beyond its time-out, full, or gone
    │   └── SchemaVersionError      the database is older or newer than the program
    ├── WorkerLinkError             the worker can't be reached or refuses
    └── NotFoundError               what was named doesn't exist
"""

from mulgil.i18n import MulgilError


class PortError(MulgilError):
    """An adapter failed in a way that its port names."""


class StoreError(PortError):
    """The metadata store refused or failed; nothing was written."""


class LeaseLostError(StoreError):
    """The scheduler's epoch is no longer the newest."""


class UniquenessError(StoreError):
    """A row with this identity exists already."""


class StoreUnavailableError(StoreError):
    """The database did not do it now; the same call may succeed later."""


class SchemaVersionError(StoreError):
    """The database's schema is not the one that this program knows."""


class WorkerLinkError(PortError):
    """A worker can't be reached."""


class NotFoundError(PortError):
    """A named dag, run, task, pool, connection or variable doesn't exist."""
