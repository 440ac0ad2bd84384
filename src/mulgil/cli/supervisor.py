"""The supervisor: starts mulgil's processes, starts them again when they die, ends them in order.

It knows nothing of what they do. Each child inherits two pipes: the *life* pipe, whose other end only
the supervisor holds, so that its end of file tells the child that the supervisor is gone; and the
*ready* pipe, into which the child writes one line once it can do its work. Children lead sessions of
their own: a Ctrl-C reaches the supervisor only, which then ends them in their proper order.

One thread, no polling: it waits for signals (by a wake-up descriptor), ready lines and restart times.
"""

import ctypes
import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mulgil.ports import Clock

PR_SET_CHILD_SUBREAPER = 36
RESTART_DELAYS = (0.0, 0.1, 0.5, 2.0, 5.0)
# A child that has worked this long has proven itself: whatever ends it then, it comes back at once.
PROVEN_AFTER_SECONDS = 1.0


@dataclass(frozen=True)
class ChildSpec:
    """One process to keep running. `stop_grace_seconds` passes between SIGTERM and SIGKILL at the end.

    The child's command is called with `--life-fd N --ready-fd M` at its end.
    """

    name: str
    command: tuple[str, ...]
    log: Path
    stop_grace_seconds: float = 5.0


@dataclass
class _Child:
    spec: ChildSpec
    process: subprocess.Popen[bytes] | None = None
    ready_fd: int | None = None
    ready_at: float | None = None
    has_been_ready: bool = False
    failures: int = 0
    restart_at: float | None = None


@dataclass
class Listener:
    """What the supervisor tells its owner."""

    ready: Callable[[], None] = lambda: None
    died: Callable[[str, int, float], None] = lambda name, status, delay: None
    stopping: Callable[[], None] = lambda: None


@dataclass
class Supervisor:
    """Keeps children running until SIGINT or SIGTERM; a second one ends them at once."""

    specs: Sequence[ChildSpec]
    clock: Clock
    listener: Listener = field(default_factory=Listener)
    # How often a child may die without ever having been ready before the whole start is given up.
    start_attempts: int = 3

    def run(self) -> str | None:
        """Run until told to stop; return None, or the name of the child that could not be started."""
        self._selector = selectors.DefaultSelector()
        self._children = {spec.name: _Child(spec) for spec in self.specs}
        self._stop_signals = 0
        self._announced = False
        # Orphans of a dead worker daemon come to us and are reaped here.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        life_read, self._life_write = os.pipe()
        self._life_read = life_read
        self._watch_signals()
        given_up: str | None = None
        try:
            for child in self._children.values():
                self._start(child)
            while not self._stop_signals and given_up is None:
                self._wait(self._next_restart())
                given_up = self._reap()
                self._restart_due()
                self._announce_ready()
        finally:
            self._stop_all()
        return given_up

    def _watch_signals(self) -> None:
        self._wake_read, wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        # Whoever started us may have blocked them; a child's end must be heard.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._count_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)

    def _count_stop(self, *_: object) -> None:
        self._stop_signals += 1

    def _start(self, child: _Child) -> None:
        ready_read, ready_write = os.pipe()
        os.set_blocking(ready_read, False)
        child.spec.log.parent.mkdir(parents=True, exist_ok=True)
        descriptors = ("--life-fd", str(self._life_read), "--ready-fd", str(ready_write))
        with child.spec.log.open("ab") as log:
            child.process = subprocess.Popen(
                [*child.spec.command, *descriptors],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(self._life_read, ready_write),
                start_new_session=True,
            )
        os.close(ready_write)
        child.ready_fd, child.ready_at, child.restart_at = ready_read, None, None
        self._selector.register(ready_read, selectors.EVENT_READ, child)

    def _wait(self, until: float | None) -> None:
        timeout = None if until is None else max(0.0, until - self.clock.monotonic())
        for key, _ in self._selector.select(timeout):
            if key.data is None:
                while _read(self._wake_read):
                    pass
            else:
                self._read_ready(key.data)

    def _read_ready(self, child: _Child) -> None:
        if child.ready_fd is None:
            return
        if _read(child.ready_fd):
            child.ready_at, child.has_been_ready = self.clock.monotonic(), True
        self._close_ready(child)

    def _close_ready(self, child: _Child) -> None:
        if child.ready_fd is not None:
            self._selector.unregister(child.ready_fd)
            os.close(child.ready_fd)
            child.ready_fd = None

    def _reap(self) -> str | None:
        statuses = dict(_reap_all())
        for child in self._children.values():
            if child.process is None or child.process.pid not in statuses:
                continue
            status = statuses[child.process.pid]
            child.process.returncode = status
            self._died(child, status)
            if not child.has_been_ready and child.failures >= self.start_attempts:
                return child.spec.name
        return None

    def _died(self, child: _Child, status: int) -> None:
        now = self.clock.monotonic()
        is_proven = child.ready_at is not None and now - child.ready_at > PROVEN_AFTER_SECONDS
        child.process, child.ready_at = None, None
        self._close_ready(child)
        child.failures = 1 if is_proven else child.failures + 1
        delay = RESTART_DELAYS[min(child.failures, len(RESTART_DELAYS)) - 1]
        child.restart_at = now + delay
        self.listener.died(child.spec.name, status, delay)

    def _next_restart(self) -> float | None:
        return min(
            (child.restart_at for child in self._children.values() if child.restart_at is not None), default=None
        )

    def _restart_due(self) -> None:
        now = self.clock.monotonic()
        for child in self._children.values():
            if child.restart_at is not None and child.restart_at <= now and not self._stop_signals:
                self._start(child)

    def _announce_ready(self) -> None:
        if not self._announced and all(child.ready_at is not None for child in self._children.values()):
            self._announced = True
            self.listener.ready()

    def _stop_all(self) -> None:
        """End the children in the reverse of the order in which they are listed, one after another."""
        self.listener.stopping()
        impatient_after = self._stop_signals + 1
        for child in reversed(self._children.values()):
            self._stop(child, impatient_after)
        os.close(self._life_write)

    def _stop(self, child: _Child, impatient_after: int) -> None:
        if child.process is None:
            return
        child.process.send_signal(signal.SIGTERM)
        deadline = self.clock.monotonic() + child.spec.stop_grace_seconds
        while child.process is not None:
            if self.clock.monotonic() >= deadline or self._stop_signals >= impatient_after:
                child.process.kill()
                deadline += child.spec.stop_grace_seconds
            self._wait(min(deadline, self.clock.monotonic() + child.spec.stop_grace_seconds))
            statuses = dict(_reap_all())
            for other in self._children.values():
                if other.process is not None and other.process.pid in statuses:
                    other.process.returncode = statuses[other.process.pid]
                    other.process = None


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except BlockingIOError:
        return b""


def _reap_all() -> list[tuple[int, int]]:
    """Collect every dead child, orphans of dead children included: (pid, exit code or -signal)."""
    dead: list[tuple[int, int]] = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return dead
        if pid == 0:
            return dead
        dead.append((pid, os.waitstatus_to_exitcode(status)))
