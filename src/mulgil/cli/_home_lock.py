"""The home's lock: one scheduler on a home, whoever started it.

`mulgil up` holds it for the scheduler that it starts; a scheduler that was started by itself holds it itself. The
lock goes with the process that holds it: a file lock, and its process's id is what the file says.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from mulgil.cli.errors import HomeInUseError
from mulgil.config import Home


@contextmanager
def home_lock(home: Home) -> Iterator[None]:
    """Hold the home's lock; the operating system gives it back however this process ends.

    Raises:
        HomeInUseError: Another process holds it, with its pid.
    """
    descriptor = os.open(home.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HomeInUseError("cli.home_in_use", home=str(home.path), pid=_written(descriptor) or "?") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def schedulers_lock(home: Home) -> Iterator[None]:
    """Hold the home's lock for a scheduler, unless the process that started it holds it already.

    Raises:
        HomeInUseError: A stranger holds it, with its pid.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(home_lock(home))
        except HomeInUseError as error:
            if error.text.fields["pid"] != str(os.getppid()):
                raise
        yield


def lock_holder(home: Home) -> int | None:
    """Return the pid of the process that holds the home's lock; None if nobody does."""
    try:
        descriptor = os.open(home.lock_file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        written = _written(descriptor)
        return int(written) if written.isdigit() else 0
    else:
        return None
    finally:
        os.close(descriptor)


def _written(descriptor: int) -> str:
    return os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
