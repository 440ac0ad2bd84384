"""Errors of the scheduler.

MulgilError
└── SchedulerError
    ├── VersionMissingError     a run is pinned to a dag version that isn't stored
    └── ListenError             the gateway's socket can't be made
"""

from mulgil.i18n import MulgilError


class SchedulerError(MulgilError):
    """The scheduler can't do its work."""


class VersionMissingError(SchedulerError):
    """The code that a run is pinned to isn't known."""


class ListenError(SchedulerError):
    """Worker daemons can't be listened to."""
