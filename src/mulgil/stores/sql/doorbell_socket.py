"""The doorbell of an embedded database: datagrams on Unix sockets in the home's runtime folder.

    ringer ──"bell-<pid>-<n>.sock"──▶ doorbell.sock    (a ring names the socket that hears the answer)
    ringer ◀────────── "" ────────── listener          (after the commit that holds the answer)

A ring carries no news: it only says that the database holds some, so rings may be lost, doubled or
merged. Datagrams don't say who sent them; that only this user can send any is the folder's doing
(0700, checked by both sides). A ring that names anything but a socket in this folder gets no answer.
"""

import itertools
import os
import re
import select
import socket
import weakref
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from mulgil.config import Home, make_private_folder
from mulgil.ports import StoreUnavailableError

_REPLY_NAME = re.compile(r"bell-\d+-\d+\.sock")
_LONGEST_RING = 256
_MILLISECONDS = 1000

_numbers = itertools.count(1)


class SocketDoorbell:
    """`ports.AnswerBell` on a home: rings its scheduler and hears it ring back.

    Made for one process and thread; the reply socket is opened at the first ring.
    """

    def __init__(self, home: Home) -> None:
        """Remember where the scheduler listens."""
        self._target = home.doorbell_socket
        self._folder = home.runtime_folder
        self._reply: _ReplySocket | None = None

    def ring(self) -> bool:
        """Wake the scheduler; False if none listens. Losing a ring delays, and never loses, work."""
        if not self._target.exists():
            return False
        reply = self._reply_socket()
        try:
            reply.socket.sendto(reply.path.name.encode(), str(self._target))
        except BlockingIOError:
            # The listener's queue is full of rings: one more would say nothing new.
            return True
        except OSError:
            # Nobody listens, or nobody can be reached: the scheduler's own poll will find the news.
            return False
        return True

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until the scheduler rings back or the time is over; True if it rang."""
        reply = self._reply_socket()
        poll = select.poll()
        poll.register(reply.socket, select.POLLIN)
        if not poll.poll(max(timeout_seconds, 0.0) * _MILLISECONDS):
            return False
        _empty(reply.socket)
        return True

    def close(self) -> None:
        """Remove the reply socket; done at the process's end if nobody does it before."""
        if self._reply is not None:
            self._reply.close()
            self._reply = None

    def _reply_socket(self) -> "_ReplySocket":
        # A name that is gone, with the folder perhaps, hears no answer any more.
        if self._reply is None or not self._reply.path.exists():
            self.close()
            make_private_folder(self._folder)
            self._reply = _ReplySocket(self._folder / f"bell-{os.getpid()}-{next(_numbers)}.sock")
        return self._reply


class _ReplySocket:
    """The socket that hears an answer. Its name goes with it, also when nobody closes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.socket = _bound_socket(path)
        self.close = weakref.finalize(self, _remove, self.socket, path, os.getpid())


def _remove(bound: socket.socket, path: Path, owner_pid: int) -> None:
    bound.close()
    # A forked child holds a copy of the socket; the name is its parent's.
    if os.getpid() == owner_pid:
        path.unlink(missing_ok=True)


class DoorbellListener:
    """The scheduler's side: wakes its loop, collects who wants an answer, rings them back."""

    def __init__(self, home: Home) -> None:
        """Listen from now on; takes over from a listener that died. One per home: the caller holds its lock.

        Raises:
            FolderError: The runtime folder isn't this user's alone.
            StoreUnavailableError: The socket can't be made.
        """
        self._folder = home.runtime_folder
        self._path = home.doorbell_socket
        self._socket = _socket_in_place(self._path)
        self._identity = _identity(self._path)
        self._remove_dead_reply_sockets()

    def regain_place(self) -> bool:
        """Listen anew if the socket's name is gone or leads elsewhere, as when somebody emptied the folder.

        Return whether it did: `fileno` is another one then. Rings that came before are lost.

        Raises:
            FolderError: The runtime folder isn't this user's alone any more.
            StoreUnavailableError: The socket can't be made now.
        """
        if self._identity is not None and _identity(self._path) == self._identity:
            return False
        fresh = _socket_in_place(self._path)
        self._socket.close()
        self._socket, self._identity = fresh, _identity(self._path)
        return True

    def fileno(self) -> int:
        """The descriptor that becomes readable when somebody rings."""
        return self._socket.fileno()

    def drain(self) -> frozenset[str]:
        """Take all rings that have arrived and return the addresses that want an answer."""
        return frozenset(ring for ring in _empty(self._socket) if _REPLY_NAME.fullmatch(ring))

    def answer(self, addresses: Iterable[str]) -> None:
        """Ring back; whoever is gone or busy is passed over, and a dead ringer's socket removed."""
        for name in addresses:
            path = self._folder / name
            if not _REPLY_NAME.fullmatch(name):
                continue
            try:
                self._socket.sendto(b"", str(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
            except OSError:
                # Gone, or its queue is full of answers already.
                continue

    def close(self) -> None:
        """Stop listening; leaves the socket of a successor alone."""
        self._socket.close()
        if _identity(self._path) == self._identity:
            self._path.unlink(missing_ok=True)

    def _remove_dead_reply_sockets(self) -> None:
        self.answer([path.name for path in self._folder.glob("bell-*.sock")])


def _socket_in_place(path: Path) -> socket.socket:
    make_private_folder(path.parent)
    # Bound beside its place and then moved there: a ringer finds the old socket or the new one.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    bound = _bound_socket(draft)
    try:
        draft.rename(path)
    except OSError as error:
        bound.close()
        raise StoreUnavailableError("store.doorbell_failed", path=str(path), why=str(error)) from error
    return bound


def _bound_socket(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bound.setblocking(False)
    try:
        bound.bind(str(path))
    except OSError as error:
        bound.close()
        raise StoreUnavailableError("store.doorbell_failed", path=str(path), why=str(error)) from error
    return bound


def _empty(source: socket.socket) -> list[str]:
    rings: list[str] = []
    with suppress(BlockingIOError):
        while True:
            rings.append(source.recv(_LONGEST_RING).decode("ascii", errors="replace"))
    return rings


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
