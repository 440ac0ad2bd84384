"""`ports.Cipher` with Fernet keys (AES-128-CBC and HMAC-SHA256) from a file.

The file holds one key a line; the first encrypts, all decrypt. To rotate: put a new key on the first
line, save every secret again, remove the old line. The file is read at the first use and made at the
first *encryption*: a missing key must not be replaced by a new one when old secrets wait to be read.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mulgil.secrets.errors import KeyFileError, UndecryptableError

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

_PRIVATE = 0o600
_OTHERS = 0o077


class FileCipher:
    """Encrypts with the keys of one file, which only its owner may read."""

    def __init__(self, path: Path) -> None:
        """Remember where the keys are; nothing is read or made yet."""
        self._path = path

    def encrypt(self, plain: bytes) -> bytes:
        """Return `plain` encrypted and authenticated; makes the key file if there is none.

        Raises:
            KeyFileError: The key file can't be made or used.
        """
        if not self._path.exists():
            _create(self._path)
        return self._fernet.encrypt(plain)

    def decrypt(self, token: bytes) -> bytes:
        """Return what was encrypted.

        Raises:
            KeyFileError: The key file is missing or can't be used.
            UndecryptableError: The token was made with another key or was changed.
        """
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(token)
        except InvalidToken as error:
            raise UndecryptableError("secrets.wrong_key", path=str(self._path)) from error

    @cached_property
    def _fernet(self) -> "MultiFernet":
        from cryptography.fernet import Fernet, MultiFernet

        lines = _read(self._path).splitlines()
        try:
            keys = [Fernet(line.strip()) for line in lines if line.strip()]
            return MultiFernet(keys)
        except ValueError as error:
            raise KeyFileError("secrets.key_file_malformed", path=str(self._path)) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS:
                raise KeyFileError("secrets.key_file_open_to_others", path=str(path))
            return file.read()
    except FileNotFoundError as error:
        raise KeyFileError("secrets.key_file_missing", path=str(path)) from error
    except OSError as error:
        raise KeyFileError("secrets.key_file_unreadable", path=str(path), why=str(error)) from error


def _create(path: Path) -> None:
    """Make the key file whole or not at all; of several processes one makes it and the others use it."""
    from cryptography.fernet import Fernet

    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _PRIVATE)
        try:
            os.write(descriptor, Fernet.generate_key() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise KeyFileError("secrets.key_file_not_made", path=str(path), why=str(error)) from error


def _sync_folder(folder: Path) -> None:
    """Make the new name last: a key lost in a power cut would take every secret with it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
