"""The DAG processor as a process of its own, started as the supervisor starts it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

_DEADLINE_SECONDS = 20.0
# Runs the processor on a store in memory and prints the ids of the live dags after each publication.
_PROGRAM = """
import logging, os, sys
from pathlib import Path
from mulgil.config import Home, Settings
from mulgil.dagfiles import run_dag_processor
from mulgil.system import SystemClock
home = Home(path=Path(sys.argv[1]), runtime_root=Path(sys.argv[1]))
def connect():
    from mulgil.stores.memory import MemoryMetadataStore
    store = MemoryMetadataStore()
    class Bell:
        def ring(self):
            print(",".join(d.dag_id for d in store.dags() if not d.is_stale), flush=True)
            return True
    return store, Bell()
def ready():
    print("ready", flush=True)
clock, life = SystemClock(), int(sys.argv[2])
sys.exit(run_dag_processor(home, Settings(), connect=connect, clock=clock, life_fd=life, when_ready=ready))
"""
HANGING = "from mulgil import DAG\nimport time\ntime.sleep(600)\n"
DAG = "from mulgil import DAG, EmptyOperator\nwith DAG({!r}):\n    EmptyOperator(task_id='only')\n"


class Running:
    """The process, what it prints, and the pipe that keeps it alive."""

    def __init__(self, home: Path) -> None:
        self.dags = home / "dags"
        self.dags.mkdir(parents=True, exist_ok=True, mode=0o700)
        home.chmod(0o700)
        read, self.life = os.pipe()
        command = [sys.executable, "-c", _PROGRAM, str(home), str(read)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, pass_fds=[read])
        self._said = b""
        os.close(read)

    def line(self) -> str:
        """Return the next line that the process prints."""
        assert self.process.stdout is not None
        while b"\n" not in self._said:
            ready, _, _ = select.select([self.process.stdout], [], [], _DEADLINE_SECONDS)
            data = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            assert data, "the process said nothing"
            self._said += data
        line, _, self._said = self._said.partition(b"\n")
        return line.decode()

    def end(self) -> int:
        """Let the supervisor be gone; return the exit code."""
        os.close(self.life)
        return self.process.wait(_DEADLINE_SECONDS)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Running]]:
    started: list[Running] = []

    def begin() -> Running:
        started.append(Running(tmp_path / "home"))
        return started[-1]

    yield begin
    for running in started:
        running.process.kill()
        running.process.wait()
        assert running.process.stdout is not None
        running.process.stdout.close()


def test_it_is_ready_after_the_first_full_scan_and_follows_changes(start, tmp_path) -> None:
    (tmp_path / "home" / "dags").mkdir(parents=True)
    (tmp_path / "home" / "dags" / "one.py").write_text(DAG.format("first"))
    running = start()
    assert [running.line(), running.line()] == ["first", "ready"]

    (running.dags / "two.py").write_text(DAG.format("second"))
    assert running.line() == "first,second"
    (running.dags / "new" / "folder").mkdir(parents=True)
    (running.dags / "new" / "folder" / "three.py").write_text(DAG.format("third"))
    assert running.line() == "first,second,third"
    (running.dags / "one.py").unlink()
    assert running.line() == "second,third"

    assert running.end() == 0


# Far from the thirty seconds after which a hanging file is given up, and from what a busy machine needs.
SOON = 15.0


def test_files_saved_with_a_hanging_one_are_published_at_once_and_it_is_ready_without_it(start, tmp_path) -> None:
    dags = tmp_path / "home" / "dags"
    dags.mkdir(parents=True)
    for name in "abcde":
        (dags / f"{name}.py").write_text(HANGING)
    (dags / "good.py").write_text(DAG.format("good"))
    began = time.monotonic()
    running = start()
    assert [running.line(), running.line()] == ["good", "ready"]
    assert time.monotonic() - began < SOON


def test_a_file_saved_while_another_hangs_is_published_before_that_is_given_up(start) -> None:
    running = start()
    assert running.line() == "ready"
    (running.dags / "hanging.py").write_text(HANGING)
    time.sleep(0.5)
    for name in ("first", "second"):
        began = time.monotonic()
        (running.dags / f"{name}.py").write_text(DAG.format(name))
        assert running.line().endswith(name)
        assert time.monotonic() - began < SOON

    # Mended, it is not waited for until its time is up.
    began = time.monotonic()
    (running.dags / "hanging.py").write_text(DAG.format("mended"))
    assert running.line() == "first,mended,second"
    assert time.monotonic() - began < SOON
    assert running.end() == 0


def test_it_needs_no_processor_time_when_nothing_changes(start, tmp_path) -> None:
    (tmp_path / "home" / "dags").mkdir(parents=True)
    (tmp_path / "home" / "dags" / "one.py").write_text(DAG.format("first"))
    running = start()
    assert [running.line(), running.line()] == ["first", "ready"]
    process = psutil.Process(running.process.pid)
    family = [process, *process.children(recursive=True)]

    def used() -> float:
        return sum(each.cpu_times().user + each.cpu_times().system for each in family)

    def used_in_a_second() -> float:
        before = used()
        time.sleep(1.0)
        return used() - before

    # What is left of the start may fall into the first seconds.
    assert any(used_in_a_second() == 0 for _ in range(5))


def test_it_ends_when_the_parse_server_is_gone(start) -> None:
    running = start()
    assert running.line() == "ready"
    (server,) = psutil.Process(running.process.pid).children()
    server.kill()
    assert running.process.wait(_DEADLINE_SECONDS) == 1


def test_it_leaves_no_process_behind(start) -> None:
    running = start()
    assert running.line() == "ready"
    children = psutil.Process(running.process.pid).children(recursive=True)
    assert running.end() == 0
    _, alive = psutil.wait_procs(children, timeout=_DEADLINE_SECONDS)
    assert alive == []


def test_killed_it_leaves_no_process_behind(start) -> None:
    running = start()
    assert running.line() == "ready"
    children = psutil.Process(running.process.pid).children(recursive=True)
    running.process.kill()
    _, alive = psutil.wait_procs(children, timeout=_DEADLINE_SECONDS)
    assert alive == []
