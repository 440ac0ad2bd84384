"""Errors of proving.

MulgilError
└── ProvingError        a proof can't begin: nothing to run, or a target too large to copy
"""

from mulgil.i18n import MulgilError


class ProvingError(MulgilError):
    """A pipeline can't be proven as it was asked for."""
