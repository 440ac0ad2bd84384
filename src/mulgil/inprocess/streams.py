"""What a task prints and logs in this process, line by line, on its way to the watcher.

While a task runs, `sys.stdout`, `sys.stderr` and Python's logging are replaced; the debugger gets the
real streams back. What C libraries write to the descriptors themselves goes past us to the terminal.
"""

import io
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from mulgil.logstores import LogLine, Masker

TakeLine = Callable[[LogLine], None]


class _Lines(io.BufferedIOBase):
    """Takes bytes and gives whole lines."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        super().__init__()
        self._take = take
        self._rest = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        received = bytes(data)
        self._rest += received
        *lines, rest = self._rest.split(b"\n")
        self._rest = bytearray(rest)
        for line in lines:
            self._take(bytes(line))
        return len(received)

    def finish(self) -> None:
        """Give a last line that has no end."""
        if self._rest:
            self._take(bytes(self._rest))
            self._rest.clear()


class _Handler(logging.Handler):
    """Gives each record as a line."""

    def __init__(self, take: TakeLine, masker: Masker) -> None:
        super().__init__()
        self._take_line = take
        self._masker = masker

    def emit(self, record: logging.LogRecord) -> None:
        try:
            trace = ""
            if record.exc_info and record.exc_info[0] is not None:
                trace = "".join(traceback.format_exception(*record.exc_info))
            line = LogLine(
                at=datetime.fromtimestamp(record.created, UTC),
                level=record.levelname.lower(),
                logger=record.name,
                msg=self._masker.mask(record.getMessage()),
                trace=self._masker.mask(trace),
            )
            self._take_line(line)
        except Exception:  # noqa: BLE001 - logging's own rule: a record that can't be written breaks nothing
            self.handleError(record)


@contextmanager
def captured(take: TakeLine, masker: Masker) -> Iterator[None]:
    """Give what is printed and logged inside to `take`, line by line, masked."""

    def raw(data: bytes) -> None:
        take(LogLine(msg=masker.mask(data.decode("utf-8", "replace").rstrip("\r"))))

    lines = _Lines(raw)
    stream = io.TextIOWrapper(lines, encoding="utf-8", errors="backslashreplace", write_through=True)  # type: ignore[type-var]
    before = sys.stdout, sys.stderr
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = [_Handler(take, masker)]
    root.setLevel(logging.INFO)
    sys.stdout = sys.stderr = stream
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        root.handlers[:] = handlers
        root.setLevel(level)
        lines.finish()


@contextmanager
def terminal() -> Iterator[None]:
    """Give the debugger the terminal."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = sys.__stdout__ or before[0], sys.__stderr__ or before[1]
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
