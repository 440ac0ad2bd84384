"""The scheduler's process: real sockets, a real database, kills and a supervisor that goes away."""

import select
import shutil
import signal
import socket
import stat

import pytest

from mulgil.messages import Answer, Applied, Ask, GetVariable, GetXCom, Hello, RefuseHello, encode_frame
from mulgil.messages.framing import MAX_FRAME_BYTES
from mulgil.model import DagRunState, Pool, TaskInstanceState, TaskSpec, Variable

DEADLINE_SECONDS = 30.0
IDLE_SECONDS = 2.0
IDLE_CPU_SECONDS = 0.02


def task(task_id, *upstream):
    return TaskSpec(task_id=task_id, operator="x", upstream=upstream)


def run_state(installation, run_id="r1"):
    return installation.control.run("d", run_id).state


def test_a_trigger_is_answered_at_once_and_its_run_ends(installation):
    installation.publish(task("a"), task("b", "a"))
    installation.start()
    daemon = installation.daemon()
    daemon.join()
    answer = installation.control.trigger("d", run_id="r1").answer
    assert isinstance(answer, Applied)
    daemon.finish(daemon.assignment())
    daemon.finish(daemon.assignment())
    installation.wait_for(lambda: run_state(installation) is DagRunState.SUCCESS)


def test_what_is_published_and_configured_while_it_runs_is_heard_by_the_doorbell(installation):
    installation.start()
    daemon = installation.daemon()
    daemon.join()
    installation.publish(TaskSpec(task_id="a", operator="x", pool="narrow"))
    assert isinstance(installation.control.trigger("d", run_id="r1").answer, Applied)
    assert installation.control.task_instances("d", "r1")[0].state is TaskInstanceState.SCHEDULED
    installation.control.put_pool(Pool(name="narrow", slots=1))
    daemon.finish(daemon.assignment())
    installation.wait_for(lambda: run_state(installation) is DagRunState.SUCCESS)


def test_a_scheduler_that_was_killed_finds_its_attempts_again(installation):
    installation.publish(task("a"), task("b"))
    installation.start()
    daemon = installation.daemon()
    daemon.join()
    installation.control.trigger("d", run_id="r1")
    first, second = daemon.assignment(), daemon.assignment()
    installation.kill()
    installation.start()
    daemon.join(live=(first.attempt_id,))
    assert daemon.assignment().attempt_id == second.attempt_id
    daemon.finish(first)
    daemon.finish(second)
    installation.wait_for(lambda: run_state(installation) is DagRunState.SUCCESS)
    assert [row.try_number for row in installation.control.task_instances("d", "r1")] == [1, 1]
    assert len(installation.control.attempts("d", "r1")) == 2


def test_the_sequential_executor_starts_one_task_at_a_time(installation):
    installation.home.settings_file.write_text('[core]\nexecutor = "SequentialExecutor"\n')
    installation.publish(task("a"), task("b"))
    installation.start()
    daemon = installation.daemon()
    daemon.join()
    installation.control.trigger("d", run_id="r1")
    first = daemon.assignment()
    states = [row.state for row in installation.control.task_instances("d", "r1")]
    assert sorted(states) == [TaskInstanceState.QUEUED, TaskInstanceState.SCHEDULED]
    daemon.finish(first)
    daemon.finish(daemon.assignment())
    assert {one.executor for one in installation.control.attempts("d", "r1")} == {"SequentialExecutor"}


def test_commands_wait_for_a_scheduler_and_are_then_done(installation):
    installation.publish(task("a"))
    assert installation.control.trigger("d", run_id="r1").answer is None
    installation.start()
    installation.wait_for(lambda: run_state(installation) is DagRunState.RUNNING)


def test_attempts_are_answered(installation):
    installation.control.put_variable(Variable(key="k", value="secret"))
    installation.publish(task("a"))
    installation.start()
    daemon = installation.daemon()
    daemon.join()
    installation.control.trigger("d", run_id="r1")
    attempt_id = daemon.assignment().attempt_id
    daemon.say(Ask(attempt_id, 1, GetVariable("k")))
    daemon.say(Ask(attempt_id, 2, GetXCom("r1", "a", None, "return_value")))
    assert daemon.hear(Answer).variable == "secret"
    assert daemon.hear(Answer).xcoms == ()


