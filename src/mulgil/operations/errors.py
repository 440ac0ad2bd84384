"""Errors of operations. What doesn't exist is `mulgil.ports.NotFoundError`.

MulgilError
└── OperationError
    └── InvalidArgumentError    a value that this use case can't work with: conf, run id, interval, slots
"""

from mulgil.i18n import MulgilError


class OperationError(MulgilError):
    """An operation was refused before anything was written."""


class InvalidArgumentError(OperationError):
    """A value was given that the use case can't work with."""
