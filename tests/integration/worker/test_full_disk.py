"""A daemon under whose home nothing can be written any more goes on, starts nothing, and says so."""

import resource

from worker_installation import Installation, assignment

from mulgil.messages import Assign, Failed, Succeeded

DAG = """
import time
from pathlib import Path
from mulgil.sdk import DAG, task

with DAG("pipeline"):
    @task
    def waits():
        while not Path("{go}").exists():
            time.sleep(0.01)
        return 1

    @task
    def quick():
        return 1

    waits()
    quick()
"""


def test_a_daemon_whose_files_can_not_grow(installation: Installation) -> None:
    go = installation.home.path / "go"
    installation.write_dag(DAG.replace("{go}", str(go)))
    worker = installation.start_worker()
    gateway = installation.gateway
    gateway.send(Assign(assignment("waits")))
    gateway.started("attempt-waits")
    _, hard = resource.prlimit(worker.pid, resource.RLIMIT_FSIZE)
    # Of the daemon alone: its nursery, and so every attempt, was forked before.
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (0, hard))
    (refused,) = gateway.run(assignment("quick"))
    assert isinstance(refused.outcome, Failed)
    assert refused.outcome.error.code == "worker.journal_unwritable"
    assert refused.outcome.may_retry
    # What runs is reported; nothing that is acknowledged rests on the journal.
    go.touch()
    assert gateway.report("attempt-waits").outcome == Succeeded()
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
    (report,) = gateway.run(assignment("quick", attempt_id="second", try_number=2))
    assert report.outcome == Succeeded()
    assert worker.process.poll() is None
    assert "can be written again" in worker.errors.read_text()
