"""`TaskRuntime` in an attempt: what a task may ask of the outside, by way of the daemon."""

from pathlib import Path
from typing import Protocol

import msgspec

from mulgil.i18n import MulgilError
from mulgil.logstores import Masker, connection_secrets, variable_secrets
from mulgil.messages import (
    Answer,
    Assignment,
    GetConnection,
    GetVariable,
    GetXCom,
    Progress,
    Publishing,
    Question,
    XComEntry,
)
from mulgil.model import UNMAPPED, AssetCommit, Connection, DagRun, TaskInstance
from mulgil.ports import Clock
from mulgil.sdk import NOT_FOUND
from mulgil.serialization import LARGEST_XCOM, XComSizeError
from mulgil.worker.attempt.xcom_files import XComFiles
from mulgil.worker.context import WorkerContext
from mulgil.worker.errors import AnswerError

_PROGRESS_SECONDS = 0.2


class AttemptLink(Protocol):
    """An attempt's way to whoever runs it: the daemon, or its own process."""

    def send(self, message: msgspec.Struct) -> None:
        """Say something."""
        ...

    def ask(self, attempt_id: str, question: Question) -> Answer:
        """Ask something and wait for the answer."""
        ...


class AttemptRuntime:
    """Serves one attempt. What it pushes and commits is kept for the report."""

    def __init__(
        self,
        assignment: Assignment,
        link: AttemptLink,
        context: WorkerContext,
        masker: Masker,
        *,
        files: XComFiles | None = None,
    ) -> None:
        """Ask through `link`; what must not be shown is told to `masker`; large XComs are the home's, or `files`."""
        self._assignment = assignment
        self._link = link
        self._context = context
        self._masker = masker
        self._files = files or XComFiles(context.home)
        self._connections: dict[str, Connection] = {}
        self._pushed: dict[str, bytes] = {}
        self._pushed_bytes = 0
        self._commits: list[AssetCommit] = []
        self._progress_at = float("-inf")

    @property
    def dag_run(self) -> DagRun:
        """The run that the attempt is for."""
        return self._assignment.run

    @property
    def task_instance(self) -> TaskInstance:
        """The task instance that the attempt is a try of."""
        return self._assignment.instance

    @property
    def version_id(self) -> str:
        """The version of the dag whose code runs."""
        return self._assignment.version_id

    @property
    def clock(self) -> Clock:
        """The time."""
        return self._context.clock

    @property
    def xcoms(self) -> tuple[XComEntry, ...]:
        """What was pushed, in the order of the keys' first push."""
        return tuple(XComEntry(key, value) for key, value in self._pushed.items())

    @property
    def commits(self) -> tuple[AssetCommit, ...]:
        """What was committed, in order."""
        return tuple(self._commits)

    def get_connection(self, connection_id: str) -> Connection:
        """Return a connection with its secrets, which logs don't show from here on."""
        known = self._connections.get(connection_id)
        if known is not None:
            return known
        answer = self._ask(GetConnection(connection_id))
        if answer.connection is None:
            raise _refused(answer)
        self._masker.add(connection_secrets(answer.connection))
        self._connections[connection_id] = answer.connection
        return answer.connection

    def get_variable(self, key: str) -> str | None:
        """Return a variable's value, or None if there is no such variable."""
        answer = self._ask(GetVariable(key))
        if answer.variable is None:
            if answer.error is not None and not answer.error.code.startswith("gateway.variable_"):
                raise _refused(answer)
            return None
        self._masker.add(variable_secrets(key, answer.variable))
        return answer.variable

    def xcom_pull(
        self, task_id: str, *, key: str, map_index: int | None = UNMAPPED, run_id: str | None = None
    ) -> object:
        """Return what a task of this dag pushed (this attempt's own pushes included), or `NOT_FOUND`."""
        instance = self.task_instance
        run_id = run_id or instance.run_id
        is_own = (run_id, task_id, map_index) == (instance.run_id, instance.task_id, instance.map_index)
        if is_own and key in self._pushed:
            return self._files.decode(self._pushed[key])
        answer = self._ask(GetXCom(run_id, task_id, map_index, key))
        if answer.xcoms is None:
            raise _refused(answer)
        values = [self._files.decode(xcom.value) for xcom in answer.xcoms]
        if map_index is None:
            return values
        return values[0] if values else NOT_FOUND

    def xcom_push(self, key: str, value: object) -> None:
        """Keep a value that becomes visible together with the task's success."""
        task_id = self.task_instance.task_id
        data = self._files.encode(value, task_id=task_id, key=key)
        size = _row_bytes(key, data)
        others = self._pushed_bytes - (_row_bytes(key, self._pushed[key]) if key in self._pushed else 0)
        if others + size > LARGEST_XCOM:
            raise XComSizeError(
                "xcom.too_large_together", task_id=task_id, key=key[:200], bytes=others + size, limit=LARGEST_XCOM
            )
        self._pushed[key], self._pushed_bytes = data, others + size

    def progress(self, rows: int, total: int | None = None) -> None:
        """Tell how far the task is, a few times a second at most."""
        now = self._context.clock.monotonic()
        if now - self._progress_at >= _PROGRESS_SECONDS:
            self._progress_at = now
            self._link.send(Progress(self._assignment.attempt_id, rows, total))

    def report_commit(self, commit: AssetCommit) -> None:
        """Keep the record of a commit for the attempt's report."""
        self._commits.append(commit)

    def announce_publishing(self) -> None:
        """Tell the daemon that a publish starts; what is sent is heard even if we die at once."""
        self._link.send(Publishing(self._assignment.attempt_id))

    def resolve_path(self, path: str) -> Path:
        """Return a path as connections mean it: relative ones start at the home."""
        return self._context.home.path / Path(path).expanduser()

    def fault(self, point: str) -> None:
        """Pass a named point of the write path; does nothing unless a test armed it."""
        if self._context.faults:
            from mulgil.data.fault_point import FaultPlan, FaultPoint

            plan = FaultPlan.parse(self._context.faults)
            plan.hit(FaultPoint(point), task_id=self.task_instance.task_id)

    def _ask(self, question: GetConnection | GetVariable | GetXCom) -> Answer:
        return self._link.ask(self._assignment.attempt_id, question)


def _row_bytes(key: str, value: bytes) -> int:
    return len(key.encode("utf-8", "surrogatepass")) + len(value)


def _refused(answer: Answer) -> MulgilError:
    if answer.error is None:
        return AnswerError("worker.answer_empty")
    return MulgilError.of(answer.error)
