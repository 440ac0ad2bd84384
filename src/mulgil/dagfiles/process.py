"""The DAG processor as a process: a parse server beside it, a loop that sleeps until a file changes."""

from __future__ import annotations

import logging
import os
import select
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress

from mulgil.config import Home, Settings, make_private_folder
from mulgil.config.environment import cpu_count
from mulgil.dagfiles.bundle import Bundle
from mulgil.dagfiles.errors import BundleError, ParseServerError
from mulgil.dagfiles.inotify import FolderWatch
from mulgil.dagfiles.parse_memory import environment_mark
from mulgil.dagfiles.parse_server import fork_parse_server
from mulgil.dagfiles.parser import Parser
from mulgil.dagfiles.processor import DagProcessor, StepReport
from mulgil.model.version import VERSION
from mulgil.ports import Clock, DagFileStore, Doorbell, StoreUnavailableError

DEFAULT_BUNDLE = "dags"
_MOST_PARALLEL = 4
_RESCAN_SECONDS = 60.0
# Editors and version control write several files in a row: wait until they are done, but not for ever.
_QUIET_SECONDS = 0.05
_LONGEST_QUIET_SECONDS = 1.0
_RETRY_SECONDS = 1.0
# How long a parse may hold up readiness, and how often that is looked at.
_READY_PATIENCE_SECONDS = 2.0
_READY_CHECK_SECONDS = 0.1
_log = logging.getLogger("mulgil.dagfiles")


def run_dag_processor(
    home: Home,
    settings: Settings,
    *,
    connect: Callable[[], tuple[DagFileStore, Doorbell]],
    clock: Clock,
    life_fd: int | None = None,
    when_ready: Callable[[], None] = lambda: None,
) -> int:
    """Publish the home's dags folder until `life_fd` ends or SIGTERM or SIGINT comes; return the exit code.

    The calling process must be single-threaded and hold no store: it forks the parse server first, and
    only then calls `connect`, so that no author's code ever shares a process with a store. `when_ready` is
    called when every dag file has been parsed and published once, but for those whose import takes longer than
    two seconds: they follow when they are done.
    """
    orders, server_pid = fork_parse_server()
    make_private_folder(home.path)
    home.dags_folder.mkdir(exist_ok=True)
    timeout = settings.dagfiles.parse_timeout_seconds
    parser = Parser(orders, clock, timeout_seconds=timeout, parallel=min(cpu_count(), _MOST_PARALLEL))
    try:
        store, doorbell = connect()
        processor = DagProcessor(
            store=store,
            doorbell=doorbell,
            clock=clock,
            parser=parser,
            home=home,
            settings=settings.dagfiles,
            bundle=Bundle(DEFAULT_BUNDLE, home.dags_folder),
            environment=environment_mark(VERSION),
        )
        pause = settings.dagfiles.scan_seconds
        _Loop(processor, clock, polling_seconds=pause, life_fd=life_fd).run(when_ready)
    except ParseServerError as error:
        _log.error("%s", error)
        return 1
    finally:
        parser.close()
        with suppress(ChildProcessError):
            os.waitpid(server_pid, 0)
    return 0


