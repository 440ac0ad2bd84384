"""The lock that lets processes take turns at one DuckDB file, and the counter of its fences.

    <file>.mulgil-lock        flock: shared to read, exclusive to publish; its contents are the highest
                              fence issued for any table of the file
    <file>.mulgil-turnstile   flock: whoever wants the lock passes here first, so that a writer who
                              waits for readers to leave lets no new ones in; also guards the counter

Both stand beside the *real* file (links resolved) and are never removed: an flock belongs to the inode,
and two inodes would let two writers in. The kernel frees a dead process's locks.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mulgil.data.errors import TargetError
from mulgil.data.ledger import next_fence
from mulgil.data.patience import Patience

_COUNTER_BYTES = 20


class DatabaseLock:
    """The lock of one DuckDB file."""

    def __init__(self, database: Path, patience: Patience) -> None:
        """Name the lock of `database`; nothing is opened."""
        self._database = database
        self._patience = patience
        self._lock = database.with_name(database.name + ".mulgil-lock")
        self._turnstile = database.with_name(database.name + ".mulgil-turnstile")

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Keep writers out while reading.

        Raises:
            TargetBusyError: Writers were in for longer than the lock timeout.
        """
        with self._held(fcntl.LOCK_SH):
            yield

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep everybody else out.

        Raises:
            TargetBusyError: Others were in for longer than the lock timeout.
        """
        with self._held(fcntl.LOCK_EX):
            yield

    def issue_fence(self, *, highest_committed: int, now_us: int) -> int:
        """Return a fence above every one that was issued or committed before, and remember it."""
        with self._locked(self._turnstile, fcntl.LOCK_EX), _opened(self._lock) as descriptor:
            kept = os.pread(descriptor, _COUNTER_BYTES, 0)
            opened = int(kept) if kept.isdigit() else 0
            fence = next_fence(opened=opened, highest_committed=highest_committed, now_us=now_us)
            os.pwrite(descriptor, str(fence).zfill(_COUNTER_BYTES).encode(), 0)
            return fence

    @contextmanager
    def _held(self, kind: int) -> Iterator[None]:
        with _opened(self._lock) as descriptor:
            with self._locked(self._turnstile, fcntl.LOCK_EX):
                self._take(descriptor, kind)
            yield

    @contextmanager
    def _locked(self, path: Path, kind: int) -> Iterator[None]:
        with _opened(path) as descriptor:
            self._take(descriptor, kind)
            yield

    def _take(self, descriptor: int, kind: int) -> None:
        def attempt() -> bool | None:
            try:
                fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                return None
            return True

        self._patience.until(attempt, target=str(self._database), holder=self._holder)

    def _holder(self) -> str:
        return f"the lock {self._lock.name}, held by another mulgil task"


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open a lock file, making it where there is none; closing frees its lock."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise TargetError("data.target_failed", target=str(path), detail=error.strerror or str(error)) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)
