"""SIGKILL for each kind of process of a worker: what is lost, what lives on, what is never doubled."""

import os
import signal
from pathlib import Path

from worker_installation import Installation, Worker, assignment, is_running, wait_gone

from mulgil.i18n import Text
from mulgil.messages import Ack, Assign, AttemptStarted, Died, Lost, Succeeded

DAG = """
import os, subprocess, time
from pathlib import Path
from mulgil.model import AssetCommit
from mulgil.sdk import DAG, task, BaseOperator, BashOperator, current_runtime

MARKS = Path("{marks}")

def begin(name):
    with open(MARKS / name, "a") as file:
        file.write(f"{os.getpid()}\\n")

class Writes(BaseOperator):
    is_resolvable = True

    def execute(self, context):
        runtime = current_runtime()
        runtime.announce_publishing()
        begin("writes")
        os.kill(os.getpid(), 9)

    def resolve(self, context):
        begin("resolves")
        if (MARKS / "hangs").exists():
            time.sleep(60)
        return (MARKS / "committed").exists()

with DAG("pipeline"):
    @task
    def waits():
        begin("waits")
        while not (MARKS / "go").exists():
            time.sleep(0.01)
        return 1

    @task
    def busy():
        begin("busy")
        while True:
            pass

    @task
    def quick():
        begin("quick")

    waits()
    busy()
    quick()
    Writes(task_id="writes")
    BashOperator(task_id="shell", bash_command="echo $$ >> {marks}/shell; sleep 63; echo never >> {marks}/shell")
"""


def _prepared(installation: Installation) -> Path:
    marks = installation.home.path / "marks"
    marks.mkdir()
    installation.write_dag(DAG.replace("{marks}", str(marks)))
    return marks


def _begun(installation: Installation, marks: Path, name: str) -> int:
    """Wait until a task is in its own code; return the pid that it wrote."""
    file = marks / name
    installation.gateway.wait(lambda: file.exists() and file.read_text().endswith("\n"), f"task {name}")
    (pid,) = file.read_text().split()
    return int(pid)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_gone(pid)


def test_a_task_outlives_its_zygote(installation: Installation) -> None:
    marks = _prepared(installation)
    worker = installation.start_worker()
    installation.gateway.send(Assign(assignment("waits")))
    pid = _begun(installation, marks, "waits")
    _kill(worker.zygotes()[0].pid)
    assert is_running(pid)
    # The next attempt gets a new zygote.
    (report,) = installation.gateway.run(assignment("quick"))
    assert report.outcome == Succeeded()
    (marks / "go").touch()
    assert installation.gateway.report("attempt-waits").outcome == Succeeded()


def test_an_orphaned_task_that_dies_consumes_a_try(installation: Installation) -> None:
    marks = _prepared(installation)
    worker = installation.start_worker()
    installation.gateway.send(Assign(assignment("waits")))
    pid = _begun(installation, marks, "waits")
    _kill(worker.zygotes()[0].pid)
    os.kill(pid, signal.SIGKILL)
    report = installation.gateway.report("attempt-waits")
    assert report.outcome == Died(Text("worker.killed_hard"))


