"""Errors of the vocabulary itself.

MulgilError
└── ModelError      a value that can't be: an inverted interval, a naive instant
"""

from mulgil.i18n import MulgilError


class ModelError(MulgilError):
    """A value of the vocabulary was given impossible contents."""
