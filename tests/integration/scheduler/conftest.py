"""A real scheduler process on a scratch home, and a scripted worker daemon that dials it."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import psutil
import pytest

from mulgil.client import FrameSocket, dial_gateway
from mulgil.config import Home
from mulgil.messages import (
    PROTOCOL_VERSION,
    Ack,
    Assign,
    Assignment,
    DaemonMessage,
    Finished,
    GatewayMessage,
    Hello,
    Report,
    Succeeded,
    Welcome,
)
from mulgil.model import DagSpec, DagVersion, Isolation, ManualTimetable, TaskSpec
from mulgil.operations import LocalControl
from mulgil.secrets import FileCipher
from mulgil.stores.sql import SocketDoorbell, SqlMetadataStore, upgrade
from mulgil.system import SystemClock, SystemIds

DEADLINE_SECONDS = 30.0
START = """
import sys
from pathlib import Path
from mulgil.config import Home, load_settings
from mulgil.scheduler import Surroundings, run_scheduler
from mulgil.secrets import FileCipher
from mulgil.stores.sql import DoorbellListener, SqlMetadataStore
from mulgil.system import SystemClock, SystemIds, SystemJitter
home = Home(Path(sys.argv[1]), Path(sys.argv[2]))
store = SqlMetadataStore.open(home.database_file, cipher=FileCipher(home.key_file))
surroundings = Surroundings(
    store=store, bell=DoorbellListener(home), clock=SystemClock(), ids=SystemIds(), jitter=SystemJitter()
)
def announce():
    print("ready", flush=True)
run_scheduler(home, load_settings(home), surroundings, life_fd=int(sys.argv[3]), when_ready=announce)
"""
MessageT = TypeVar("MessageT")


class Installation:
    """A home with one dag, a scheduler process, and a control as the command line has it."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(folder / "home", folder / "run")
        self.home.path.mkdir(mode=0o700)
        upgrade(self.home.database_file)
        self.store = SqlMetadataStore.open(self.home.database_file, cipher=FileCipher(self.home.key_file))
        self.bell = SocketDoorbell(self.home)
        self.control = LocalControl(self.store, self.bell, SystemClock(), SystemIds(), by="ada")
        self.life_read, self.life_write = os.pipe()
        self.process: subprocess.Popen[bytes] | None = None
        self._daemons: list[ScriptedDaemon] = []

    def publish(self, *tasks: TaskSpec) -> None:
        now = SystemClock().now()
        version = DagVersion(
            version_id="v1",
            dag_id="d",
            number=1,
            spec=DagSpec(dag_id="d", tasks=tasks, timetable=ManualTimetable()),
            snapshot="s",
            bundle="dags",
            file="d.py",
            isolation=Isolation.FORK,
            isolation_reason=None,
            published_at=now,
        )
        self.store.publish_file(bundle="dags", file="d.py", versions=[version], failure=None, at=now)
        self.bell.ring()

    def start(self) -> subprocess.Popen[bytes]:
        """Start a scheduler and wait until it is ready."""
        arguments = (str(self.home.path), str(self.home.runtime_root), str(self.life_read))
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, *arguments], stdout=subprocess.PIPE, pass_fds=(self.life_read,)
        )
        assert self.process.stdout is not None
        assert select.select([self.process.stdout], [], [], DEADLINE_SECONDS)[0], "the scheduler is not ready"
        assert self.process.stdout.readline() == b"ready\n"
        return self.process

    def kill(self) -> None:
        """SIGKILL the scheduler."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(DEADLINE_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def daemon(self, daemon_id: str = "d1") -> ScriptedDaemon:
        daemon = ScriptedDaemon(self.home, daemon_id)
        self._daemons.append(daemon)
        return daemon

    def cpu_seconds(self) -> float:
        assert self.process is not None
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def close(self) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                self.kill()
            assert self.process.stdout is not None
            self.process.stdout.close()
        for daemon in self._daemons:
            daemon.hang_up()
        self.bell.close()
        self.store.close()
        for descriptor in (self.life_read, self.life_write):
            if descriptor >= 0:
                os.close(descriptor)

    def lose_supervisor(self) -> None:
        """Close the only other end of the scheduler's life pipe."""
        os.close(self.life_write)
        self.life_write = -1

    def wait_for(self, fact: Callable[[], object]) -> None:
        """Look until `fact` holds."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not fact():
            assert time.monotonic() < deadline, "it never came to be"
            select.select([], [], [], 0.01)


class ScriptedDaemon:
    """Says what a test makes it say."""

    def __init__(self, home: Home, daemon_id: str) -> None:
        self._home = home
        self._daemon_id = daemon_id
        self._link: FrameSocket[GatewayMessage] | None = None
        self._heard: list[GatewayMessage] = []

    def join(self, *, live: tuple[str, ...] = (), reports: tuple[Report, ...] = ()) -> None:
        """Dial, as long as it takes, and say hello."""
        self.hang_up()
        deadline = time.monotonic() + DEADLINE_SECONDS
        while self._link is None:
            try:
                self._link = dial_gateway(self._home.gateway_socket)
            except OSError:
                assert time.monotonic() < deadline
        hello = Hello(
            protocol=PROTOCOL_VERSION,
            daemon_id=self._daemon_id,
            host="h",
            pid=1,
            slots=4,
            live=live,
            reported=tuple(report.attempt_id for report in reports),
        )
        self._link.send(hello)
        for report in reports:
            self._link.send(Finished(report))
        self.hear(Welcome)

    def say(self, message: DaemonMessage) -> None:
        assert self._link is not None
        self._link.send(message)

    def finish(self, assignment: Assignment) -> None:
        now = SystemClock().now()
        report = Report(attempt_id=assignment.attempt_id, outcome=Succeeded(), ended_at=now, started_at=now)
        self.say(Finished(report))
        assert self.hear(Ack).attempt_ids == (assignment.attempt_id,)

    def assignment(self) -> Assignment:
        return self.hear(Assign).assignment

    def hear(self, kind: type[MessageT]) -> MessageT:
        """Return the next message of a kind."""
        assert self._link is not None
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            for message in self._heard:
                if isinstance(message, kind):
                    self._heard.remove(message)
                    return message
            readable, _, _ = select.select([self._link], [], [], max(0.0, deadline - time.monotonic()))
            assert readable, f"no {kind.__name__} came, only {self._heard}"
            self._heard.extend(self._link.receive())
            assert not self._link.is_ended or self._heard, "the gateway hung up"

    def hang_up(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None


@pytest.fixture
def installation() -> Iterator[Installation]:
    # Short, because a socket's path may be 108 bytes long.
    with TemporaryDirectory(prefix="mg-") as folder:
        made = Installation(Path(folder))
        yield made
        made.close()
