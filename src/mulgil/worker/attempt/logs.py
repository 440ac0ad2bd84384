"""An attempt's log: the file behind descriptors 1 and 2, and Python's logging as lines of it."""

import io
import logging
import os
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType

from mulgil.i18n import MulgilError
from mulgil.logstores import LOG_FORMAT, LogLine, Masker, encode_line, open_to_append


def prepare_streams() -> None:
    """Set up what every attempt finds: no input, output line by line, warnings as log lines."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    if nothing != 0:
        os.dup2(nothing, 0)
        os.close(nothing)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True, errors="backslashreplace")
    logging.captureWarnings(True)


def open_log(path: str) -> None:
    """Make the log file at `path` this process's standard output and error.

    The file itself, not a pipe: no reader's end can break a task, and what a dying process wrote last
    is there.
    """
    descriptor = open_to_append(path)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.close(descriptor)


def keep_log(path: str) -> None:
    """Have descriptors 1 and 2 be the log again if the task has changed that: its end is still to be told."""
    with suppress(OSError):
        log = os.stat(path)  # noqa: PTH116 - the raw call, like the next one
        for descriptor in (1, 2):
            try:
                is_log = os.path.samestat(os.fstat(descriptor), log)
            except OSError:
                is_log = False
            if not is_log:
                open_log(path)
                return


def take_over_logging(masker: Masker) -> None:
    """Send all of Python's logging to the log as structured lines, whatever the dag file had set up."""
    root = logging.getLogger()
    root.handlers[:] = [LogLineHandler(masker)]
    root.setLevel(logging.INFO)


class LogLineHandler(logging.Handler):
    """Writes each record with one system call, so that lines of several writers never mix."""

    def __init__(self, masker: Masker) -> None:
        """Hide what `masker` knows."""
        super().__init__()
        self._masker = masker

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            trace = ""
            if record.exc_info and record.exc_info[0] is not None:
                trace = "".join(traceback.format_exception(*record.exc_info))
            if record.stack_info:
                trace += record.stack_info
            line = LogLine(
                at=datetime.fromtimestamp(record.created, UTC),
                level=record.levelname.lower(),
                logger=record.name,
                msg=self._masker.mask(record.getMessage()),
                trace=self._masker.mask(trace),
            )
            os.write(2, encode_line(line))
        except Exception:  # noqa: BLE001 - logging's own rule: a record that can't be written breaks nothing
            self.handleError(record)


def write_line(line: LogLine) -> None:
    """Write one line of our own; a full disk must not decide how a task ends."""
    with suppress(OSError):
        os.write(2, encode_line(line))


def first_line(at: datetime, *, try_number: int, attempt_id: str) -> LogLine:
    """Return the line that a process begins its part of the log with."""
    msg = f"try {try_number} started: attempt {attempt_id}, pid {os.getpid()}"
    return LogLine(at=at, level="info", logger="mulgil.worker", msg=msg, format=LOG_FORMAT)


def error_line(at: datetime, msg: str, error: BaseException, masker: Masker) -> LogLine:
    """Return the line that says what a task raised, with the part of the traceback that is not ours.

    An error of ours says everything in its message: of its traceback only the author's own lines are kept.
    """
    if isinstance(error, MulgilError):
        trace = "".join(traceback.format_list(authors_lines(error.__traceback__)))
    else:
        trace = "".join(traceback.format_exception(type(error), error, authors_part(error.__traceback__)))
    return LogLine(at=at, level="error", logger="mulgil.task", msg=masker.mask(msg), trace=masker.mask(trace))


def authors_part(trace: TracebackType | None) -> TracebackType | None:
    """Return the traceback from the first frame on that isn't ours; all of it if every frame is."""
    found = trace
    while found is not None and str(found.tb_frame.f_globals.get("__name__", "")).startswith("mulgil."):
        found = found.tb_next
    return found or trace


def authors_lines(trace: TracebackType | None) -> list[traceback.FrameSummary]:
    """Return the frames of a traceback that the author wrote: not ours, not Python's, not a library's."""
    summaries = traceback.extract_tb(trace)
    modules = [str(frame.f_globals.get("__name__", "")).partition(".")[0] for frame, _ in traceback.walk_tb(trace)]
    return [
        summary
        for summary, module in zip(summaries, modules, strict=True)
        if module != "mulgil"
        and module not in sys.stdlib_module_names
        and "site-packages" not in summary.filename
        and not summary.filename.startswith("<")
    ]


def flush_output() -> None:
    """Pass on what Python still holds; a full disk, or what a task made of its streams, is no reason to stay."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
