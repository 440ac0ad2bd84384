"""Errors of encryption at rest.

MulgilError
└── SecretsError
    ├── KeyFileError          the key file is missing, unreadable, open to others, or holds no keys
    └── UndecryptableError    a secret was encrypted with another key, or was changed since
"""

from mulgil.i18n import MulgilError


class SecretsError(MulgilError):
    """A secret can't be encrypted or decrypted."""


class KeyFileError(SecretsError):
    """The key file can't be used."""


class UndecryptableError(SecretsError):
    """No key in the key file opens this secret."""
