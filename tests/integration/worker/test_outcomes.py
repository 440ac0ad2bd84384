"""How attempts end, told by real processes."""

from worker_installation import Installation, assignment

from mulgil.messages import Died, Failed, Skipped, Succeeded
from mulgil.model import Isolation
from mulgil.serialization import decode_xcom

DAG = """
import os, sys, time
from mulgil.sdk import DAG, task, TaskSkipped, TaskFailed

with DAG("pipeline"):
    @task
    def fine():
        print("hello")
        return {"rows": 3}

    @task
    def raises():
        raise ValueError("no such flight")

    @task
    def fails_for_good():
        raise TaskFailed("give up")

    @task
    def skips():
        raise TaskSkipped("nothing to do")

    @task
    def dies():
        os.kill(os.getpid(), 9)

    @task
    def leaves():
        os._exit(3)

    for make in (fine, raises, fails_for_good, skips, dies, leaves):
        make()
"""


def test_a_task_that_returns(installation: Installation) -> None:
    installation.write_dag(DAG)
    installation.start_worker()
    (report,) = installation.gateway.run(assignment("fine"))
    assert report.outcome == Succeeded()
    assert [(xcom.key, decode_xcom(xcom.value)) for xcom in report.xcoms] == [("return_value", {"rows": 3})]
    assert report.started_at is not None
    assert report.started_at <= report.ended_at
    log = installation.log("fine")
    assert log[0].format == 1
    assert "hello" in [line.msg for line in log if line.is_raw]


def test_every_other_end(installation: Installation) -> None:
    installation.write_dag(DAG)
    installation.start_worker()
    names = ("raises", "fails_for_good", "skips", "dies", "leaves")
    raises, for_good, skips, dies, leaves = installation.gateway.run(*(assignment(name) for name in names))
    assert isinstance(raises.outcome, Failed)
    assert raises.outcome.may_retry
    assert "no such flight" in str(raises.outcome.error.fields["message"])
    assert isinstance(for_good.outcome, Failed)
    assert not for_good.outcome.may_retry
    assert isinstance(skips.outcome, Skipped)
    assert isinstance(dies.outcome, Died)
    assert dies.outcome.cause.code == "worker.killed_hard"
    assert isinstance(leaves.outcome, Died)
    assert leaves.outcome.cause.code == "worker.exited"
    assert leaves.outcome.cause.fields == {"status": 3}
    assert "ValueError: no such flight" in installation.log("raises")[-1].trace
    assert "SIGKILL" in installation.log("dies")[-1].msg
    assert "exit code 3" in installation.log("leaves")[-1].msg


def test_a_fresh_interpreter(installation: Installation) -> None:
    installation.write_dag(DAG)
    installation.start_worker()
    fine, raises = installation.gateway.run(
        assignment("fine", isolation=Isolation.SPAWN), assignment("raises", isolation=Isolation.SPAWN)
    )
    assert fine.outcome == Succeeded()
    assert isinstance(raises.outcome, Failed)
