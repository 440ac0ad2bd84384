"""Tasks that do to their process what they shouldn't: the daemon and the other tasks don't care."""

from worker_installation import Installation, assignment

from mulgil.messages import Died, Failed, Finished, Succeeded
from mulgil.serialization import decode_xcom

DAG = """
import os, socket, sys
from mulgil.sdk import DAG, task

print("no line feed", end="")

with DAG("pipeline"):
    @task
    def babbles():
        for descriptor in range(3, 64):
            try:
                if socket.socket(fileno=os.dup(descriptor)).family == socket.AF_UNIX:
                    os.write(descriptor, b"\\xff" * 100)
            except OSError:
                continue
        while True:
            pass

    @task
    def closes():
        os.closerange(3, 1024)

    @task
    def prints():
        sys.stdout.write("mine\\n")
        os.write(1, b"\\x00\\xff\\n")

    @task(multiple_outputs=True)
    def much():
        return {f"key_{number}": "x" * 47_000 for number in range(1_500)}

    @task
    def exits():
        sys.exit(4)

    @task
    def exits_well():
        sys.exit()

    @task
    def forks():
        from mulgil.sdk import Variable
        if os.fork() == 0:
            try:
                Variable.get("bucket")
            except Exception as error:
                print(error, flush=True)
            return "child"
        os.wait()
        return "parent"

    for make in (forks, babbles, closes, prints, much, exits, exits_well):
        make()
"""


def test_the_daemon_outlives_them(installation: Installation) -> None:
    installation.write_dag(DAG)
    worker = installation.start_worker()
    names = ("babbles", "closes", "much", "exits", "exits_well", "prints")
    babbles, closes, much, exits, exits_well, prints = installation.gateway.run(*(assignment(name) for name in names))
    assert isinstance(babbles.outcome, Died)
    assert isinstance(closes.outcome, Died)
    assert isinstance(much.outcome, Failed)
    assert much.outcome.error.code == "messages.frame_too_long"
    assert not much.outcome.may_retry
    assert isinstance(exits.outcome, Failed)
    assert exits.outcome.error.fields == {"code": "4"}
    assert exits_well.outcome == prints.outcome == Succeeded()
    # What the file printed while it was imported is nobody's.
    assert [line.msg for line in installation.log("prints") if line.is_raw] == ["mine", "\x00\ufffd"]
    assert worker.process.poll() is None


def test_a_fork_that_returns_from_the_function_reports_nothing(installation: Installation) -> None:
    installation.write_dag(DAG)
    installation.start_worker()
    (report,) = installation.gateway.run(assignment("forks"))
    assert decode_xcom(report.xcoms[0].value) == "parent"
    assert len([one for one in installation.gateway.heard if isinstance(one, Finished)]) == 1
    assert "only in the task's own process" in next(line for line in installation.log("forks") if line.is_raw).msg


def test_a_log_that_can_not_be_written(installation: Installation) -> None:
    installation.write_dag(DAG)
    installation.start_worker()
    installation.home.logs_folder.write_text("in the way")
    (report,) = installation.gateway.run(assignment("prints"))
    assert isinstance(report.outcome, Failed)
    assert report.outcome.error.code == "worker.log_unwritable"
