"""The sans-IO gateway: hellos, reconnects, what is dropped and what is repeated."""

from datetime import UTC, datetime

import pytest

from mulgil.gateway import Gateway
from mulgil.i18n import Text
from mulgil.messages import (
    PROTOCOL_VERSION,
    Ack,
    Answer,
    Ask,
    Assign,
    Assignment,
    AttemptStarted,
    BuriedDaemon,
    Cancel,
    Finished,
    GetVariable,
    Hello,
    RefuseHello,
    Report,
    Succeeded,
    Welcome,
)
from mulgil.model import DagRun, DagRunState, DataInterval, Isolation, RunType, TaskInstance
from mulgil.ports import AttemptReported, AttemptUnsendable, DaemonJoined

NOW = datetime(2024, 1, 1, tzinfo=UTC)


def hello(daemon_id: str = "d1", *, protocol: int = PROTOCOL_VERSION, **fields: object) -> Hello:
    return Hello(protocol=protocol, daemon_id=daemon_id, host="h", pid=1, slots=2, **fields)  # type: ignore[arg-type]


def assignment(attempt_id: str) -> Assignment:
    run = DagRun(
        dag_id="d",
        run_id="r",
        run_uid="u",
        run_type=RunType.MANUAL,
        state=DagRunState.RUNNING,
        data_interval=DataInterval.at(NOW),
        version_id="v",
        created_at=NOW,
    )
    return Assignment(
        attempt_id=attempt_id,
        run=run,
        instance=TaskInstance(dag_id="d", run_id="r", task_id="t"),
        version_id="v",
        snapshot="s",
        bundle="b",
        file="f.py",
        isolation=Isolation.FORK,
    )


def report(attempt_id: str) -> Report:
    return Report(attempt_id=attempt_id, outcome=Succeeded(), ended_at=NOW)


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


def join(gateway: Gateway, conn_id: int, message: Hello) -> DaemonJoined:
    gateway.connected(conn_id)
    gateway.received(conn_id, message)
    joined = next(event for event in gateway.events() if isinstance(event, DaemonJoined))
    gateway.welcome(joined)
    assert (conn_id, Welcome(PROTOCOL_VERSION)) in gateway.outgoing()
    return joined


def test_a_hello_becomes_a_join_followed_by_its_reports(gateway: Gateway) -> None:
    gateway.connected(1)
    buried = (BuriedDaemon("d0", ("a0",)),)
    gateway.received(1, hello(live=("a1",), reported=("a2",), buried=buried))
    gateway.received(1, Finished(report("a2")))
    joined = DaemonJoined(daemon_id="d1", live=("a1",), reported=("a2",), buried=buried)
    assert gateway.events() == (joined, AttemptReported(report("a2")))
    assert gateway.events() == ()


def test_a_daemon_is_welcomed_only_by_its_latest_join(gateway: Gateway) -> None:
    gateway.connected(1)
    gateway.received(1, hello())
    (first,) = gateway.events()
    gateway.connected(2)
    gateway.received(2, hello())
    (second,) = gateway.events()
    assert isinstance(first, DaemonJoined)
    assert isinstance(second, DaemonJoined)
    gateway.welcome(first)
    assert gateway.outgoing() == ()
    gateway.welcome(second)
    assert gateway.outgoing() == ((2, Welcome(PROTOCOL_VERSION)),)


@pytest.mark.parametrize("protocol", [0, PROTOCOL_VERSION + 1])
def test_an_unknown_protocol_is_refused_and_the_connection_closed(gateway: Gateway, protocol: int) -> None:
    gateway.connected(1)
    gateway.received(1, hello(protocol=protocol))
    ((conn_id, refusal),) = gateway.outgoing()
    assert conn_id == 1
    assert isinstance(refusal, RefuseHello)
    assert refusal.reason.code == "gateway.protocol_unsupported"
    assert gateway.closing() == (1,)
    assert gateway.target_daemon() is None
    assert gateway.events() == ()


