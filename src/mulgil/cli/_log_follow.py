"""Showing a try's log, once or as it grows."""

from collections.abc import Callable, Iterable, Iterator
from threading import Event
from typing import Protocol

from mulgil.logstores import LogChunk, LogLine
from mulgil.model import TaskInstance, TaskInstanceState
from mulgil.ports import Clock

# How often a log that may grow is looked at.
POLL_SECONDS = 0.3
# A try that is in one of these states, or that waits to begin, may still write.
_UNDER_WAY = frozenset(
    {
        TaskInstanceState.NONE,
        TaskInstanceState.SCHEDULED,
        TaskInstanceState.QUEUED,
        TaskInstanceState.RUNNING,
        TaskInstanceState.RESTARTING,
    }
)


class ReadChunk(Protocol):
    """Reads a log from an offset on."""

    def __call__(self, *, offset: int, is_ended: bool) -> LogChunk:
        """Return the next whole lines; with `is_ended` also a last one without its end."""
        ...


def is_over(instance: TaskInstance, try_number: int) -> bool:
    """Whether a try of a task instance has ended and writes no more."""
    return try_number < instance.try_number or instance.state not in _UNDER_WAY


def read_to_end(read: ReadChunk, *, offset: int = 0, is_ended: bool) -> Iterator[tuple[LogLine, int]]:
    """Return the lines that there are now, each with where the lines after its chunk begin."""
    while True:
        chunk = read(offset=offset, is_ended=is_ended)
        for line in chunk.lines:
            yield line, chunk.next_offset
        if chunk.next_offset == offset:
            return
        offset = chunk.next_offset


def follow(read: ReadChunk, has_ended: Callable[[], bool], pause: Callable[[], None]) -> Iterator[LogLine]:
    """Return lines as they come, until the try has ended and all that it wrote is read."""
    offset = 0
    while True:
        # Asked before the log is read: what was written until then is in it.
        is_ended = has_ended()
        for line, after in read_to_end(read, offset=offset, is_ended=is_ended):
            offset = after
            yield line
        if is_ended:
            return
        pause()


def pauses(clock: Clock, seconds: float = POLL_SECONDS) -> Callable[[], None]:
    """Return a function that waits for the next look, so that looks come `seconds` apart by the monotonic clock."""
    looked_at = clock.monotonic()

    def pause() -> None:
        nonlocal looked_at
        Event().wait(max(0.0, looked_at + seconds - clock.monotonic()))
        looked_at = clock.monotonic()

    return pause


def lines_now(read: ReadChunk, *, is_ended: bool) -> Iterable[LogLine]:
    """Return the lines that there are now."""
    return (line for line, _ in read_to_end(read, is_ended=is_ended))
