"""Dag files that can't be imported, or not forked after it."""

from worker_installation import Installation, assignment

from mulgil.messages import Failed, Succeeded
from mulgil.serialization import decode_xcom


def test_a_file_that_raises(installation: Installation) -> None:
    installation.write_dag("x = 1\nraise RuntimeError('no config')\n")
    installation.start_worker()
    (report,) = installation.gateway.run(assignment("fine"))
    assert isinstance(report.outcome, Failed)
    error = report.outcome.error
    assert (error.code, error.fields["line"], error.fields["message"]) == ("worker.import_failed", 2, "no config")
    (line,) = installation.log("fine")
    assert "RuntimeError: no config" in line.trace
    # The author repairs it; nothing of the failure is remembered.
    installation.write_dag(
        "from mulgil.sdk import DAG, task\nwith DAG('pipeline'):\n    task(lambda: 1, task_id='fine')()\n"
    )
    (report,) = installation.gateway.run(assignment("fine", attempt_id="again", try_number=2))
    assert report.outcome == Succeeded()


def test_a_file_that_hangs(installation: Installation) -> None:
    installation.write_dag("import time\ntime.sleep(60)\n")
    worker = installation.start_worker(import_timeout="PT0.3S")
    (report,) = installation.gateway.run(assignment("fine"))
    assert isinstance(report.outcome, Failed)
    assert report.outcome.error.code == "worker.import_timed_out"
    installation.gateway.wait(lambda: not worker.zygotes(), "the end of the zygote")


def test_a_file_without_the_task(installation: Installation) -> None:
    installation.write_dag(
        "from mulgil.sdk import DAG, EmptyOperator\nwith DAG('pipeline'):\n    EmptyOperator(task_id='a')\n"
    )
    installation.start_worker()
    (report,) = installation.gateway.run(assignment("fine"))
    assert isinstance(report.outcome, Failed)


def test_a_file_that_leaves_a_thread_running(installation: Installation) -> None:
    installation.write_dag(
        """
import os, threading, time
from mulgil.sdk import DAG, task
threading.Thread(target=time.sleep, args=(60,), daemon=True, name="poller").start()
with DAG("pipeline"):
    @task
    def parent():
        return os.getppid()
    parent()
"""
    )
    worker = installation.start_worker()
    first, second = installation.gateway.run(assignment("parent"), assignment("parent", attempt_id="b", try_number=2))
    assert first.outcome == second.outcome == Succeeded()
    assert decode_xcom(first.xcoms[0].value) == worker.nursery().pid
    assert "threads running (poller)" in installation.log("parent")[0].msg
    assert worker.zygotes() == []


def test_a_preload_is_imported_once_for_all(installation: Installation) -> None:
    installation.write_dag(
        """
import sys
from mulgil.sdk import DAG, task
with DAG("pipeline"):
    @task
    def loaded():
        return "colorsys" in sys.modules
    loaded()
"""
    )
    installation.start_worker()
    without, with_it = installation.gateway.run(
        assignment("loaded"), assignment("loaded", attempt_id="b", preload=("colorsys", "no_such_module"))
    )
    assert decode_xcom(without.xcoms[0].value) is False
    assert decode_xcom(with_it.xcoms[0].value) is True


def test_fifty_attempts_at_once(installation: Installation) -> None:
    installation.write_dag(
        "from mulgil.sdk import DAG, task\nwith DAG('pipeline'):\n    task(lambda: 1, task_id='fine')()\n"
    )
    worker = installation.start_worker()
    reports = installation.gateway.run(*(assignment("fine", attempt_id=f"a{number}") for number in range(50)))
    assert all(report.outcome == Succeeded() for report in reports)
    assert len(worker.zygotes()) == 1
    # One process is left: the next attempt's, forked ahead.
    installation.gateway.wait(lambda: len(worker.zygotes()[0].children()) == 1, "the end of every attempt")