def test_whoever_speaks_before_its_hello_is_cut_off(gateway: Gateway) -> None:
    gateway.connected(1)
    gateway.received(1, Finished(report("a")))
    assert gateway.closing() == (1,)
    gateway.received(1, hello())
    assert gateway.events() == ()


def test_new_work_goes_to_the_newest_daemon_that_is_not_draining(gateway: Gateway) -> None:
    join(gateway, 1, hello("old"))
    join(gateway, 2, hello("new", neighbours=("old",)))
    assert gateway.target_daemon() == "new"
    gateway.disconnected(1)
    join(gateway, 3, hello("old", neighbours=("new",)))
    assert gateway.target_daemon() == "new"
    join(gateway, 4, hello("newest", is_draining=True, neighbours=("old", "new")))
    assert gateway.target_daemon() == "new"
    gateway.disconnected(2)
    assert gateway.target_daemon() == "old"


def test_a_buried_daemon_gets_no_more_work_though_its_connection_still_stands(gateway: Gateway) -> None:
    join(gateway, 1, hello("dead"))
    gateway.connected(2)
    gateway.received(2, hello("heir", is_draining=True, buried=(BuriedDaemon("dead"),)))
    assert gateway.target_daemon() is None
    assert gateway.closing() == (1,)


def test_slots_are_taken_by_submission_and_freed_by_the_report(gateway: Gateway) -> None:
    join(gateway, 1, hello(live=("a1",)))
    assert gateway.free_slots() == 1
    gateway.submit(assignment("a2"), daemon_id="d1")
    assert gateway.free_slots() == 0
    assert gateway.outgoing() == ((1, Assign(assignment("a2"))),)
    gateway.received(1, Finished(report("a1")))
    assert gateway.free_slots() == 1
    assert gateway.events() == (AttemptReported(report("a1")),)


def test_what_is_sent_to_an_absent_daemon_is_dropped(gateway: Gateway) -> None:
    gateway.submit(assignment("a"), daemon_id="d1")
    gateway.cancel("a", Text("gateway.attempt_unknown", {"attempt_id": "a"}))
    gateway.acknowledge(["a"])
    assert gateway.outgoing() == ()
    assert gateway.free_slots() == 0


def test_a_cancel_goes_to_the_daemon_that_holds_the_attempt(gateway: Gateway) -> None:
    join(gateway, 1, hello("d1", live=("a1",)))
    join(gateway, 2, hello("d2", live=("a2",), neighbours=("d1",)))
    why = Text("gateway.attempt_unknown", {"attempt_id": "a1"})
    gateway.cancel("a1", why)
    gateway.cancel("a9", why)
    assert gateway.outgoing() == ((1, Cancel("a1", why)),)


def test_acknowledgements_go_to_every_daemon_because_an_heir_may_hold_the_report(gateway: Gateway) -> None:
    join(gateway, 1, hello("d1"))
    join(gateway, 2, hello("d2", neighbours=("d1",)))
    gateway.acknowledge(["a"])
    gateway.acknowledge([])
    assert gateway.outgoing() == ((1, Ack(("a",))), (2, Ack(("a",))))


def test_a_second_connection_of_a_daemon_replaces_the_first(gateway: Gateway) -> None:
    join(gateway, 1, hello(live=("a1",)))
    join(gateway, 2, hello(live=("a1",)))
    assert gateway.closing() == (1,)
    gateway.received(1, Finished(report("a1")))
    assert gateway.events() == ()
    gateway.disconnected(1)
    assert gateway.target_daemon() == "d1"


def test_a_disconnect_forgets_what_was_to_be_said_and_asked(gateway: Gateway) -> None:
    join(gateway, 1, hello())
    gateway.submit(assignment("a"), daemon_id="d1")
    gateway.received(1, Ask("a", 1, GetVariable("v")))
    gateway.disconnected(1)
    assert gateway.outgoing() == ()
    assert gateway.questions() == ()
    gateway.answer(1, Answer(attempt_id="a", request_id=1, variable="x"))
    assert gateway.outgoing() == ()


