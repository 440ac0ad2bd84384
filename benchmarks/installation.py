"""A scratch home with `mulgil up` running on it, and a `Control` held open, for a workload."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from mulgil.cli._session import Session
from mulgil.config import environment
from mulgil.messages import Applied
from mulgil.model import DagRun, TaskInstanceState

RUN_SECONDS = 300


class WorkloadError(Exception):
    """A workload did not do what it should have; its figures would mean nothing."""


class Installation:
    """One scratch home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.stamps = home / "stamps"
        self.process: subprocess.Popen[str] | None = None
        self.ready_ms = 0.0
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The wiring of the command line, held open."""
        if self._session is None:
            self._session = Session(home=environment.resolve_home(str(self.home)))
        return self._session

    def write_dag(self, name: str, source: str) -> None:
        """Put a dag file into the bundle."""
        folder = self.home / "dags"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(source)

    def start(self) -> None:
        """Run `mulgil up` and wait until it says that it is ready."""
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "mulgil.cli.main", "--home", str(self.home), "up"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "STAMPS": str(self.stamps)},
        )
        assert self.process.stdout is not None
        seen = []
        for line in self.process.stdout:
            seen.append(line)
            if "is up" in line:
                self.ready_ms = (time.perf_counter() - began) * 1000
                return
        raise WorkloadError("mulgil up did not start:\n" + "".join(seen))

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        if self._session is not None:
            self._session.close()
            self._session = None
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)
            self.process.communicate(timeout=60)
            self.process = None

    def wait_for_dag(self, dag_id: str) -> None:
        """Wait until the DAG processor has published the dag."""
        deadline = time.monotonic() + 30
        while dag_id not in {summary.dag.dag_id for summary in self.session.control.dags()}:
            if time.monotonic() > deadline:
                failures = [str(failure.error) for failure in self.session.control.import_failures()]
                raise WorkloadError(f"dag {dag_id} was not published: {failures}")
            time.sleep(0.02)

    def run(self, dag_id: str, *, tasks: int) -> float:
        """Trigger a run, wait for its end, check it; return CLOCK_MONOTONIC at the trigger."""
        self.stamps.unlink(missing_ok=True)
        triggered_at = time.clock_gettime(time.CLOCK_MONOTONIC)
        submitted = self.session.control.trigger(dag_id)
        if not isinstance(submitted.answer, Applied):
            raise WorkloadError(f"the trigger was not applied: {submitted}")
        run_id = str(submitted.answer.facts["run_id"])
        run = self._wait_for_end(dag_id, run_id)
        self._check(run, tasks)
        return triggered_at

    def read_stamps(self) -> dict[str, tuple[float, float]]:
        """Return each task's first and last instant; every task has stamped exactly once."""
        stamps: dict[str, list[float]] = {}
        for line in self.stamps.read_text().splitlines():
            name, instant = line.split()
            stamps.setdefault(name, []).append(float(instant))
        if any(len(pair) != 2 for pair in stamps.values()):
            raise WorkloadError("a task ran more or less than once")
        return {name: (pair[0], pair[1]) for name, pair in stamps.items()}

    def processes(self) -> list[psutil.Process]:
        """Every process of the installation."""
        assert self.process is not None
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def _wait_for_end(self, dag_id: str, run_id: str) -> DagRun:
        deadline = time.monotonic() + RUN_SECONDS
        while time.monotonic() < deadline:
            run = self.session.control.run(dag_id, run_id)
            if run.state.is_finished:
                return run
            time.sleep(0.05)
        raise WorkloadError(f"run {run_id} did not end in {RUN_SECONDS} s")

    def _check(self, run: DagRun, tasks: int) -> None:
        instances = self.session.control.task_instances(run.dag_id, run.run_id)
        wrong = [item for item in instances if item.state is not TaskInstanceState.SUCCESS or item.try_number != 1]
        if wrong or len(instances) != tasks:
            raise WorkloadError(f"{len(instances)} task instances, of which these did not succeed once: {wrong[:3]}")


@contextmanager
def installation(*, started: bool = True) -> Iterator[Installation]:
    """Yield a scratch home on this disk, with `mulgil up` running unless told otherwise."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-home-") as folder:
        scratch = Installation(Path(folder))
        try:
            if started:
                scratch.start()
            yield scratch
        finally:
            scratch.stop()
