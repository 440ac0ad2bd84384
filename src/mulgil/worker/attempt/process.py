"""The life of an attempt's process, from the fork (or the fresh interpreter) to its report."""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime

import msgspec

from mulgil.i18n import FieldValue, Text
from mulgil.logstores import Masker
from mulgil.messages import AttemptStarted, Failed, Finished, FrameError, Outcome, Report, Succeeded
from mulgil.sdk import LoadedDagFile
from mulgil.worker.attempt.execute import execute, find_operator, masked
from mulgil.worker.attempt.imports import import_dag_file, import_failure
from mulgil.worker.attempt.link import DaemonLink
from mulgil.worker.attempt.logs import error_line, first_line, flush_output, open_log, take_over_logging, write_line
from mulgil.worker.attempt.runtime import AttemptRuntime
from mulgil.worker.attempt.termination import AttemptTerminated, Termination
from mulgil.worker.context import WorkerContext
from mulgil.worker.linux import die_with, name_process
from mulgil.worker.wire import AttemptUp, Begin, DagFile, Mode


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
        report = None
    flush_output()
    if not link.is_own:
        # A task that forked let its child return from the function; the report is the parent's.
        return
    if termination.is_asked:
        # Also if the task went on and returned: whoever told it to end knows what it counts as.
        termination.obey()
    if report is not None:
        _send_report(link, report)


def _send_report(link: DaemonLink, report: Report) -> None:
    try:
        link.send(Finished(report))
    except FrameError as error:
        # Its XComs together are longer than any message; without them it says so.
        failed = Failed(error.text, may_retry=False)
        link.send(Finished(msgspec.structs.replace(report, outcome=failed, xcoms=())))


def _lead_group(context: WorkerContext) -> None:
    """Lead a session and process group that the kernel kills when the daemon dies."""
    name_process("mulgil-task")
    if os.getsid(0) != os.getpid():
        os.setsid()
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

    def run(self, loaded: LoadedDagFile | None) -> Report:
        """Run the task."""
        try:
            self._open_log()
        except OSError as error:
            fields: dict[str, FieldValue] = {"path": self._log, "why": error.strerror}
            return self._report(Failed(Text("worker.log_unwritable", fields)), started_at=None)
        clock = self._context.clock
        assignment = self._assignment
        if loaded is None:
            imported = self._import()
            if isinstance(imported, Failed):
                return self._report(imported, started_at=None)
            loaded = imported
        started_at = clock.now()
        write_line(first_line(started_at, try_number=assignment.instance.try_number, attempt_id=assignment.attempt_id))
        self._link.send(AttemptStarted(assignment.attempt_id, os.getpid(), started_at))
        return self._report(execute(loaded, self._runtime, self._masker, clock), started_at=started_at)

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
            xcoms=self._runtime.xcoms if isinstance(outcome, Succeeded) else (),
            commits=self._runtime.commits,
        )


def reseed() -> None:
    """Let forks of one process not draw the same numbers. Python's own `random` does it by itself."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
