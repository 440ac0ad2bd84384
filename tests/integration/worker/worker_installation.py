"""A real worker daemon on a scratch home, and a scripted gateway that it dials."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import msgspec
import psutil

from mulgil.client import FrameSocket
from mulgil.config import Home
from mulgil.logstores import FileLogStore, LogLine
from mulgil.messages import (
    DAEMON_MESSAGES,
    Ack,
    Answer,
    Ask,
    Assign,
    Assignment,
    AttemptStarted,
    Cancel,
    DaemonMessage,
    Finished,
    Hello,
    Report,
    Welcome,
)
from mulgil.model import DagRun, DagRunState, DataInterval, Isolation, RunType, TaskInstance
from mulgil.worker import WorkerSettings

SNAPSHOT = "snapshot"
DEADLINE_SECONDS = 30.0
START = """
import sys
from datetime import timedelta
from pathlib import Path
import msgspec
from mulgil.config import Home, Settings
from mulgil.worker import WorkerSettings, run_worker
home = Home(Path(sys.argv[1]), Path(sys.argv[2]))
limits = msgspec.json.decode(sys.argv[3], type=WorkerSettings)
life = int(sys.argv[4]) if sys.argv[4] else None
run_worker(home, Settings(), limits=limits, life_fd=life, when_ready=lambda: print("ready", flush=True))
"""
MessageT = TypeVar("MessageT")


def assignment(task_id: str, **changes: object) -> Assignment:
    """Return an assignment of a task of the dag `pipeline`."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    attempt_id = str(changes.pop("attempt_id", f"attempt-{task_id}"))
    try_number = int(str(changes.pop("try_number", 1)))
    run = DagRun(
        dag_id="pipeline",
        run_id="manual__1",
        run_uid="uid",
        run_type=RunType.MANUAL,
        state=DagRunState.RUNNING,
        data_interval=DataInterval(start, start + timedelta(days=1)),
        version_id="v1",
        created_at=start,
    )
    instance = TaskInstance(dag_id="pipeline", run_id="manual__1", task_id=task_id, try_number=try_number)
    given: dict[str, object] = {
        "isolation": Isolation.FORK,
        "file": "pipeline.py",
        "snapshot": SNAPSHOT,
        "bundle": "dags",
        "version_id": "v1",
        **changes,
    }
    return Assignment(attempt_id=attempt_id, run=run, instance=instance, **given)  # type: ignore[arg-type]