def test_a_daemon_of_another_protocol_is_told_so(installation):
    installation.start()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.connect(str(installation.home.gateway_socket))
        link.settimeout(DEADLINE_SECONDS)
        link.sendall(encode_frame(Hello(protocol=99, daemon_id="d9", host="h", pid=1, slots=1)))
        received = b""
        while part := link.recv(4096):
            received += part
    assert RefuseHello.__struct_config__.tag.encode() in received


@pytest.mark.parametrize("bytes_sent", [b"\x00\x00\x00\x05hello", b"\xff\xff\xff\xff"])
def test_whoever_speaks_another_language_is_cut_off_alone(installation, bytes_sent):
    installation.publish(task("a"))
    installation.start()
    daemon = installation.daemon()
    daemon.join()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.connect(str(installation.home.gateway_socket))
        link.settimeout(DEADLINE_SECONDS)
        link.sendall(bytes_sent)
        assert link.recv(4096) == b""
    installation.control.trigger("d", run_id="r1")
    daemon.finish(daemon.assignment())


def test_the_sockets_are_this_users_alone_and_go_with_the_process(installation):
    process = installation.start()
    folder = installation.home.runtime_folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    process.send_signal(signal.SIGTERM)
    assert process.wait(DEADLINE_SECONDS) == 0
    assert list(folder.glob("*.sock")) == []


def test_the_scheduler_leaves_with_its_supervisor(installation):
    process = installation.start()
    installation.lose_supervisor()
    assert process.wait(DEADLINE_SECONDS) == 0


def test_idle_costs_nothing(installation):
    installation.publish(task("a"))
    installation.start()
    daemon = installation.daemon()
    daemon.join()
    installation.control.trigger("d", run_id="r1")
    daemon.finish(daemon.assignment())
    installation.wait_for(lambda: run_state(installation) is DagRunState.SUCCESS)
    before = installation.cpu_seconds()
    select.select([], [], [], IDLE_SECONDS)
    assert installation.cpu_seconds() - before <= IDLE_CPU_SECONDS


def test_removed_sockets_are_made_anew(installation):
    installation.home.settings_file.write_text("[scheduler]\npoll_seconds = 0.1\n")
    installation.publish(task("a"), task("b", "a"))
    installation.start()
    first = installation.daemon("d1")
    first.join()
    shutil.rmtree(installation.home.runtime_folder)
    installation.wait_for(
        lambda: installation.home.gateway_socket.exists() and installation.home.doorbell_socket.exists()
    )
    assert stat.S_IMODE(installation.home.runtime_folder.stat().st_mode) == 0o700
    assert isinstance(installation.control.trigger("d", run_id="r1").answer, Applied)
    first.finish(first.assignment())
    second = installation.daemon("d2")
    second.join()


def test_a_displaced_scheduler_ends_by_itself(installation):
    installation.home.settings_file.write_text("[scheduler]\npoll_seconds = 0.1\n")
    process = installation.start()
    installation.store.claim("another scheduler")
    assert process.wait(DEADLINE_SECONDS) != 0


def test_a_run_whose_tasks_no_message_can_hold_fails_and_nothing_else_does(installation):
    installation.publish(task("a"), task("b", "a"))
    installation.start()
    daemon = installation.daemon()
    daemon.join()
    installation.control.trigger("d", run_id="huge", conf={"x": "y" * (MAX_FRAME_BYTES + 1)})
    installation.wait_for(lambda: [run.state for run in installation.control.runs(dag_id="d")] == [DagRunState.FAILED])
    row = next(row for row in installation.control.task_instances("d", "huge") if row.task_id == "a")
    assert row.reason.code == "gateway.assignment_unsendable"
    (attempt,) = installation.control.attempts("d", "huge")
    assert (attempt.outcome, attempt.error) == ("failed", row.reason)
    installation.control.trigger("d", run_id="r1")
    daemon.finish(daemon.assignment())
    daemon.finish(daemon.assignment())
    installation.wait_for(lambda: run_state(installation) is DagRunState.SUCCESS)
