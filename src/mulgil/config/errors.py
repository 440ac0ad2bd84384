"""Errors of configuration.

MulgilError
└── ConfigError
    ├── SettingsError    a settings file or variable has a key or value that means nothing
    └── FolderError      a folder that must be private isn't, or can't be made
"""

from mulgil.i18n import MulgilError


class ConfigError(MulgilError):
    """mulgil can't run as it is configured."""


class SettingsError(ConfigError):
    """A settings file or an environment variable can't be understood."""


class FolderError(ConfigError):
    """A folder can't be used for what others must not touch."""
