"""The lock that says a stage's writer is alive: an flock that the kernel frees when the writer dies.

Beside each stage stands `<stage>.lock`. Its writer takes the lock before the stage exists and keeps it
until the stage is gone, so a stage whose lock is free (or missing) has no writer.
"""

import fcntl
import os
from pathlib import Path
from shutil import rmtree
from types import TracebackType

_SUFFIX = ".lock"


class StageLock:
    """The writer's side: taken by construction, given up by `release`."""

    def __init__(self, folder: Path, name: str) -> None:
        """Create and take the lock of the new stage `name`.

        Raises:
            OSError: The folder can't be written.
        """
        self._path = folder / (name + _SUFFIX)
        while True:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            # Somebody may have taken it for a dead writer's and removed it between the two calls.
            if _is_same(self._descriptor, self._path):
                return
            os.close(self._descriptor)

    def release(self) -> None:
        """Remove the lock file and give up the lock."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)

    def __enter__(self) -> "StageLock":
        """Hold the lock."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release it."""
        self.release()


def dead_names(folder: Path) -> tuple[str, ...]:
    """Return the stages of `folder` whose writer is gone, sorted."""
    names = {path.name.partition(".")[0] for path in folder.iterdir()} if folder.is_dir() else set()
    return tuple(sorted(name for name in names if _is_dead(folder / (name + _SUFFIX))))


def remove_dead(folder: Path, name: str) -> bool:
    """Remove every file of a dead stage, its lock last; False if its writer lives."""
    lock = folder / (name + _SUFFIX)
    descriptor = _try_lock(lock) if lock.exists() else None
    if lock.exists() and descriptor is None:
        return False
    try:
        for path in sorted(folder.glob(name + ".*")):
            if path.is_dir():
                rmtree(path)
            elif path != lock:
                path.unlink(missing_ok=True)
        lock.unlink(missing_ok=True)
    finally:
        if descriptor is not None:
            os.close(descriptor)
    return True


def _is_dead(lock: Path) -> bool:
    descriptor = _try_lock(lock)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is not None or not lock.exists()


def _try_lock(lock: Path) -> int | None:
    """Return a descriptor that holds the lock, or None if another one does, it is another user's, or gone."""
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _is_same(descriptor: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