def test_zygote_and_task_killed_together(installation: Installation) -> None:
    marks = _prepared(installation)
    worker = installation.start_worker()
    installation.gateway.send(Assign(assignment("waits")))
    pid = _begun(installation, marks, "waits")
    os.kill(worker.zygotes()[0].pid, signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    assert isinstance(installation.gateway.report("attempt-waits").outcome, Died)


def test_a_zygote_killed_before_it_could_start_anything(installation: Installation) -> None:
    installation.write_dag("import time\ntime.sleep(60)\n")
    worker = installation.start_worker()
    installation.gateway.send(Assign(assignment("quick")))
    installation.gateway.wait(lambda: bool(worker.zygotes()), "a zygote")
    _kill(worker.zygotes()[0].pid)
    report = installation.gateway.report("attempt-quick")
    assert report.outcome == Lost(Text("worker.zygote_died", {"file": "pipeline.py"}))


def test_the_nursery_is_replaced(installation: Installation) -> None:
    marks = _prepared(installation)
    worker = installation.start_worker()
    installation.gateway.send(Assign(assignment("waits")))
    pid = _begun(installation, marks, "waits")
    _kill(worker.nursery().pid)
    # Zygotes live on without it.
    (report,) = installation.gateway.run(assignment("quick"))
    assert report.outcome == Succeeded()
    # A new zygote takes a new nursery.
    source = (installation.home.snapshots_folder / "snapshot" / "pipeline.py").read_text()
    installation.write_dag(source, file="other.py")
    (report,) = installation.gateway.run(assignment("quick", attempt_id="other", file="other.py", try_number=2))
    assert report.outcome == Succeeded()
    assert is_running(pid)
    (marks / "go").touch()
    assert installation.gateway.report("attempt-waits").outcome == Succeeded()


def test_nursery_and_zygote_killed_together(installation: Installation) -> None:
    marks = _prepared(installation)
    worker = installation.start_worker()
    installation.gateway.send(Assign(assignment("waits")))
    _begun(installation, marks, "waits")
    zygote = worker.zygotes()[0].pid
    os.kill(worker.nursery().pid, signal.SIGKILL)
    os.kill(zygote, signal.SIGKILL)
    wait_gone(zygote)
    (marks / "go").touch()
    assert installation.gateway.report("attempt-waits").outcome == Succeeded()
    (report,) = installation.gateway.run(assignment("quick"))
    assert report.outcome == Succeeded()


def test_a_killed_daemon_takes_its_tasks_along_and_is_buried(installation: Installation) -> None:
    marks = _prepared(installation)
    first = installation.start_worker()
    gateway = installation.gateway
    gateway.run(assignment("quick"))
    # One that never returns to Python's own loop, one with a shell, one that has just been reported.
    gateway.send(Assign(assignment("busy")), Assign(assignment("shell")))
    busy = _begun(installation, marks, "busy")
    shell = _begun(installation, marks, "shell")
    gateway.send(Assign(assignment("quick", attempt_id="unheard", try_number=2)))
    gateway.report("unheard", acknowledge=False)
    descendants = [process.pid for process in first.descendants()]
    _kill(first.pid)
    gateway.heard.clear()
    second = installation.start_worker()
    hello = gateway.hellos[-1]
    assert hello.pid == second.pid
    (buried,) = hello.buried
    assert buried.daemon_id == gateway.hellos[0].daemon_id
    assert {"attempt-busy", "attempt-shell", "unheard"} == set(buried.started)
    assert hello.reported == ("unheard",)
    assert gateway.report("unheard", acknowledge=False).outcome == Succeeded()
    # All of it happened before the hello.
    assert not any(is_running(pid) for pid in (busy, shell, *descendants))
    gateway.send(Ack(("unheard",)))
    gateway.wait(lambda: len(list(installation.home.journal_folder.iterdir())) == 1, "the end of the journal")
    assert "never" not in (marks / "shell").read_text()


def test_a_burial_is_announced_until_a_gateway_has_heard_it(installation: Installation) -> None:
    marks = _prepared(installation)
    first = installation.start_worker()
    installation.gateway.send(Assign(assignment("busy")))
    _begun(installation, marks, "busy")
    _kill(first.pid)
    installation.gateway.close()
    # Nobody hears the second daemon's hello, and it dies as well.
    second = Worker(installation.home)
    installation.workers.append(second)
    installation.gateway.wait(lambda: len(list(installation.home.journal_folder.iterdir())) == 2, "the second daemon")
    _kill(second.pid)
    installation.gateway.listen()
    installation.start_worker()
    buried = {one.daemon_id: one.started for one in installation.gateway.hellos[-1].buried}
    assert buried[installation.gateway.hellos[0].daemon_id] == ("attempt-busy",)
    assert len(buried) in (1, 2)


def test_a_daemon_that_drains_is_left_alone_and_buried_when_it_dies(installation: Installation) -> None:
    marks = _prepared(installation)
    first = installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("waits")))
    pid = _begun(installation, marks, "waits")
    gateway.close()
    first.lose_supervisor()
    gateway.listen()
    assert gateway.accept().is_draining
    # The fake gateway knows one connection; the newer daemon's replaces it.
    second = installation.start_worker()
    assert gateway.hellos[-1].buried == ()
    assert is_running(pid)
    _kill(first.pid)
    gateway.wait(lambda: any(hello.buried for hello in gateway.hellos), "the burial")
    last = next(hello for hello in gateway.hellos if hello.buried)
    assert last.pid == second.pid
    assert last.buried[0].started == ("attempt-waits",)
    assert not is_running(pid)


def test_tasks_outlive_the_scheduler(installation: Installation) -> None:
    marks = _prepared(installation)
    installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("waits")))
    pid = _begun(installation, marks, "waits")
    gateway.close()
    (marks / "go").touch()
    wait_gone(pid)
    gateway.listen()
    hello = gateway.accept()
    assert hello.live == ()
    assert hello.reported == ("attempt-waits",)
    report = gateway.report("attempt-waits", acknowledge=False)
    assert report.outcome == Succeeded()
    gateway.heard.clear()
    # Not acknowledged: said again.
    gateway.close()
    gateway.listen()
    assert gateway.accept().reported == hello.reported
    assert gateway.report("attempt-waits") == report


def test_an_assignment_that_comes_again_starts_nothing(installation: Installation) -> None:
    marks = _prepared(installation)
    installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("quick")), Assign(assignment("quick")))
    gateway.report("attempt-quick")
    gateway.send(Assign(assignment("quick")))
    gateway.close()
    gateway.listen()
    gateway.accept()
    gateway.send(Assign(assignment("quick")))
    gateway.run(assignment("quick", attempt_id="other", try_number=2))
    assert len((marks / "quick").read_text().split()) == 2
    assert len([one for one in gateway.heard if isinstance(one, AttemptStarted)]) == 2


def test_a_death_after_the_commit_is_a_success(installation: Installation) -> None:
    marks = _prepared(installation)
    installation.start_worker()
    (marks / "committed").touch()
    (report,) = installation.gateway.run(assignment("writes", is_resolvable=True))
    assert report.outcome == Succeeded()
    assert report.started_at is not None
    assert len((marks / "writes").read_text().split()) == 1
    messages = [line.msg for line in installation.log("writes") if not line.is_raw]
    assert any("SIGKILL" in message for message in messages)
    assert "died after its commit" in messages[-1]


def test_a_death_before_the_commit_is_a_death(installation: Installation) -> None:
    marks = _prepared(installation)
    installation.start_worker()
    asked, not_asked = installation.gateway.run(
        assignment("writes", is_resolvable=True), assignment("writes", attempt_id="b", try_number=2)
    )
    assert asked.outcome == not_asked.outcome == Died(Text("worker.killed_hard"))
    assert len((marks / "resolves").read_text().split()) == 1


def test_a_target_that_does_not_answer_in_time(installation: Installation) -> None:
    marks = _prepared(installation)
    installation.start_worker(resolver_timeout="PT0.5S")
    (marks / "hangs").touch()
    (report,) = installation.gateway.run(assignment("writes", is_resolvable=True))
    assert report.outcome == Died(Text("worker.killed_hard"))
    wait_gone(_begun(installation, marks, "resolves"))