class FakeGateway:
    """Listens where the scheduler would, and does what a test says: nothing by itself but `Welcome`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._listener: socket.socket | None = None
        self._connection: FrameSocket[DaemonMessage] | None = None
        self.heard: list[DaemonMessage] = []
        self.hellos: list[Hello] = []
        self.listen()

    def listen(self) -> None:
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self._path))
        self._listener.listen()

    def close(self) -> None:
        """Be gone, as a scheduler that was killed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._path.unlink(missing_ok=True)

    def send(self, *messages: Assign | Cancel | Answer | Ack) -> None:
        assert self._connection is not None
        for message in messages:
            self._connection.send(message)
        while self._connection.has_unsent:
            self._pump(0.01)
            self._connection.flush()

    def accept(self) -> Hello:
        """Wait for the next hello and welcome it."""
        known = len(self.hellos)
        self.wait(lambda: len(self.hellos) > known, "a hello")
        return self.hellos[-1]

    def run(self, *assignments: Assignment) -> list[Report]:
        """Have attempts run, acknowledge their reports and return them in the order of `assignments`."""
        self.send(*(Assign(one) for one in assignments))
        return [self.report(one.attempt_id) for one in assignments]

    def report(self, attempt_id: str, *, acknowledge: bool = True) -> Report:
        report = self.find(Finished, lambda message: message.report.attempt_id == attempt_id).report
        if acknowledge:
            self.send(Ack((attempt_id,)))
        return report

    def started(self, attempt_id: str) -> AttemptStarted:
        return self.find(AttemptStarted, lambda message: message.attempt_id == attempt_id)

    def asked(self) -> Ask:
        """Return the next question that wasn't taken yet."""
        ask = self.find(Ask, lambda _: True)
        self.heard.remove(ask)
        return ask

    def find(self, kind: type[MessageT], matches: Callable[[MessageT], bool]) -> MessageT:
        def found() -> list[MessageT]:
            return [message for message in self.heard if isinstance(message, kind) and matches(message)]

        # Not the messages themselves: they may be megabytes.
        heard = [type(message).__name__ for message in self.heard]
        self.wait(lambda: bool(found()), f"{kind.__name__}; heard before: {heard}")
        return found()[0]

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            self._pump(0.1)

    def listen_for(self, seconds: float) -> None:
        """Hear what comes within a while."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._pump(left)

    def _pump(self, seconds: float) -> None:
        sockets = [one for one in (self._listener, self._connection) if one is not None and one.fileno() >= 0]
        ready, _, _ = select.select(sockets, [], [], seconds)
        if self._listener in ready and self._listener is not None:
            accepted, _ = self._listener.accept()
            if self._connection is not None:
                # The daemon dialled anew: what it said before it hung up still counts.
                for message in self._connection.receive():
                    self._take(message)
                self._connection.close()
            self._connection = FrameSocket(accepted, DAEMON_MESSAGES)
        elif self._connection in ready and self._connection is not None:
            for message in self._connection.receive():
                self._take(message)
            if self._connection.is_ended:
                self._connection.close()
                self._connection = None

    def _take(self, message: DaemonMessage) -> None:
        if isinstance(message, Hello):
            self.hellos.append(message)
            assert self._connection is not None
            self._connection.send(Welcome())
        else:
            self.heard.append(message)


class Worker:
    """One daemon process; `processes` are it and all that descends from it."""

    def __init__(self, home: Home, **limits: object) -> None:
        self.life_read, self.life_write = os.pipe()
        settings = msgspec.convert({**msgspec.to_builtins(WorkerSettings()), **limits}, WorkerSettings)
        self.errors = home.path / "worker.err"
        with self.errors.open("ab") as errors:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    START,
                    str(home.path),
                    str(home.runtime_root),
                    msgspec.json.encode(settings).decode(),
                    str(self.life_read),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                pass_fds=(self.life_read,),
                start_new_session=True,
            )
        os.close(self.life_read)
        self.pid = self.process.pid
        self._known: set[int] = set()

    def lose_supervisor(self) -> None:
        os.close(self.life_write)
        self.life_write = -1

    def descendants(self) -> list[psutil.Process]:
        found = psutil.Process(self.pid).children(recursive=True)
        self._known |= {process.pid for process in found}
        return found

    def nursery(self) -> psutil.Process:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            for child in psutil.Process(self.pid).children():
                # Its name is the first thing that it does, once it has imported what it needs.
                if child.name() == "mulgil-nursery":
                    return child
            time.sleep(0.005)
        raise AssertionError("there is no nursery")

    def zygotes(self) -> list[psutil.Process]:
        return [child for child in self.nursery().children() if child.name() == "mulgil-zygote"]

    def end(self) -> None:
        if self.life_write >= 0:
            self.lose_supervisor()
        if self.process.poll() is None:
            self.descendants()
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()
        for pid in self._known:
            wait_gone(pid)


def wait_gone(pid: int) -> None:
    """Wait until a process is gone (or only a zombie, whose parent isn't ours)."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while is_running(pid):
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Installation:
    """A home with one dag file, its gateway, and the workers that a test starts."""

    def __init__(self, path: Path) -> None:
        self.home = Home(path / "home", path / "run")
        for folder in (self.home.snapshots_folder / SNAPSHOT, self.home.journal_folder, self.home.runtime_folder):
            folder.mkdir(parents=True)
        self.gateway = FakeGateway(self.home.gateway_socket)
        self.workers: list[Worker] = []

    def write_dag(self, source: str, *, file: str = "pipeline.py") -> None:
        """Write a dag file whose tasks are the functions that `source` defines inside `with DAG("pipeline")`."""
        (self.home.snapshots_folder / SNAPSHOT / file).write_text(source)

    def start_worker(self, **limits: object) -> Worker:
        worker = Worker(self.home, **limits)
        self.workers.append(worker)
        self.gateway.accept()
        return worker

    def log(self, task_id: str, *, try_number: int = 1) -> tuple[LogLine, ...]:
        store = FileLogStore(self.home)
        return store.read(
            dag_id="pipeline",
            run_id="manual__1",
            task_id=task_id,
            map_index=-1,
            try_number=try_number,
            is_ended=True,
        ).lines

    def close(self) -> None:
        for worker in self.workers:
            worker.end()
        self.gateway.close()
