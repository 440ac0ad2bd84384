"""What the demonstration stands on: a scratch home, the outside system, and `mulgil up`, started and ended."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).resolve().parent
DAG_FILES = ("nyc_flights.py", "range.toml")
READY_SECONDS = 60


class DemoError(Exception):
    """The demonstration can't go on; the message says why and where to look."""


class Process:
    """A child of the demonstration, with its output in a file, ended by signals when the block ends."""

    def __init__(
        self, name: str, command: list[str], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.name, self._command, self._log = name, command, log
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, by SIGTERM and then by SIGKILL."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def wait_until(self, is_ready: Callable[[], bool]) -> None:
        """Wait until it does its work.

        Raises:
            DemoError: It ended before that, or took too long.
        """
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready():
            ended = self._process is not None and self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise DemoError(f"{self.name} did not start. Its output is in {self._log}:\n{self.output()[-2000:]}")
            time.sleep(0.05)

    def output(self) -> str:
        """What it has printed."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""


class Stage:
    """A scratch home with the example's dag, connected to the outside system that `api_url` names."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.warehouse = home / "warehouse.duckdb"
        self.app = home / "app.sqlite"

    def set_up(self, api_url: str) -> None:
        """Create the home: database, connections, and the dag's files."""
        dags = self.home / "dags"
        dags.mkdir(parents=True)
        for name in DAG_FILES:
            (dags / name).write_bytes((HERE / name).read_bytes())
        self.mulgil("db", "upgrade")
        self.mulgil("connections", "set", "flights_api", "--type", "http", "--host", api_url)
        self.mulgil("connections", "set", "warehouse", "--type", "duckdb", "--host", str(self.warehouse.name))
        self.mulgil("connections", "set", "app", "--type", "sqlite", "--host", str(self.app.name))

    def mulgil(self, *arguments: str) -> str:
        """Run one mulgil command as a user would, and return what it prints."""
        done = subprocess.run(self._command(*arguments), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise DemoError(f"`mulgil {' '.join(arguments)}` failed:\n{done.stderr}")
        return done.stdout

    def runs(self) -> list[dict[str, Any]]:
        """The dag's runs, oldest first."""
        found: list[dict[str, Any]] = json.loads(self.mulgil("runs", "list", "nyc_flights", "-o", "json"))
        return sorted(found, key=lambda run: str(run["interval_start"]))

    def instances(self, run_id: str) -> list[dict[str, Any]]:
        """The task instances of one run."""
        found: list[dict[str, Any]] = json.loads(self.mulgil("tasks", "state", "nyc_flights", run_id, "-o", "json"))
        return found

    @contextmanager
    def up(self, *, faults: str = "") -> Iterator[Process]:
        """Run `mulgil up`, with fault points armed if any are given."""
        log = self.home / "up.log"
        log.unlink(missing_ok=True)
        with Process("mulgil up", self._command("up"), log=log, environment={"MULGIL_FAULT": faults}) as process:
            process.wait_until(lambda: "Ctrl-C" in process.output())
            yield process

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "mulgil.cli.main", "--home", str(self.home), *arguments]


@contextmanager
def flights_api(log: Path) -> Iterator[str]:
    """Run the outside system; yields its URL."""
    port_file = log.with_suffix(".port")
    command = [sys.executable, str(HERE / "api" / "server.py"), "--port", "0", "--port-file", str(port_file)]
    with Process("the flights API", command, log=log) as process:
        process.wait_until(port_file.exists)
        yield f"http://127.0.0.1:{int(port_file.read_text())}"
