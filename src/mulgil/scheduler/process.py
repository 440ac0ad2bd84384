"""The scheduler's process: sockets, waiting, and its end. Everything else is `Scheduler.step`."""

import logging
import os
import selectors
import signal
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mulgil.config import ExecutorName, Home, Settings
from mulgil.executors import LocalExecutor, SequentialExecutor
from mulgil.gateway import Gateway
from mulgil.i18n import MulgilError
from mulgil.ports import Clock, Executor, IdSource, Jitter
from mulgil.scheduler.desk import QuestionDesk
from mulgil.scheduler.gateway_server import GatewayServer
from mulgil.scheduler.limits import SchedulerLimits
from mulgil.scheduler.scheduler import Scheduler
from mulgil.scheduler.store import OwnerStore

_log = logging.getLogger(__name__)


class Bell(Protocol):
    """The listening side of a store's doorbell."""

    def fileno(self) -> int:
        """Return the descriptor that becomes readable when somebody rings."""
        ...

    def drain(self) -> frozenset[str]:
        """Take all rings that have arrived and return the addresses that want an answer."""
        ...

    def answer(self, addresses: frozenset[str]) -> None:
        """Ring back."""
        ...

    def regain_place(self) -> bool:
        """Listen anew, on another descriptor, if nobody can find it any more; say whether it did."""
        ...

    def close(self) -> None:
        """Stop listening."""
        ...


@dataclass(frozen=True)
class Surroundings:
    """What a scheduler's process is given by whoever starts it."""

    store: OwnerStore
    bell: Bell
    clock: Clock
    ids: IdSource
    jitter: Jitter


def run_scheduler(
    home: Home,
    settings: Settings,
    surroundings: Surroundings,
    *,
    life_fd: int | None = None,
    when_ready: Callable[[], None] = lambda: None,
) -> None:
    """Schedule until SIGTERM or SIGINT, or until the end of file of `life_fd` says that the supervisor is gone.

    The bell is closed at the end, however that comes. `when_ready` is called once a trigger would be accepted
    and scheduled at once.

    Raises:
        LeaseLostError: Another scheduler has taken over.
    """
    with closing(surroundings.bell), closing(SchedulerProcess(home, settings, surroundings)) as process:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: process.stop())
        process.run(life_fd=life_fd, when_ready=when_ready)


class SchedulerProcess:
    """One thread that waits for daemons, rings, timers and its end."""

    def __init__(self, home: Home, settings: Settings, surroundings: Surroundings) -> None:
        """Open the gateway; nothing is scheduled before `run`."""
        self._clock = surroundings.clock
        self._bell = surroundings.bell
        self._poll_seconds = settings.scheduler.poll_seconds
        self._is_stopping = False
        self._asking: frozenset[str] = frozenset()
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._gateway = gateway = Gateway()
        self._server = GatewayServer(home.gateway_socket, gateway, self._selector)
        self._scheduler = Scheduler(
            surroundings.store,
            [_make_executor(settings, gateway)],
            surroundings.clock,
            surroundings.ids,
            surroundings.jitter,
            SchedulerLimits(parallelism=settings.core.parallelism),
            owner=f"pid {os.getpid()}",
        )
        self._desk = QuestionDesk(gateway, self._scheduler)
        self._bell_fd = self._bell.fileno()
        self._selector.register(self._bell_fd, selectors.EVENT_READ, self._hear_bell)
        self._said: str | None = None
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._empty_wake_pipe)

    def run(self, *, life_fd: int | None, when_ready: Callable[[], None]) -> None:
        """Schedule until stopped."""
        if life_fd is not None:
            self._selector.register(life_fd, selectors.EVENT_READ, lambda _: self._supervisor_gone())
        is_announced = False
        poll_at = self._clock.monotonic() + self._poll_seconds
        while not self._is_stopping:
            next_instant = self._turn()
            if not is_announced and self._scheduler.is_loaded:
                is_announced = True
                when_ready()
            if self._scheduler.take_confirmed():
                self._regain_places()
            self._wait(next_instant, poll_at)
            if self._clock.monotonic() >= poll_at:
                self._scheduler.poll()
                poll_at = self._clock.monotonic() + self._poll_seconds

    def stop(self) -> None:
        """Leave after the current step; may be called from a signal handler or another thread."""
        self._is_stopping = True
        os.write(self._wake_write, b".")

    def close(self) -> None:
        """Give back the sockets."""
        self._server.close()
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _turn(self) -> datetime | None:
        next_instant = self._scheduler.step()
        self._desk.answer()
        self._server.flush()
        if self._gateway.has_events:
            # Something could not be sent: the scheduler must hear of it.
            next_instant = self._clock.now()
        if self._scheduler.take_answered():
            self._bell.answer(self._asking)
        if not self._scheduler.has_commands:
            self._asking = frozenset()
        return next_instant

    def _wait(self, next_instant: datetime | None, poll_at: float) -> None:
        timeout = poll_at - self._clock.monotonic()
        if next_instant is not None:
            timeout = min(timeout, (next_instant - self._clock.now()).total_seconds())
        for key, mask in self._selector.select(max(timeout, 0.0)):
            key.data(mask)

    def _regain_places(self) -> None:
        """Be found again where somebody removed the sockets; only the owner of the home may do that."""
        try:
            is_moved = self._server.regain_place()
            if self._bell.regain_place():
                is_moved = True
                self._selector.unregister(self._bell_fd)
                self._bell_fd = self._bell.fileno()
                self._selector.register(self._bell_fd, selectors.EVENT_READ, self._hear_bell)
        except MulgilError as error:
            # Whoever has dialled goes on; the next poll tries again.
            self._say_once(f"nobody new can reach the scheduler: {error}")
            return
        if is_moved:
            _log.warning("the scheduler's sockets were removed; it listens on new ones")
        self._said = None

    def _say_once(self, words: str) -> None:
        if words != self._said:
            _log.error("%s", words)
        self._said = words

    def _hear_bell(self, _: int) -> None:
        self._asking |= self._bell.drain()
        self._scheduler.ring()

    def _empty_wake_pipe(self, _: int) -> None:
        os.read(self._wake_read, 4096)

    def _supervisor_gone(self) -> None:
        _log.warning("the supervisor is gone, the scheduler leaves")
        self._is_stopping = True


def _make_executor(settings: Settings, gateway: Gateway) -> Executor:
    match settings.core.executor:
        case ExecutorName.LOCAL:
            return LocalExecutor(gateway, parallelism=settings.core.parallelism)
        case ExecutorName.SEQUENTIAL:
            return SequentialExecutor(gateway)
