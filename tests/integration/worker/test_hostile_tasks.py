"""Tasks that do to their process what they shouldn't: the daemon and the other tasks don't care."""

from worker_installation import Installation, assignment

from mulgil.i18n import Text
from mulgil.messages import Died, Failed, Finished, Skipped, Succeeded
from mulgil.serialization import LARGEST_XCOM, decode_xcom

DAG = """
import os, socket, sys
from mulgil.sdk import DAG, TaskSkipped, task

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
        os.closerange(0, 1024)
        # What the task opens now gets the numbers that were ours.
        own = [open(os.devnull, "r+b") for _ in range(40)]
        raise LookupError("after all was closed")

    @task
    def closes_output():
        os.closerange(0, 3)
        raise LookupError("without output")

    class Unspeakable(Exception):
        def __str__(self):
            raise RuntimeError("no words")

        __repr__ = __str__

    @task
    def unspeakable():
        raise Unspeakable

    @task
    def other_bytes():
        print(os.fsdecode(b"caf\\xe9"))
        raise LookupError(os.fsdecode(b"caf\\xe9"), 1 << 80)

    @task
    def skips():
        raise TaskSkipped("x" * 70_000_000)

    @task
    def loses_streams():
        sys.stdout = sys.stderr = None
        return 1

    @task
    def large():
        return "x" * 70_000_000

    @task
    def long_key(ti=None):
        ti.xcom_push("x" * 20_000_000, 1)

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

    for make in (
        forks, babbles, closes, prints, much, exits, exits_well, closes_output, unspeakable, other_bytes, skips,
        loses_streams, large, long_key,
    ):
        make()
"""


def test_the_daemon_outlives_them(installation: Installation) -> None:
    installation.write_dag(DAG)
    worker = installation.start_worker()
    names = ("babbles", "closes", "much", "exits", "exits_well", "prints")
    babbles, closes, much, exits, exits_well, prints = installation.gateway.run(*(assignment(name) for name in names))
    assert isinstance(babbles.outcome, Died)
    assert closes.outcome == Died(Text("worker.cut_off"))
    assert any("LookupError: after all was closed" in line.trace for line in installation.log("closes"))
    assert isinstance(much.outcome, Failed)
    assert much.outcome.error.code == "xcom.too_large_together"
    assert isinstance(exits.outcome, Failed)
    assert exits.outcome.error.fields == {"code": "4"}
    assert exits_well.outcome == prints.outcome == Succeeded()
    # What the file printed while it was imported is nobody's.
    assert [line.msg for line in installation.log("prints") if line.is_raw] == ["mine", "\x00\ufffd"]
    assert worker.process.poll() is None


def test_whatever_a_task_leaves_behind_is_reported_by_name(installation: Installation) -> None:
    installation.write_dag(DAG)
    installation.start_worker()
    names = ("closes_output", "unspeakable", "other_bytes", "large", "long_key", "skips", "loses_streams")
    reports = installation.gateway.run(*(assignment(name) for name in names))
    closes_output, unspeakable, other_bytes, large, long_key = (report.outcome for report in reports[:5])
    for outcome, kind in ((closes_output, "LookupError"), (unspeakable, "Unspeakable"), (other_bytes, "LookupError")):
        assert isinstance(outcome, Failed)
        assert outcome.error.code == "sdk.task_raised"
        assert outcome.error.fields["kind"] == kind
    assert any("without output" in line.trace for line in installation.log("closes_output"))
    assert any("Unspeakable" in line.trace for line in installation.log("unspeakable"))
    assert isinstance(large, Failed)
    assert large.error.code == "xcom.too_large"
    assert large.error.fields == {
        "task_id": "large",
        "key": "return_value",
        "bytes": large.error.fields["bytes"],
        "limit": LARGEST_XCOM,
    }
    assert isinstance(long_key, Failed)
    assert long_key.error.code == "xcom.too_large_together"
    assert isinstance(reports[5].outcome, Skipped)
    assert reports[6].outcome == Succeeded()


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