def test_questions_and_answers_keep_their_connection(gateway: Gateway) -> None:
    join(gateway, 7, hello())
    ask = Ask("a", 1, GetVariable("v"))
    gateway.received(7, ask)
    assert gateway.questions() == ((7, ask),)
    answer = Answer(attempt_id="a", request_id=1, variable="x")
    gateway.answer(7, answer)
    assert gateway.outgoing() == ((7, answer),)


def test_starts_are_events(gateway: Gateway) -> None:
    join(gateway, 1, hello())
    started = AttemptStarted("a", 5, NOW)
    gateway.received(1, started)
    assert gateway.events() == (started,)


def test_a_hello_that_a_newer_one_has_overtaken_is_closed() -> None:
    gateway = Gateway()
    for conn_id in (1, 2):
        gateway.connected(conn_id)
    gateway.received(2, hello(number=1, live=("a",)))
    gateway.received(1, hello(number=0))
    (joined,) = gateway.events()
    assert isinstance(joined, DaemonJoined)
    assert joined.live == ("a",)
    assert gateway.closing() == (1,)
    assert gateway.connected_daemons() == ("d1",)


def test_a_hello_of_a_daemon_that_was_buried_meanwhile_is_closed() -> None:
    gateway = Gateway()
    for conn_id in (1, 2):
        gateway.connected(conn_id)
    gateway.received(2, hello("d2", buried=(BuriedDaemon("d1"),)))
    gateway.received(1, hello("d1"))
    assert gateway.closing() == (1,)
    assert gateway.target_daemon() == "d2"


def test_an_assignment_that_can_not_be_sent_is_an_event_and_takes_no_slot(gateway: Gateway) -> None:
    join(gateway, 1, hello())
    gateway.submit(assignment("a"), daemon_id="d1")
    ((conn_id, message),) = gateway.outgoing()
    gateway.unsendable(conn_id, message, "too long")
    assert gateway.has_events
    (event,) = gateway.events()
    assert event == AttemptUnsendable("a", Text("gateway.assignment_unsendable", {"why": "too long"}))
    assert gateway.free_slots() == 2


def test_an_answer_that_can_not_be_sent_is_answered_with_the_reason(gateway: Gateway) -> None:
    join(gateway, 1, hello())
    gateway.unsendable(1, Answer(attempt_id="a", request_id=7, variable="x"), "too long")
    error = Text("gateway.answer_unsendable", {"why": "too long"})
    assert gateway.outgoing() == ((1, Answer(attempt_id="a", request_id=7, error=error)),)


def test_a_cancel_whose_reason_can_not_be_sent_is_sent_without_it(gateway: Gateway) -> None:
    join(gateway, 1, hello())
    gateway.unsendable(1, Cancel("a", Text("test.long")), "too long")
    assert gateway.outgoing() == ((1, Cancel("a", Text("gateway.reason_unsendable"))),)


def test_a_daemon_that_a_later_one_finds_no_trace_of_is_dead_though_its_connection_still_stands() -> None:
    gateway = Gateway()
    join(gateway, 1, hello("dead", live=("a",)))
    joined = join(gateway, 2, hello("heir"))
    assert joined.neighbours == ()
    assert gateway.closing() == (1,)
    gateway.received(1, Finished(report("a")))
    assert gateway.events() == ()


def test_a_hello_says_nothing_of_daemons_that_came_after_its_connection(gateway: Gateway) -> None:
    for conn_id in (1, 2):
        gateway.connected(conn_id)
    gateway.received(2, hello("newer"))
    gateway.events()
    gateway.received(1, hello("older"))
    (joined,) = gateway.events()
    assert isinstance(joined, DaemonJoined)
    assert joined.neighbours == ("newer",)
    assert gateway.closing() == ()
