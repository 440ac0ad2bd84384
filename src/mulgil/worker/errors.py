"""Errors of the worker.

MulgilError
└── WorkerError
    ├── AnswerError         the gateway answered something else than was asked
    ├── CutOffError         the task has closed the descriptor that it was to report by
    ├── ForkedTaskError     a process that the task forked asked for something
    └── JournalError        a journal can't be used: another's, written by a newer version, or not writable
"""

from mulgil.i18n import MulgilError


class WorkerError(MulgilError):
    """The worker can't do its part."""


class AnswerError(WorkerError):
    """An answer holds neither what was asked for nor a reason."""


class CutOffError(WorkerError):
    """The attempt's way to its daemon is gone, by the task's own doing."""


class ForkedTaskError(WorkerError):
    """Only the task's own process has a way to the daemon; its children can't share it."""


class JournalError(WorkerError):
    """A journal can't be read or written."""
