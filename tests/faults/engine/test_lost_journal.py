"""What a daemon's journal would have told is found out without it, once the daemon is dead."""

import shutil
from pathlib import Path

import pytest

from mulgil.model import AttemptState, DagRunState
from tools.installation import Installation, wait_until

DAG = """
import os, time
from pathlib import Path
from mulgil import dag, task

MARKS = Path(os.environ["STAMPS"])

@task
def waits():
    MARKS.mkdir(exist_ok=True)
    (MARKS / str(os.getpid())).touch()
    while not (MARKS / "go").exists():
        time.sleep(0.02)

@dag(schedule=None)
def patient():
    waits()

patient()
"""


@pytest.mark.parametrize("gone", ["journal", "journal/*/records"])
def test_an_attempt_of_a_killed_daemon_is_started_anew_though_its_journal_is_gone(
    installation: Installation, tmp_path: Path, gone: str
) -> None:
    marks = tmp_path / "stamps"
    installation.write_dag("patient", DAG)
    installation.start()
    installation.wait_for_dag("patient")
    run_id = installation.trigger("patient")
    wait_until(lambda: marks.exists() and len(list(marks.iterdir())) == 1, 30, "the task")
    (daemon,) = installation.by_role()["daemon"]
    for path in installation.home.glob(gone):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    daemon.kill()
    wait_until(lambda: len(list(marks.iterdir())) == 2, 30, "the task once more")
    (marks / "go").touch()
    assert installation.wait_for_end("patient", run_id, seconds=30).state is DagRunState.SUCCESS
    attempts = installation.control.attempts("patient", run_id)
    assert [attempt.state for attempt in attempts] == [AttemptState.LOST, AttemptState.ENDED]
    (row,) = installation.control.task_instances("patient", run_id)
    assert (row.try_number, row.lost_count) == (1, 1)
