"""Doing something in a process of its own, which may be killed in the middle.

The proving process itself opens no database and imports no dag file, so that each child begins as the
one before it did.
"""

import os
import pickle
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from mulgil.i18n import MulgilError, Text
from mulgil.proving.errors import ProvingError

T = TypeVar("T")
_READ_BYTES = 1 << 20


class Ended(Generic[T]):
    """How a child ended: with a value, or by a signal or exit code before it had one."""

    def __init__(self, value: T | None, *, code: int) -> None:
        """Keep both."""
        self._value = value
        self.code = code

    @property
    def was_killed(self) -> bool:
        """Whether it died before it was done."""
        return self._value is None

    @property
    def value(self) -> T:
        """What the job returned.

        Raises:
            ProvingError: The child died.
        """
        if self._value is None:
            raise ProvingError("prove.child_died", code=self.code)
        return self._value


class Running(Generic[T]):
    """A child that is at work. `descriptor` becomes readable when it has ended, or is about to."""

    def __init__(self, pid: int, descriptor: int) -> None:
        """Own the process and the reading end of its pipe."""
        self._pid = pid
        self.descriptor = descriptor

    def end(self) -> Ended[T]:
        """Wait for the end.

        Raises:
            MulgilError: What the job raised.
        """
        try:
            answer = _read(self.descriptor)
        finally:
            os.close(self.descriptor)
            _, status = os.waitpid(self._pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if not answer:
            return Ended(None, code=code)
        value, error = pickle.loads(answer)  # our own fork wrote it
        if error is not None:
            raise MulgilError.of(error)
        return Ended(value, code=code)


def start_child(job: Callable[[], T], *, log: Path) -> Running[T]:
    """Run `job` in a fork of this process; what it prints goes to `log`."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        # Python 3.12 warns of threads; those of native libraries handle forks.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        os.close(reading)
        _be_child(job, writing, log)
    os.close(writing)
    return Running(pid, reading)


def in_child(job: Callable[[], T], *, log: Path) -> Ended[T]:
    """Run `job` in a fork of this process and wait for its end.

    Raises:
        MulgilError: What the job raised.
    """
    running: Running[T] = start_child(job, log=log)
    return running.end()


def _be_child(job: Callable[[], T], writing: int, log: Path) -> None:
    code = 0
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        _write(writing, pickle.dumps((job(), None)))
    except KeyboardInterrupt:
        code = 130
    except MulgilError as error:
        _write(writing, pickle.dumps((None, error.text)))
    except BaseException as error:  # noqa: BLE001 - whatever an author's file raises is told by the parent
        traceback.print_exc()
        text = Text("prove.child_raised", {"kind": type(error).__name__, "message": str(error)[:2000]})
        _write(writing, pickle.dumps((None, text)))
    finally:
        os._exit(code)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _read(descriptor: int) -> bytes:
    parts = []
    while part := os.read(descriptor, _READ_BYTES):
        parts.append(part)
    return b"".join(parts)
