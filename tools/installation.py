"""A real installation to measure and to shoot at: `mulgil up` on a scratch home, driven from outside.

Used by the benchmarks and by the test tiers that run the real processes. Waiting is done by looking, as a
person would; a `Control` is held open meanwhile.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from mulgil.cli.session import Session
from mulgil.config import environment
from mulgil.messages import Applied
from mulgil.model import DagRun
from mulgil.ports import BackfillRequest, Control, StoredBackfill, Submitted

READY_SECONDS = 60.0
ROLES = ("supervisor", "scheduler", "dag-processor", "daemon", "zygote", "task")


class InstallationError(AssertionError):
    """The installation did not do in time what it was waited for."""


class Installation:
    """`mulgil up` on a scratch home; the supervisor itself may be killed and started again."""

    def __init__(self, home: Path, *, variables: Mapping[str, str] | None = None) -> None:
        """Use `home`, which need not exist; `variables` are added to the processes' environment."""
        self.home = home
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.ready_seconds = 0.0
        self._variables = dict(variables or {})
        self._session: Session | None = None
        self._starts = 0

    @property
    def control(self) -> Control:
        """A `Control` on the home, held open."""
        if self._session is None:
            self._session = Session(home=environment.resolve_home(str(self.home)))
        return self._session.control

    @property
    def output(self) -> str:
        """What the newest `mulgil up` has printed."""
        file = self._output_file()
        return file.read_text(errors="replace") if file.exists() else ""

    def command(self, *arguments: str) -> list[str]:
        """Return the command line that runs `mulgil` on this home."""
        return [sys.executable, "-u", "-m", "mulgil.cli.main", "--home", str(self.home), *arguments]

    def mulgil(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, check=check)

    def write_dag(self, name: str, source: str) -> None:
        """Put a dag file into the bundle."""
        folder = self.home / "dags"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(source)

    def start(self) -> None:
        """Run `mulgil up` and wait until it says that it is ready."""
        self._starts += 1
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        began = time.perf_counter()
        with self._output_file().open("wb") as log:
            self.supervisor = subprocess.Popen(
                self.command("up"),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "MULGIL_LANG": "en", **self._variables},
            )
        supervisor = self.supervisor
        wait_until(
            lambda: "mulgil is up" in self.output or supervisor.poll() is not None, READY_SECONDS, "mulgil up", 0.002
        )
        self.ready_seconds = time.perf_counter() - began
        if supervisor.poll() is not None:
            raise InstallationError(f"mulgil up ended: {self.output}")

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        if self._session is not None:
            self._session.close()
            self._session = None
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGINT)
            self.supervisor.wait(60)

    def processes(self) -> list[psutil.Process]:
        """Every process of the installation, the supervisor first."""
        if self.supervisor is None or self.supervisor.poll() is not None:
            return []
        top = psutil.Process(self.supervisor.pid)
        return [top, *_below(top)]

    def by_role(self) -> dict[str, list[psutil.Process]]:
        """Every live process by what it does; the worker's children bear their role as their name."""
        roles: dict[str, list[psutil.Process]] = {role: [] for role in ROLES}
        for number, process in enumerate(self.processes()):
            role = "supervisor" if number == 0 else _role_of(process)
            if role is not None:
                roles[role].append(process)
        return roles

    def trigger(self, dag_id: str) -> str:
        """Trigger a run and return its id, whoever has to come back first to answer."""
        return str(self._applied(self.control.trigger(dag_id), f"the trigger of {dag_id}").facts["run_id"])

    def backfill(self, request: BackfillRequest) -> int:
        """Start a backfill and return its id, whoever has to come back first to answer."""
        plan = self.control.plan_backfill(request)
        answer = self._applied(self.control.create_backfill(plan), f"the backfill of {request.dag_id}")
        return int(str(answer.facts["backfill_id"]))

    def wait_for_backfill(self, backfill_id: int, *, seconds: float, pause: float = 0.05) -> StoredBackfill:
        """Wait until a backfill has ended and return it."""
        wait_until(
            lambda: self.control.backfill(backfill_id).backfill.state.is_finished,
            seconds,
            f"backfill {backfill_id}",
            pause,
        )
        return self.control.backfill(backfill_id)

    def _applied(self, submitted: Submitted, what: str) -> Applied:
        answers = [submitted.answer]

        def is_answered() -> bool:
            if answers[-1] is None and self._session is not None:
                answers.append(self._session.store.answer(submitted.command_id))
            return answers[-1] is not None

        wait_until(is_answered, 30, f"the answer to {what}")
        answer = answers[-1]
        if not isinstance(answer, Applied):
            raise InstallationError(f"{what} was not applied: {answer}")
        return answer

    def wait_for_dag(self, dag_id: str) -> None:
        """Wait until the DAG processor has published a dag; any import failure ends the wait."""

        def is_there() -> bool:
            failures = [str(failure.error) for failure in self.control.import_failures()]
            if failures:
                raise InstallationError("; ".join(failures))
            return dag_id in {summary.dag.dag_id for summary in self.control.dags()}

        wait_until(is_there, 60, f"dag {dag_id}")

    def wait_for_end(self, dag_id: str, run_id: str, *, seconds: float) -> DagRun:
        """Wait until a run has ended and return it."""
        wait_until(lambda: self.control.run(dag_id, run_id).state.is_finished, seconds, f"run {run_id} of {dag_id}")
        return self.control.run(dag_id, run_id)

    def _output_file(self) -> Path:
        return self.home / f"up-{self._starts}.log"


def wait_until(is_true: Callable[[], bool], seconds: float, what: str, pause: float = 0.05) -> None:
    """Look until something is so.

    Raises:
        InstallationError: It isn't so after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            raise InstallationError(f"{what}: not within {seconds} s")
        time.sleep(pause)


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _role_of(process: psutil.Process) -> str | None:
    try:
        name, arguments = process.name(), process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return None
    if name.startswith("mulgil-"):
        return {"mulgil-zygote": "zygote", "mulgil-task": "task"}.get(name)
    by_command = {"scheduler": "scheduler", "dag-processor": "dag-processor", "worker": "daemon"}
    return next((role for word, role in by_command.items() if word in arguments), None)