class _Loop:
    def __init__(self, processor: DagProcessor, clock: Clock, *, polling_seconds: float, life_fd: int | None) -> None:
        self._processor = processor
        self._clock = clock
        self._polling_seconds = polling_seconds
        self._life_fd = life_fd
        self._wake_read, wake_write = os.pipe()
        for descriptor in (self._wake_read, wake_write):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        self._is_stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        # When to look at the bundle again, unless something is told before.
        self._look_at = clock.monotonic()
        self._is_told = True
        self._has_looked = False
        # Whether the bundle couldn't be read, so that its folders may not be the watched ones.
        self._is_blind = False
        self._watch: FolderWatch | None = None
        with suppress(OSError):
            self._watch = FolderWatch()

    def run(self, when_ready: Callable[[], None]) -> None:
        """Look and collect, then sleep until something changes or is parsed; again and again."""
        is_ready = False
        while not self._is_stopping:
            self._advance()
            if not is_ready and self._is_settled():
                is_ready = True
                when_ready()
            self._sleep(longest=_RESCAN_SECONDS if is_ready else _READY_CHECK_SECONDS)

    def _advance(self) -> None:
        """Publish what is parsed; look when it is time to."""
        if not self._attempt(self._processor.collect):
            self._look_at = self._clock.monotonic() + _RETRY_SECONDS
            return
        self._is_told |= self._processor.is_overtaken
        if self._clock.monotonic() < self._look_at and not self._is_told:
            return
        if not self._is_told:
            self._check_environment()
        self._is_told = self._is_blind = False
        has_looked = self._attempt(self._processor.look)
        self._has_looked |= has_looked
        self._is_told = self._watch_folders()
        self._look_at = self._clock.monotonic() + (self._pause() if has_looked else _RETRY_SECONDS)

    def _is_settled(self) -> bool:
        patience = _READY_PATIENCE_SECONDS
        return self._has_looked and (self._is_blind or self._processor.is_settled(patience_seconds=patience))

    def _stop(self, number: int, frame: object) -> None:
        self._is_stopping = True

    def _attempt(self, do: Callable[[], StepReport]) -> bool:
        """Look or collect; return False if it must be repeated soon."""
        try:
            report = do()
        except BundleError as error:
            self._is_blind = True
            return self._tell(error)
        except StoreUnavailableError as error:
            _log.warning("%s", error)
            return False
        if report.parsed or report.changed:
            words = "parsed %d files; changed: %s; failed: %s"
            _log.info(words, len(report.parsed), ", ".join(report.changed) or "-", ", ".join(report.failed) or "-")
        return True

    def _tell(self, error: BundleError) -> bool:
        """Record a bundle that can't be read where import failures are shown."""
        _log.warning("%s", error)
        try:
            self._processor.report_bundle(error.text)
        except StoreUnavailableError:
            return False
        return True

    def _watch_folders(self) -> bool:
        """Watch what the step looked into; return whether there is a folder whose changes may have been missed."""
        if self._watch is None:
            return False
        try:
            return self._watch.watch(self._processor.folders)
        except OSError:
            # Out of watches: look instead.
            self._watch.close()
            self._watch = None
            return False

    def _pause(self) -> float:
        return self._polling_seconds if self._watch is None or self._is_blind else _RESCAN_SECONDS

    def _sleep(self, *, longest: float) -> None:
        if self._is_told:
            return
        times = [longest, self._look_at - self._clock.monotonic()]
        if (due := self._processor.due_in()) is not None:
            times.append(due)
        watch = [] if self._watch is None else [self._watch.fileno()]
        ready = self._select(max(0.0, min(times)), [*self._processor.sources(), *watch])
        if self._watch is None or self._watch.fileno() not in ready:
            return
        self._is_told = True
        until = self._clock.monotonic() + _LONGEST_QUIET_SECONDS
        while self._watch.fileno() in ready and self._clock.monotonic() < until:
            self._watch.drain()
            ready = self._select(_QUIET_SECONDS, watch)

    def _select(self, seconds: float, sources: Sequence[int]) -> list[int]:
        life = [] if self._life_fd is None else [self._life_fd]
        ready, _, _ = select.select([self._wake_read, *life, *sources], [], [], seconds)
        if self._life_fd in ready:
            self._is_stopping = True
        if self._wake_read in ready:
            with suppress(BlockingIOError):
                os.read(self._wake_read, 512)
        return ready

    def _check_environment(self) -> None:
        """Parse everything anew when something was installed meanwhile."""
        mark = environment_mark(VERSION)
        if mark != self._processor.environment:
            self._processor.parse_anew(mark)
