"""The doorbell: rings wake, answers come back, dead sockets are replaced, strangers are kept out."""

import select
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mulgil.config import FolderError, Home
from mulgil.ports import StoreUnavailableError
from mulgil.stores.sql import DoorbellListener, SocketDoorbell


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(path=tmp_path / "home", runtime_root=tmp_path / "run")


@pytest.fixture
def listener(home: Home) -> Iterator[DoorbellListener]:
    listening = DoorbellListener(home)
    yield listening
    listening.close()


def is_ringing(listener: DoorbellListener) -> bool:
    return bool(select.select([listener], [], [], 0)[0])


def test_nobody_listens(home: Home) -> None:
    doorbell = SocketDoorbell(home)
    assert not doorbell.ring()
    assert not home.runtime_folder.exists()
    assert not doorbell.wait(0)
    doorbell.close()


def test_a_ring_wakes_and_is_answered(home: Home, listener: DoorbellListener) -> None:
    doorbell = SocketDoorbell(home)
    assert not is_ringing(listener)
    assert doorbell.ring()
    assert is_ringing(listener)
    addresses = listener.drain()
    assert len(addresses) == 1
    assert not is_ringing(listener)
    assert not doorbell.wait(0)
    listener.answer(addresses)
    assert doorbell.wait(5)
    assert not doorbell.wait(0)
    doorbell.close()


def test_each_ringer_gets_its_own_answer(home: Home, listener: DoorbellListener) -> None:
    first, second = SocketDoorbell(home), SocketDoorbell(home)
    first.ring()
    first.ring()
    wanted = listener.drain()
    second.ring()
    listener.answer(wanted)
    assert first.wait(0)
    assert not second.wait(0)
    listener.answer(listener.drain())
    assert second.wait(0)
    first.close()
    second.close()


def test_rings_beyond_the_queue_are_merged(home: Home, listener: DoorbellListener) -> None:
    doorbell = SocketDoorbell(home)
    assert all(doorbell.ring() for _ in range(5000))
    assert len(listener.drain()) == 1
    assert listener.drain() == frozenset()
    doorbell.close()


def test_a_ringer_that_is_gone_is_passed_over_and_swept_away(home: Home, listener: DoorbellListener) -> None:
    gone, here = SocketDoorbell(home), SocketDoorbell(home)
    gone.ring()
    here.ring()
    addresses = listener.drain()
    assert gone._reply is not None
    gone._reply.socket.close()
    listener.answer(addresses)
    assert here.wait(0)
    assert not gone._reply.path.exists()
    gone.close()
    here.close()
    assert list(home.runtime_folder.glob("bell-*")) == []


def test_a_killed_ringers_socket_is_removed_by_the_next_listener(home: Home) -> None:
    program = (
        "import os, sys; from pathlib import Path; from mulgil.config import Home; "
        "from mulgil.stores.sql import SocketDoorbell; "
        "bell = SocketDoorbell(Home(path=Path(sys.argv[1]), runtime_root=Path(sys.argv[2]))); bell.wait(0); {end}"
    )
    arguments = [str(home.path), str(home.runtime_root)]
    subprocess.run([sys.executable, "-c", program.format(end="os._exit(0)"), *arguments], check=True)
    assert len(list(home.runtime_folder.glob("bell-*"))) == 1
    subprocess.run([sys.executable, "-c", program.format(end=""), *arguments], check=True)
    assert len(list(home.runtime_folder.glob("bell-*"))) == 1
    DoorbellListener(home).close()
    assert list(home.runtime_folder.iterdir()) == []


def test_a_dead_listeners_socket_is_replaced(home: Home) -> None:
    dead = DoorbellListener(home)
    dead._socket.close()
    doorbell = SocketDoorbell(home)
    assert home.doorbell_socket.exists()
    assert not doorbell.ring()
    alive = DoorbellListener(home)
    assert doorbell.ring()
    assert is_ringing(alive)
    dead.close()
    assert doorbell.ring()
    alive.close()
    assert not home.doorbell_socket.exists()
    doorbell.close()


@pytest.mark.parametrize("ring", [b"", b"../../etc/passwd", b"doorbell.sock", b"bell-1-1.sock/x", b"\xff" * 400])
def test_a_ring_that_names_no_reply_socket_gets_no_answer(home: Home, listener: DoorbellListener, ring: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(ring, str(home.doorbell_socket))
    assert is_ringing(listener)
    assert listener.drain() == frozenset()
    listener.answer([ring.decode("latin-1")])
    assert not is_ringing(listener)


def test_the_runtime_folder_is_private(home: Home, listener: DoorbellListener) -> None:
    assert home.runtime_folder.stat().st_mode & 0o777 == 0o700
    home.runtime_folder.chmod(0o755)
    with pytest.raises(FolderError, match=r"open to other users \(mode 755\): run `chmod 700"):
        DoorbellListener(home)
    with pytest.raises(FolderError):
        SocketDoorbell(home).ring()
    home.runtime_folder.chmod(0o700)


def test_a_runtime_folder_of_somebody_else_is_refused(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.runtime_folder.mkdir(parents=True, mode=0o700)
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    with pytest.raises(FolderError, match="belongs to user"):
        DoorbellListener(home)


def test_a_link_in_place_of_the_runtime_folder_is_refused(home: Home, tmp_path: Path) -> None:
    home.runtime_root.mkdir()
    (tmp_path / "trap").mkdir(mode=0o700)
    home.runtime_folder.symlink_to(tmp_path / "trap")
    with pytest.raises(FolderError, match="must be a folder but is something else"):
        DoorbellListener(home)


def test_a_runtime_folder_with_too_long_a_name_is_named(tmp_path: Path) -> None:
    home = Home(path=tmp_path, runtime_root=tmp_path / ("x" * 100))
    with pytest.raises(StoreUnavailableError, match="choose a shorter runtime folder by XDG_RUNTIME_DIR"):
        DoorbellListener(home)


def test_a_listener_whose_name_is_gone_listens_anew(home: Home, listener: DoorbellListener) -> None:
    doorbell = SocketDoorbell(home)
    assert doorbell.ring()
    assert not listener.regain_place()
    shutil.rmtree(home.runtime_folder)
    assert not doorbell.ring()
    assert listener.regain_place()
    assert doorbell.ring()
    assert is_ringing(listener)
    listener.answer(listener.drain())
    assert doorbell.wait(5)
    doorbell.close()
