"""The daemon's loop: waits for descriptors and one deadline, and does nothing in between."""

import select
from collections.abc import Callable
from typing import Protocol

_ALWAYS = select.EPOLLIN
_WRITING = select.EPOLLIN | select.EPOLLOUT
_LONGEST_WAIT_SECONDS = 3600.0


class Writer(Protocol):
    """What may have to wait until its peer reads; of whichever messages."""

    @property
    def has_unsent(self) -> bool:
        """Whether something waits."""
        ...

    def fileno(self) -> int:
        """Return the descriptor to wait on."""
        ...

    def flush(self) -> None:
        """Send what waits, as far as the peer takes it."""
        ...


class Loop:
    """Calls back whoever watches a descriptor that is ready. One thread, no timers of its own."""

    def __init__(self) -> None:
        """Watch nothing."""
        self._epoll = select.epoll()
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._writers: dict[int, Writer] = {}

    def watch(self, descriptor: int, callback: Callable[[], None]) -> None:
        """Call `callback` whenever `descriptor` is readable or at its end."""
        self._callbacks[descriptor] = callback
        self._epoll.register(descriptor, _ALWAYS)

    def unwatch(self, descriptor: int) -> None:
        """Forget a descriptor, before it is closed; one that isn't watched is passed over."""
        if self._callbacks.pop(descriptor, None) is not None:
            self._writers.pop(descriptor, None)
            self._epoll.unregister(descriptor)

    def flush_when_writable(self, connection: Writer) -> None:
        """Send what `connection` (which is watched) couldn't send yet as soon as it can."""
        descriptor = connection.fileno()
        if connection.has_unsent and descriptor in self._callbacks and descriptor not in self._writers:
            self._writers[descriptor] = connection
            self._epoll.modify(descriptor, _WRITING)

    def wait(self, timeout_seconds: float | None) -> None:
        """Wait until something is ready, or for at most the given time, and call whom it concerns.

        May return early: the kernel takes no time-out of weeks, so a longer wait is made of several.
        """
        timeout = timeout_seconds if timeout_seconds is None else min(timeout_seconds, _LONGEST_WAIT_SECONDS)
        for descriptor, events in self._epoll.poll(timeout):
            if events & select.EPOLLOUT:
                self._flush(descriptor)
            # A callback may have taken another descriptor of this batch away.
            callback = self._callbacks.get(descriptor)
            if callback is not None and events & ~select.EPOLLOUT:
                callback()

    def _flush(self, descriptor: int) -> None:
        connection = self._writers.get(descriptor)
        if connection is None:
            return
        connection.flush()
        if not connection.has_unsent:
            del self._writers[descriptor]
            self._epoll.modify(descriptor, _ALWAYS)
