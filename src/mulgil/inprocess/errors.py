"""Errors of runs without a server.

MulgilError
└── InProcessError
    └── RequestError        what is to be run can't be: no such task, date or dag
"""

from mulgil.i18n import MulgilError


class InProcessError(MulgilError):
    """A run in this process can't begin or can't go on."""


class RequestError(InProcessError):
    """What was asked for doesn't fit the dag."""
