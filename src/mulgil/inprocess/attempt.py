"""One attempt in this process: the worker's own runtime, without a daemon between."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from mulgil.config import Home
from mulgil.gateway import AttemptQuestions
from mulgil.inprocess.streams import captured, terminal
from mulgil.inprocess.watcher import Watcher
from mulgil.logstores import LogLine, Masker
from mulgil.messages import Answer, Ask, Assignment, Outcome, Progress, Question, Report, Succeeded
from mulgil.ports import Clock
from mulgil.sdk import describe_failure, running_operator
from mulgil.serialization import XComFile, encode_xcom_file
from mulgil.worker.attempt.execute import DagSource, execute, masked
from mulgil.worker.attempt.runtime import AttemptRuntime
from mulgil.worker.attempt.termination import AttemptTerminated
from mulgil.worker.attempt.xcom_files import XComFiles
from mulgil.worker.context import WorkerContext
from mulgil.worker.state.death import timed_out


class XComMemory(XComFiles):
    """Large XComs that live as long as the run."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(Home(Path(), Path()))
        self._contents: dict[str, bytes] = {}

    def _read(self, file: XComFile) -> bytes:
        return self._contents[file.sha256]

    def _keep(self, contents: bytes, kind: Literal["value", "arrow"]) -> bytes:
        file = XComFile(sha256=sha256(contents).hexdigest(), size=len(contents), kind=kind)
        self._contents[file.sha256] = contents
        return encode_xcom_file(file)


class _Link:
    """`AttemptLink` to the run that this process plays."""

    def __init__(self, assignment: Assignment, questions: AttemptQuestions, watcher: Watcher) -> None:
        self._assignment = assignment
        self._questions = questions
        self._watcher = watcher

    def send(self, message: msgspec.Struct) -> None:
        if isinstance(message, Progress):
            self._watcher.progressed(self._assignment, message.rows, message.total)

    def ask(self, attempt_id: str, question: Question) -> Answer:
        return self._questions.answer(Ask(attempt_id, 0, question))


class TaskPlayer:
    """Runs attempts one after another. No forks, no files: a debugger may stop anywhere.

    `home` is where relative paths of connections start; nothing is written there. `faults` arms fault
    points of the write path. With `debug`, what a task raises opens the debugger where it was raised,
    and time-outs are off.
    """

    def __init__(
        self,
        dags: DagSource,
        questions: AttemptQuestions,
        *,
        home: Home,
        clock: Clock,
        task_clock: Clock,
        watcher: Watcher,
        files: XComFiles,
        faults: str = "",
        debug: bool = False,
    ) -> None:
        """Run tasks of `dags`; `clock` times attempts, `task_clock` is what tasks see."""
        self._dags = dags
        self._questions = questions
        self._context = WorkerContext(home=home, clock=task_clock, lifeline=-1, faults=faults)
        self._clock = clock
        self._watcher = watcher
        self._files = files
        self._debug = debug

    def play(self, assignment: Assignment) -> Report:
        """Run one attempt to its end."""
        masker = Masker()
        link = _Link(assignment, self._questions, self._watcher)
        runtime = AttemptRuntime(assignment, link, self._context, masker, files=self._files)
        started_at = self._clock.now()
        outcome = self._outcome(assignment, runtime, masker)
        return Report(
            attempt_id=assignment.attempt_id,
            outcome=outcome,
            ended_at=self._clock.now(),
            started_at=started_at,
            xcoms=runtime.xcoms if isinstance(outcome, Succeeded) else (),
            commits=runtime.commits,
        )

    def _outcome(self, assignment: Assignment, runtime: AttemptRuntime, masker: Masker) -> Outcome:
        def take(line: LogLine) -> None:
            self._watcher.line(assignment, line)

        def tell(line: LogLine, error: BaseException, /) -> None:
            if isinstance(error, KeyboardInterrupt):
                raise error
            take(msgspec.structs.replace(line, text=masked(describe_failure(error), masker)))
            if self._debug:
                with terminal():
                    _post_mortem(error)

        timeout = assignment.execution_timeout
        seconds = 0.0 if timeout is None or self._debug else timeout.total_seconds()
        try:
            with captured(take, masker), _alarm(seconds), _interruptible():
                return execute(self._dags, runtime, masker, self._clock, tell=tell)
        except AttemptTerminated:
            return timed_out(assignment)


def _post_mortem(error: BaseException) -> None:
    import pdb

    pdb.post_mortem(error.__traceback__)


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """End what runs inside after `seconds` (0: never), as the worker does: `on_kill`, then unwind.

    Only the main thread hears signals; anywhere else nothing ends a task.
    """
    if seconds <= 0 or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _terminate)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end what a task has started, such as a shell's processes, before it unwinds the task."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupt(*_: object) -> None:
    _kill_running()
    raise KeyboardInterrupt


def _terminate(*_: object) -> None:
    _kill_running()
    raise AttemptTerminated


def _kill_running() -> None:
    operator = running_operator()
    if operator is not None:
        operator.on_kill()


Play = Callable[[Assignment], Report]
