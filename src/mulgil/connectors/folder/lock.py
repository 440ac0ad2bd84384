"""The two locks of a table: its ledger's, held through a publish, and its counter of fences, held for a moment.

    _mulgil/lock    flock: who holds it may replace the manifest
    _mulgil/fence   flock; its contents are the highest fence issued for the table

An `open` therefore never waits for a publish. Neither file is ever removed by us; where somebody else removed
one, or restored the folder from a copy, whoever locked the old file notices by comparing inodes: after taking
the lock, and once more before it publishes.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mulgil.connectors.folder.durable import make_folder
from mulgil.connectors.folder.place import TablePlace
from mulgil.connectors.folder.sql_session import translated
from mulgil.data.errors import TargetError
from mulgil.data.ledger import next_fence
from mulgil.data.patience import Patience

_COUNTER_BYTES = 20


class HeldLock:
    """A lock that this process holds, as long as its file isn't taken away."""

    def __init__(self, path: Path, descriptor: int) -> None:
        """Keep the descriptor, which belongs to the caller."""
        self._path = path
        self.descriptor = descriptor

    def require_held(self) -> None:
        """Make sure that whoever locks the file now would find it locked.

        Raises:
            TargetError: Somebody removed or replaced it.
        """
        if not self.is_held:
            raise TargetError("folder.lock_lost", file=str(self._path))

    @property
    def is_held(self) -> bool:
        """Whether the file is still the one that was locked."""
        try:
            there = self._path.stat()
        except OSError:
            return False
        here = os.fstat(self.descriptor)
        return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


class TableLock:
    """The locks of one table."""

    def __init__(self, place: TablePlace, patience: Patience) -> None:
        """Name them; nothing is opened."""
        self._place = place
        self._patience = patience

    @contextmanager
    def exclusive(self) -> Iterator[HeldLock]:
        """Hold the ledger's lock.

        Raises:
            TargetBusyError: Other writers held it for longer than the lock timeout.
        """
        with self._waited(self._place.ours / "lock") as held:
            yield held

    @contextmanager
    def at_once(self) -> Iterator[HeldLock | None]:
        """Hold the ledger's lock if nobody has it; None otherwise. Makes nothing where there is no table."""
        held = _try(self._place.ours / "lock") if self._place.ours.is_dir() else None
        try:
            yield held
        finally:
            if held is not None:
                os.close(held.descriptor)

    def issue_fence(self, *, highest_known: Callable[[], int], now_us: int) -> int:
        """Return a fence above every one that was issued or committed before, and remember it."""
        path = self._place.ours / "fence"
        with self._waited(path) as held, translated(path):
            kept = os.pread(held.descriptor, _COUNTER_BYTES, 0)
            opened = int(kept) if kept.isdigit() else 0
            fence = next_fence(opened=opened, highest_committed=highest_known(), now_us=now_us)
            os.pwrite(held.descriptor, str(fence).zfill(_COUNTER_BYTES).encode(), 0)
            return fence

    @contextmanager
    def _waited(self, path: Path) -> Iterator[HeldLock]:
        with translated(path):
            make_folder(path.parent)
            held = self._patience.until(
                lambda: _try(path), target=str(self._place.folder), holder=lambda: _holder(path)
            )
        try:
            yield held
        finally:
            os.close(held.descriptor)


def _try(path: Path) -> HeldLock | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    held = HeldLock(path, descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    if held.is_held:
        return held
    os.close(descriptor)
    return None


def _holder(path: Path) -> str:
    return f"the lock {path.name}, held by another mulgil task"
