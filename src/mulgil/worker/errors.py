"""Errors of the worker.

MulgilError
└── WorkerError
    ├── AnswerError         the gateway answered something else than was asked
    └── JournalError        a journal can't be used: it was written by a newer version
"""

from mulgil.i18n import MulgilError


class WorkerError(MulgilError):
    """The worker can't do its part."""


class AnswerError(WorkerError):
    """An answer holds neither what was asked for nor a reason."""


class JournalError(WorkerError):
    """A journal can't be read or written."""
