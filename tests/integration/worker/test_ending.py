"""Attempts that are told to end: by a cancel, by their time-out, by the worker's own end."""

import os
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from worker_installation import Installation, assignment, is_running, wait_gone

from mulgil.i18n import Text
from mulgil.messages import Assign, AttemptStarted, Cancel, Cancelled, Died, Lost, Succeeded

REASON = Text("kernel.cancelled", {"by": "somebody"})
DAG = """
import os, subprocess, time
from pathlib import Path
from mulgil.sdk import DAG, task, BaseOperator, BashOperator

class Watches(BaseOperator):
    def execute(self, context):
        try:
            print("waiting", flush=True)
            time.sleep(60)
        finally:
            print("unwound", flush=True)

    def on_kill(self):
        print("on_kill was called", flush=True)

with DAG("pipeline"):
    Watches(task_id="watches")

    @task
    def stubborn():
        while True:
            try:
                print("waiting", flush=True)
                time.sleep(60)
            except BaseException:
                print("ignored", flush=True)

    @task
    def quick():
        return 1

    @task
    def forks():
        process = subprocess.Popen(["sleep", "61"])
        Path("{pids}").write_text(str(process.pid))

    @task
    def daemonizes(how):
        # A child, a grandchild whose parent is gone, a fork that execs nothing: each in a session of its own.
        if how == "child":
            pid = subprocess.Popen(["sleep", "64"], start_new_session=True).pid
        else:
            read, write = os.pipe()
            if os.fork() == 0:
                os.setsid()
                child = os.fork()
                if child:
                    os.write(write, str(child).encode())
                    os._exit(0)
                if how == "grandchild":
                    os.execlp("sleep", "sleep", "65")
                while True:
                    time.sleep(1)
            os.wait()
            pid = int(os.read(read, 20))
        Path("{pids}").write_text(str(pid))
        print("waiting", flush=True)
        time.sleep(60)

    for how in ("child", "grandchild", "fork"):
        daemonizes.override(task_id=how)(how)
    BashOperator(task_id="shell", bash_command="echo $$ > {pids}; sleep 62; echo never")
    stubborn()
    quick()
    forks()
"""


def _prepared(installation: Installation) -> Path:
    pids = installation.home.path / "pids"
    installation.write_dag(DAG.replace("{pids}", str(pids)))
    return pids


def _raw(installation: Installation, task_id: str) -> list[str]:
    return [line.msg for line in installation.log(task_id) if line.is_raw]


def _waiting(installation: Installation, task_id: str) -> AttemptStarted:
    """Wait until a task is in its own code."""
    started = installation.gateway.started(f"attempt-{task_id}")
    installation.gateway.wait(lambda: _raw(installation, task_id) == ["waiting"], f"task {task_id}")
    return started


def test_a_cancelled_task_hears_of_it(installation: Installation) -> None:
    _prepared(installation)
    installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("watches")))
    started = _waiting(installation, "watches")
    gateway.send(Cancel("attempt-watches", REASON))
    report = gateway.report("attempt-watches")
    assert report.outcome == Cancelled(REASON)
    assert report.started_at == started.started_at
    assert _raw(installation, "watches") == ["waiting", "on_kill was called", "unwound"]
    assert not is_running(started.pid)


def test_a_cancel_before_the_start(installation: Installation) -> None:
    _prepared(installation)
    installation.start_worker()
    gateway = installation.gateway
    # Both arrive at once, and the dag file isn't imported yet.
    gateway.send(Assign(assignment("watches")), Cancel("attempt-watches", REASON))
    report = gateway.report("attempt-watches")
    assert report.outcome == Cancelled(REASON)
    assert report.started_at is None


def test_what_ignores_the_end_is_made_to_end(installation: Installation) -> None:
    _prepared(installation)
    installation.start_worker(kill_grace="PT0.3S")
    gateway = installation.gateway
    gateway.send(Assign(assignment("stubborn")))
    started = _waiting(installation, "stubborn")
    gateway.send(Cancel("attempt-stubborn", REASON))
    assert gateway.report("attempt-stubborn").outcome == Cancelled(REASON)
    assert not is_running(started.pid)
    assert "ignored" in _raw(installation, "stubborn")


