"""Encryption of secrets at rest, with keys from the home's key file."""

from mulgil.secrets.errors import KeyFileError, SecretsError, UndecryptableError
from mulgil.secrets.file_cipher import FileCipher

__all__ = ["FileCipher", "KeyFileError", "SecretsError", "UndecryptableError"]
