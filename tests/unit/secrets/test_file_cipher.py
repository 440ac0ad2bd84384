"""Encryption at rest: the key file is made once, kept private, and named when it doesn't fit."""

import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from mulgil.secrets import FileCipher, KeyFileError, UndecryptableError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


def test_what_is_encrypted_is_read_back_by_another_process_of_the_home(path: Path) -> None:
    token = FileCipher(path).encrypt("비밀".encode())
    assert "비밀".encode() not in token
    assert FileCipher(path).decrypt(token) == "비밀".encode()


def test_the_key_file_is_made_by_the_first_encryption_for_its_owner_only(path: Path) -> None:
    cipher = FileCipher(path)
    assert not path.exists()
    cipher.encrypt(b"")
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["secret.key"]


def test_a_key_file_that_appears_meanwhile_is_used(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = FileCipher(path), FileCipher(path)
    token = first.encrypt(b"x")
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert first.decrypt(second.encrypt(b"y")) == b"y"
    assert second.decrypt(token) == b"x"


def test_a_missing_key_is_not_replaced_when_there_is_something_to_decrypt(path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"secret\.key is missing.*restore it from a backup"):
        FileCipher(path).decrypt(b"token")
    assert not path.exists()


def test_another_key_is_named_as_the_cause(path: Path) -> None:
    token = FileCipher(path).encrypt(b"x")
    path.write_bytes(Fernet.generate_key())
    with pytest.raises(UndecryptableError, match=r"can't be decrypted with the keys in .*secret\.key"):
        FileCipher(path).decrypt(token)


def test_a_changed_token_is_refused(path: Path) -> None:
    cipher = FileCipher(path)
    token = bytearray(cipher.encrypt(b"x"))
    token[20] ^= 1
    with pytest.raises(UndecryptableError):
        cipher.decrypt(bytes(token))


def test_keys_are_rotated_by_putting_a_new_one_first(path: Path) -> None:
    old_token = FileCipher(path).encrypt(b"x")
    old_key = path.read_bytes()
    new_key = Fernet.generate_key()
    path.write_bytes(new_key + b"\n" + old_key)
    cipher = FileCipher(path)
    assert cipher.decrypt(old_token) == b"x"
    assert Fernet(new_key).decrypt(cipher.encrypt(b"y")) == b"y"


@pytest.mark.parametrize("content", [b"", b"\n", b"not a key\n"])
def test_a_file_without_keys_is_refused(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(KeyFileError, match="holds no valid keys"):
        FileCipher(path).encrypt(b"x")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_that_others_may_read_is_refused(path: Path, mode: int) -> None:
    FileCipher(path).encrypt(b"x")
    path.chmod(mode)
    with pytest.raises(KeyFileError, match="run `chmod 600"):
        FileCipher(path).encrypt(b"x")


def test_a_key_file_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match=r"can't be created: .*No such file"):
        FileCipher(tmp_path / "missing" / "secret.key").encrypt(b"x")


def test_a_key_file_that_is_no_file_says_why(path: Path) -> None:
    os.mkdir(path, mode=0o700)  # noqa: PTH102 - pathlib is patched nowhere here; the mode matters
    with pytest.raises(KeyFileError, match="can't be read"):
        FileCipher(path).encrypt(b"x")
