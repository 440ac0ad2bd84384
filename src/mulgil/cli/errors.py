"""Errors of the command line itself.

MulgilError
└── CliError
    ├── NoHomeError           the home was never set up
    ├── HomeInUseError        another scheduler runs on the home
    ├── ProjectExistsError    `mulgil init` would overwrite files
    └── ArgumentError         an argument makes no sense
"""

from mulgil.i18n import MulgilError


class CliError(MulgilError):
    """A command can't do what was asked."""


class NoHomeError(CliError):
    """There is no installation at the home."""


class HomeInUseError(CliError):
    """Only one scheduler may run on a home."""


class ProjectExistsError(CliError):
    """Files of a new project are there already."""


class ArgumentError(CliError):
    """An argument can't be read or contradicts another."""
