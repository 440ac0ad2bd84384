"""A real installation to shoot at: `mulgil up` on a scratch home, its processes by role, and its database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from mulgil.cli._session import Session
from mulgil.config import environment
from mulgil.messages import Applied
from mulgil.model import DagRun

READY_SECONDS = 60.0


class Installation:
    """`mulgil up` on a scratch home; the supervisor itself may be killed and started again."""

    def __init__(self, home: Path, *, variables: dict[str, str] | None = None) -> None:
        self.home = home
        self._variables = variables or {}
        self._session: Session | None = None
        self.supervisor: subprocess.Popen[bytes] | None = None
        self._outputs = 0

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = Session(home=environment.resolve_home(str(self.home)))
        return self._session

    def write_dag(self, name: str, source: str) -> None:
        folder = self.home / "dags"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(source)

    def start(self) -> None:
        """Start `mulgil up` and wait until it is ready."""
        self._outputs += 1
        output = self.home / f"up-{self._outputs}.log"
        with output.open("wb") as log:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-u", "-m", "mulgil.cli.main", "--home", str(self.home), "up"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self._variables},
            )
        wait_until(lambda: "mulgil is up" in output.read_text(), READY_SECONDS, f"mulgil up: {output}")

    def stop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGINT)
            self.supervisor.wait(60)

    def by_role(self) -> dict[str, list[psutil.Process]]:
        """Every live process: supervisor, scheduler, dag-processor, daemon, nursery, zygote, task.

        The worker's processes are told apart by their depth under the daemon: nursery, zygotes, attempts.
        """
        roles: dict[str, list[psutil.Process]] = {
            role: [] for role in ("supervisor", "scheduler", "dag-processor", "daemon", "zygote", "task")
        }
        assert self.supervisor is not None
        if self.supervisor.poll() is not None:
            return roles
        top = psutil.Process(self.supervisor.pid)
        roles["supervisor"].append(top)
        for child in _children(top):
            command = _command_line(child)
            if "scheduler" in command:
                roles["scheduler"].append(child)
            elif "dag-processor" in command:
                roles["dag-processor"].append(child)
            elif "worker" in command:
                roles["daemon"].append(child)
                self._below_daemon(child, roles)
        return roles

    def _below_daemon(self, daemon: psutil.Process, roles: dict[str, list[psutil.Process]]) -> None:
        for process in _descendants(daemon):
            name = _name(process)
            if name.startswith("mulgil-zygote"):
                roles["zygote"].append(process)
            elif name.startswith("mulgil-task"):
                roles["task"].append(process)

    def trigger(self, dag_id: str) -> str:
        submitted = self.session.control.trigger(dag_id)
        deadline = time.monotonic() + 30
        answer = submitted.answer
        while answer is None and time.monotonic() < deadline:
            answer = self.session.store.answer(submitted.command_id)
            time.sleep(0.05)
        assert isinstance(answer, Applied), answer
        return str(answer.facts["run_id"])

    def wait_for_dag(self, dag_id: str) -> None:
        def is_there() -> bool:
            failures = self.session.control.import_failures()
            assert not failures, failures
            return dag_id in {summary.dag.dag_id for summary in self.session.control.dags()}

        wait_until(is_there, 60, f"dag {dag_id}")

    def wait_for_end(self, dag_id: str, run_id: str, *, seconds: float) -> DagRun:
        wait_until(lambda: self.session.control.run(dag_id, run_id).state.is_finished, seconds, f"run {run_id}")
        return self.session.control.run(dag_id, run_id)


def wait_until(is_true: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            pytest.fail(f"{what}: not within {seconds} s")
        time.sleep(0.05)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children()
    except psutil.NoSuchProcess:
        return []


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _command_line(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    found = Installation(tmp_path / "home", variables={"STAMPS": str(tmp_path / "stamps")})
    yield found
    found.stop()
