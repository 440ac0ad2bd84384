"""The supervisor with real children: ready once, restarted when killed, ended in order, none left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

CHILD = """
import os, signal, sys
life, ready = (int(sys.argv[sys.argv.index(name) + 1]) for name in ("--life-fd", "--ready-fd"))
name, mode = sys.argv[1:3]
with open("started", "a") as file:
    file.write(f"{name} {os.getpid()}\\n")
def leave(*_):
    with open("ended", "a") as file:
        file.write(f"{name}\\n")
    sys.exit(0)
if mode == "broken":
    sys.exit("it can not be")
if mode == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, leave)
os.write(ready, b"ready\\n")
os.close(ready)
os.read(life, 1)
"""

OWNER = """
import sys
from pathlib import Path
from mulgil.cli.supervisor import ChildSpec, Listener, Supervisor
from mulgil.system import SystemClock

def child(pair):
    name, mode = pair.split("=")
    return ChildSpec(name, (sys.executable, "child.py", name, mode), Path(f"{name}.log"), stop_grace_seconds=1.0)

given_up = Supervisor(
    [child(pair) for pair in sys.argv[1:]],
    SystemClock(),
    Listener(
        ready=lambda: print("ready", flush=True),
        died=lambda name, status, delay: print("died", name, status, flush=True),
    ),
).run()
print("given up", given_up, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "child.py").write_text(CHILD)
    (tmp_path / "owner.py").write_text(textwrap.dedent(OWNER))
    return tmp_path


def _start(folder: Path, *children: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "owner.py", *children], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _line(owner: subprocess.Popen[str]) -> str:
    assert owner.stdout is not None
    return owner.stdout.readline().strip()


def _started(folder: Path, *, count: int) -> list[tuple[str, int]]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = (folder / "started").read_text().splitlines() if (folder / "started").exists() else []
        if len(lines) >= count:
            return [(name, int(pid)) for name, pid in (line.split() for line in lines)]
        time.sleep(0.02)
    pytest.fail(f"{count} children did not start")


def test_says_ready_once_and_ends_children_in_reverse_order(folder: Path) -> None:
    with _start(folder, "first=good", "second=good") as owner:
        assert _line(owner) == "ready"
        owner.send_signal(signal.SIGINT)
        assert _line(owner) == "given up None"
    assert (folder / "ended").read_text().split() == ["second", "first"]


def test_starts_a_killed_child_again(folder: Path) -> None:
    with _start(folder, "only=good") as owner:
        assert _line(owner) == "ready"
        [(_, pid)] = _started(folder, count=1)
        os.kill(pid, signal.SIGKILL)
        assert _line(owner) == "died only -9"
        assert len({pid for _, pid in _started(folder, count=2)}) == 2
        owner.send_signal(signal.SIGTERM)
        assert _line(owner) == "given up None"


def test_gives_up_a_child_that_never_was_ready(folder: Path) -> None:
    with _start(folder, "good=good", "bad=broken") as owner:
        lines = [_line(owner) for _ in range(4)]
    assert lines == ["died bad 1"] * 3 + ["given up bad"]
    assert (folder / "ended").read_text().split() == ["good"]


def test_kills_a_child_that_does_not_end(folder: Path) -> None:
    with _start(folder, "stuck=stubborn") as owner:
        assert _line(owner) == "ready"
        [(_, pid)] = _started(folder, count=1)
        owner.send_signal(signal.SIGTERM)
        assert _line(owner) == "given up None"
    assert not psutil.pid_exists(pid)


def test_children_see_the_end_of_a_killed_supervisor(folder: Path) -> None:
    with _start(folder, "only=good") as owner:
        assert _line(owner) == "ready"
        [(_, pid)] = _started(folder, count=1)
        owner.kill()
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)
