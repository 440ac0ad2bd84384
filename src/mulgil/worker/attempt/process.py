"""The life of an attempt's process, from the fork (or the fresh interpreter) to its report."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime

import msgspec

from mulgil.i18n import FieldValue, Text
from mulgil.logstores import LogLine, Masker
from mulgil.messages import AttemptStarted, Failed, Finished, FrameError, Outcome, Report, Succeeded
from mulgil.sdk import LoadedDagFile, words_of
from mulgil.worker.attempt.execute import execute, find_operator, masked
from mulgil.worker.attempt.imports import import_dag_file, import_failure
from mulgil.worker.attempt.link import DaemonLink
from mulgil.worker.attempt.logs import (
    error_line,
    first_line,
    flush_output,
    keep_log,
    open_log,
    take_over_logging,
    write_line,
)
from mulgil.worker.attempt.runtime import AttemptRuntime
from mulgil.worker.attempt.storable import storable
from mulgil.worker.attempt.termination import AttemptTerminated, Termination
from mulgil.worker.context import WorkerContext
from mulgil.worker.errors import CutOffError
from mulgil.worker.linux import become_subreaper, die_with, name_process
from mulgil.worker.wire import EXIT_CUT_OFF, AttemptUp, Begin, DagFile, Mode


def run_attempt(
    connect: Callable[[], int | None], context: WorkerContext, *, loaded: LoadedDagFile | None = None
) -> None:
    """Be an attempt's process: ask the daemon what to do, do it, report, and return in order to exit.

    Args:
        connect: Returns the descriptor of the connection to the daemon, or None if there is nothing to do.
        context: Where the worker works.
        loaded: The dag file that a zygote has imported; without it the file is imported here.
    """
    _lead_group(context)
    termination = Termination()
    descriptor = connect()
    if descriptor is None:
        return
    link = DaemonLink(descriptor)
    attempt: _Attempt | None = None
    report: Report | None = None
    try:
        termination.listen()
        if loaded is None:
            link.send(AttemptUp(os.getpid()))
        begin = link.receive_begin()
        attempt = _Attempt(begin, link, context)
        report = attempt.resolve(loaded) if begin.mode is Mode.RESOLVE else attempt.run(loaded)
        termination.ignore()
    except AttemptTerminated:
        termination.ignore()
    flush_output()
    if not link.is_own:
        # A task that forked let its child return from the function; the report is the parent's.
        return
    if termination.is_asked:
        # Also if the task went on and returned: whoever told it to end knows what it counts as.
        termination.obey()
    if attempt is not None and report is not None:
        try:
            _send_report(link, report)
        except CutOffError as error:
            attempt.note(error)
            os._exit(EXIT_CUT_OFF)


def _send_report(link: DaemonLink, report: Report) -> None:
    """Send a report, or what of it can be sent: what a task leaves behind may have no form on the wire."""
    try:
        link.send(Finished(report))
    except FrameError as error:
        failed = msgspec.structs.replace(report, outcome=Failed(error.text, may_retry=False), xcoms=())
        try:
            link.send(Finished(failed))
        except FrameError:
            # Its target's ledger has the commits, too.
            link.send(Finished(msgspec.structs.replace(failed, commits=())))


def _lead_group(context: WorkerContext) -> None:
    """Lead a session and process group that the kernel kills when the daemon dies.

    What the task starts stays below this process, whatever sessions it makes, and comes to the daemon when this
    process ends: there it is ended, too.
    """
    name_process("mulgil-task")
    if os.getsid(0) != os.getpid():
        os.setsid()
    become_subreaper()
    die_with(context.lifeline, group=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)


class _Attempt:
    def __init__(self, begin: Begin, link: DaemonLink, context: WorkerContext) -> None:
        self._assignment = begin.assignment
        self._log = begin.log
        self._link = link
        self._context = context
        self._masker = Masker()
        self._runtime = AttemptRuntime(begin.assignment, link, context, self._masker)
        self._started_at: datetime | None = None

    def run(self, loaded: LoadedDagFile | None) -> Report:
        """Run the task; whatever it does to its process, there is a report."""
        try:
            self._open_log()
        except OSError as error:
            fields: dict[str, FieldValue] = {"path": self._log, "why": error.strerror}
            return self._report(Failed(Text("worker.log_unwritable", fields)), started_at=None)
        try:
            return self._run(loaded)
        except Exception as error:  # noqa: BLE001 - the task may have broken anything that it shares a process with
            self.note(error)
            broken: dict[str, FieldValue] = {"kind": type(error).__name__, "message": words_of(error)}
            text = storable(Text("worker.process_broken", broken), self._masker.mask)
            return self._report(Failed(text), started_at=self._started_at)

    def note(self, error: Exception) -> None:
        """Write to the log what went wrong around the task."""
        keep_log(self._log)
        write_line(error_line(self._context.clock.now(), words_of(error), error, self._masker))

    def _run(self, loaded: LoadedDagFile | None) -> Report:
        clock = self._context.clock
        assignment = self._assignment
        if loaded is None:
            imported = self._import()
            if isinstance(imported, Failed):
                return self._report(imported, started_at=None)
            loaded = imported
        started_at = self._started_at = clock.now()
        write_line(first_line(started_at, try_number=assignment.instance.try_number, attempt_id=assignment.attempt_id))
        self._link.send(AttemptStarted(assignment.attempt_id, os.getpid(), started_at))
        outcome = execute(loaded, self._runtime, self._masker, clock, tell=self._tell)
        keep_log(self._log)
        return self._report(outcome, started_at=started_at)

    def _tell(self, line: LogLine, _: BaseException, /) -> None:
        keep_log(self._log)
        write_line(line)

    def resolve(self, loaded: LoadedDagFile | None) -> Report | None:
        """Ask the target whether the attempt had committed before it died; None if that isn't known."""
        from mulgil.sdk import resolve_task

        self._open_log()
        self._link.send(AttemptUp(os.getpid()))
        dag_file = DagFile.of(self._assignment)
        loaded = loaded or import_dag_file(dag_file, self._context.home)
        if not resolve_task(find_operator(loaded, self._runtime), self._runtime):
            return None
        return self._report(Succeeded(), started_at=None)

    def _open_log(self) -> None:
        open_log(self._log)
        take_over_logging(self._masker)
        reseed()

    def _import(self) -> LoadedDagFile | Failed:
        try:
            return import_dag_file(DagFile.of(self._assignment), self._context.home)
        except AttemptTerminated:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever an author's module raises
            text = masked(import_failure(error, self._assignment.file), self._masker)
            write_line(error_line(self._context.clock.now(), str(error), error, self._masker))
            return Failed(text)

    def _report(self, outcome: Outcome, *, started_at: datetime | None) -> Report:
        """XComs belong to a success; commits are facts, however the task ended."""
        return Report(
            attempt_id=self._assignment.attempt_id,
            outcome=outcome,
            ended_at=self._context.clock.now(),
            started_at=started_at,
            pid=os.getpid(),
            xcoms=self._runtime.xcoms if isinstance(outcome, Succeeded) else (),
            commits=self._runtime.commits,
        )


def reseed() -> None:
    """Let forks of one process not draw the same numbers. Python's own `random` does it by itself."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
