"""Dialling a gateway: who listens there, and as whom."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mulgil.client import PeerError, dial_gateway
from mulgil.messages import Welcome, encode_frame


@pytest.fixture
def path() -> Iterator[Path]:
    with TemporaryDirectory(prefix="mg-") as folder:
        yield Path(folder) / "gateway.sock"


@pytest.fixture
def listener(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        yield listening


def test_a_connection(path: Path, listener: socket.socket) -> None:
    dialled = dial_gateway(path)
    accepted, _ = listener.accept()
    accepted.sendall(encode_frame(Welcome()))
    assert list(dialled.receive()) == [Welcome()]
    dialled.close()
    accepted.close()


def test_nobody_listens(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        dial_gateway(path)
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(path))
    with pytest.raises(ConnectionRefusedError):
        dial_gateway(path)


@pytest.mark.usefixtures("listener")
def test_somebody_else_listens(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: own + 1)
    with pytest.raises(PeerError, match=f"belongs to user {own}"):
        dial_gateway(path)