@pytest.mark.parametrize("how", ["child", "grandchild", "fork"])
@pytest.mark.parametrize("is_told", [True, False])
def test_no_session_of_its_own_lets_a_process_outlive_its_task(
    installation: Installation, how: str, is_told: bool
) -> None:
    pids = _prepared(installation)
    installation.start_worker(kill_grace="PT0.3S")
    gateway = installation.gateway
    gateway.send(Assign(assignment(how)))
    started = _waiting(installation, how)
    pid = int(pids.read_text())
    assert is_running(pid)
    if is_told:
        gateway.send(Cancel(f"attempt-{how}", REASON))
    else:
        os.kill(started.pid, signal.SIGKILL)
    gateway.report(f"attempt-{how}")
    assert not is_running(pid)


def test_a_task_that_takes_too_long(installation: Installation) -> None:
    _prepared(installation)
    installation.start_worker()
    (report,) = installation.gateway.run(assignment("watches", execution_timeout=timedelta(seconds=1)))
    assert report.outcome == Died(Text("worker.timed_out", {"seconds": "1"}))
    assert _raw(installation, "watches") == ["waiting", "on_kill was called", "unwound"]
    assert "execution_timeout of 1 s" in installation.log("watches")[-1].msg


def test_a_cancel_that_comes_too_late(installation: Installation) -> None:
    _prepared(installation)
    installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("quick")))
    report = gateway.report("attempt-quick", acknowledge=False)
    gateway.send(Cancel("attempt-quick", REASON))
    gateway.listen_for(0.2)
    assert report.outcome == Succeeded()
    assert len([message for message in gateway.heard if message == report]) == 0


def test_what_a_task_leaves_running_ends_with_it(installation: Installation) -> None:
    pids = _prepared(installation)
    installation.start_worker()
    (report,) = installation.gateway.run(assignment("forks"))
    assert report.outcome == Succeeded()
    wait_gone(int(pids.read_text()))


def test_a_killed_task_takes_its_shell_along(installation: Installation) -> None:
    pids = _prepared(installation)
    installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("shell")))
    started = gateway.started("attempt-shell")
    gateway.wait(lambda: pids.exists() and pids.read_text().endswith("\n"), "the shell")
    os.kill(started.pid, signal.SIGKILL)
    report = gateway.report("attempt-shell")
    assert isinstance(report.outcome, Died)
    wait_gone(int(pids.read_text()))


def test_a_worker_without_supervisor_drains(installation: Installation) -> None:
    _prepared(installation)
    worker = installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("watches")))
    _waiting(installation, "watches")
    worker.lose_supervisor()
    hello = gateway.accept()
    assert hello.is_draining
    assert hello.live == ("attempt-watches",)
    gateway.send(Assign(assignment("quick")))
    refused = gateway.report("attempt-quick")
    assert refused.outcome == Lost(Text("worker.leaving"))
    assert worker.process.poll() is None
    gateway.send(Cancel("attempt-watches", REASON))
    gateway.report("attempt-watches")
    assert worker.process.wait(10) == 0
    assert list(installation.home.journal_folder.iterdir()) == []


def test_a_worker_that_is_told_to_stop(installation: Installation) -> None:
    _prepared(installation)
    worker = installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("watches")))
    started = _waiting(installation, "watches")
    began = time.monotonic()
    worker.process.send_signal(signal.SIGTERM)
    gateway.accept()
    report = gateway.report("attempt-watches")
    assert report.outcome == Lost(Text("worker.stopped"))
    assert worker.process.wait(10) == 0
    assert time.monotonic() - began < 5
    assert not is_running(started.pid)
    assert _raw(installation, "watches") == ["waiting", "on_kill was called", "unwound"]


def test_a_stopped_worker_keeps_what_nobody_acknowledges(installation: Installation) -> None:
    _prepared(installation)
    worker = installation.start_worker(farewell="PT0.2S")
    gateway = installation.gateway
    gateway.send(Assign(assignment("quick")))
    gateway.report("attempt-quick", acknowledge=False)
    worker.process.send_signal(signal.SIGTERM)
    assert gateway.accept().is_draining
    assert worker.process.wait(10) == 0
    second = installation.start_worker()
    hello = gateway.hellos[-1]
    assert hello.pid == second.pid
    assert hello.reported == ("attempt-quick",)
    assert len(hello.buried) == 1
