"""The daemon's state table and its gateway: hellos, repeats, acknowledgements, burials, leaving."""

from datetime import timedelta

import pytest
from daemon_table import BEGIN, Table, assignment

from mulgil.i18n import Text
from mulgil.messages import (
    Ask,
    Assign,
    AttemptStarted,
    BuriedDaemon,
    Finished,
    GetVariable,
    Hello,
    Lost,
    RefuseHello,
    Report,
    Succeeded,
    Welcome,
    XComEntry,
    encode_frame,
)
from mulgil.messages.framing import MAX_FRAME_BYTES
from mulgil.worker.state.action import Dial, Exit, ForgetBuried, HangUp, JournalReport, Kill, Note, Send
from mulgil.worker.state.event import (
    AttemptSaid,
    Began,
    Connected,
    DaemonBuried,
    Disconnected,
    DrainAsked,
    NeighbourGone,
    StopAsked,
)


def _report(attempt_id: str) -> Report:
    return Report(attempt_id=attempt_id, outcome=Succeeded(), ended_at=BEGIN)


def test_the_first_hello() -> None:
    table = Table(slots=3)
    assert table.happens(Began()) == (Dial(),)
    table.happens(Connected())
    hello = Hello(protocol=1, daemon_id="d1", host="host", pid=1, slots=3)
    assert table.last == (Send(hello),)


def test_hellos_are_numbered() -> None:
    table = Table()
    table.connects()
    table.happens(Disconnected(), Connected())
    assert [hello.number for hello in table.said(Hello)] == [0, 1]


def test_dialling_again_takes_longer_each_time_up_to_a_limit() -> None:
    table = Table(redial_first=timedelta(milliseconds=20), redial_longest=timedelta(milliseconds=100))
    table.happens(Began())
    waits = []
    for _ in range(5):
        before = table.elapsed
        table.happens(Disconnected())
        assert table.state.next_deadline is not None
        waits.append(table.state.next_deadline - before)
        assert table.pass_time(waits[-1]) == (Dial(),)
    assert waits == pytest.approx([0.02, 0.04, 0.08, 0.1, 0.1])
    table.happens(Connected())
    table.hears(Welcome())
    table.happens(Disconnected())
    assert table.state.next_deadline == pytest.approx(table.elapsed + 0.02)


def test_a_connected_daemon_without_work_has_no_timer() -> None:
    table = Table()
    table.connects()
    assert table.state.next_deadline is None


def test_a_hello_names_what_lives_and_what_was_not_acknowledged() -> None:
    table = Table()
    table.connects()
    started = table.runs("lives")
    table.hears(Assign(assignment("waits", file="other.py")))
    table.runs("ended")
    report = table.reports("ended", Succeeded())
    table.happens(AttemptSaid(Ask("lives", 7, GetVariable("x"))))
    table.happens(Disconnected())
    table.runs("unheard")
    unheard = table.reports("unheard", Succeeded())
    assert table.said(Finished) == [Finished(report)]
    table.happens(Connected())
    hello, *repeated = [action.message for action in table.last if isinstance(action, Send)]
    assert isinstance(hello, Hello)
    assert hello.live == ("lives", "waits")
    assert hello.reported == ("ended", "unheard")
    assert repeated == [Finished(report), Finished(unheard), started, Ask("lives", 7, GetVariable("x"))]


def test_reports_that_no_frame_holds_together_follow_the_hello_one_by_one() -> None:
    table = Table()
    large = (XComEntry("return_value", b"x" * (MAX_FRAME_BYTES // 2)),)
    left = tuple(Report(attempt_id=name, outcome=Succeeded(), ended_at=BEGIN, xcoms=large) for name in ("x", "y"))
    table.happens(DaemonBuried("old", ("x", "y"), left))
    table.connects()
    table.runs("a")
    report = Report(attempt_id="a", outcome=Succeeded(), ended_at=BEGIN, xcoms=large)
    table.happens(AttemptSaid(Finished(report)))
    table.happens(Disconnected(), Connected())
    hello, *follow = [action.message for action in table.last if isinstance(action, Send)]
    assert isinstance(hello, Hello)
    assert (hello.live, hello.reported) == ((), ("x", "y", "a"))
    assert follow == [Finished(one) for one in (*left, report)]
    assert all(len(encode_frame(message)) < MAX_FRAME_BYTES for message in (hello, *follow))


def test_a_report_is_journalled_before_it_is_sent_and_forgotten_when_acknowledged() -> None:
    table = Table()
    table.connects()
    table.runs()
    table.reports("a", Succeeded())
    assert [type(action) for action in table.last] == [JournalReport, Send]
    table.exits()
    table.acknowledges("unknown", "a", "a")
    assert table.state.unacknowledged == ()


@pytest.mark.parametrize("moment", ["waiting", "running", "reported", "acknowledged"])
def test_an_assignment_that_comes_again_starts_nothing(moment: str) -> None:
    table = Table()
    table.connects()
    if moment == "waiting":
        table.hears(Assign(assignment()))
    else:
        table.runs()
    if moment in ("reported", "acknowledged"):
        table.reports("a", Succeeded())
        table.exits()
    if moment == "acknowledged":
        table.acknowledges("a")
    assert table.hears(Assign(assignment())) == ()
    table.happens(Disconnected(), Connected())
    assert table.hears(Assign(assignment())) == ()


def test_a_refused_hello_is_noted_and_tried_again_later() -> None:
    table = Table(redial_refused=timedelta(seconds=5))
    table.happens(Began(), Connected())
    reason = Text("gateway.protocol_unsupported")
    assert table.hears(RefuseHello(reason)) == (Note(reason), HangUp())
    assert table.pass_time(4.9) == ()
    assert table.pass_time(0.2) == (Dial(),)


def test_dead_daemons_are_announced_until_they_are_heard_and_forgotten_when_acknowledged() -> None:
    table = Table()
    table.happens(DaemonBuried("old", ("x", "y"), (_report("x"),)), DaemonBuried("older", (), ()), Began())
    table.happens(Connected())
    (hello,) = table.said(Hello)
    assert hello.buried == (BuriedDaemon("old", ("x", "y")), BuriedDaemon("older", ()))
    assert hello.reported == ("x",)
    assert table.said(Finished) == [Finished(_report("x"))]
    # Acknowledged, but no welcome: the gateway may not have written the burial down.
    table.happens(Disconnected(), Connected())
    assert table.said(Hello)[-1].buried == hello.buried
    table.hears(Welcome())
    assert table.all(ForgetBuried) == [ForgetBuried("older")]
    table.acknowledges("x")
    assert table.all(ForgetBuried) == [ForgetBuried("older"), ForgetBuried("old")]
    table.happens(Disconnected(), Connected())
    assert table.said(Hello)[-1].buried == ()


def test_a_daemon_that_dies_later_makes_a_new_hello() -> None:
    table = Table()
    table.connects()
    assert table.happens(DaemonBuried("old", ("x",), ())) == (HangUp(), Dial())
    table.happens(Connected())
    assert table.said(Hello)[-1].buried == (BuriedDaemon("old", ("x",)),)


def test_draining_says_so_takes_nothing_new_and_leaves_when_all_is_acknowledged() -> None:
    table = Table()
    table.connects()
    table.runs("a")
    assert table.happens(DrainAsked()) == (HangUp(), Dial())
    table.happens(Connected())
    assert table.said(Hello)[-1].is_draining
    table.hears(Assign(assignment("b")))
    assert table.outcome("b") == Lost(Text("worker.leaving"))
    table.acknowledges("b")
    table.happens(Disconnected())
    table.reports("a", Succeeded())
    table.exits("a")
    assert table.all(Exit) == []
    table.pass_time(3600)
    table.happens(Connected())
    table.hears(Welcome())
    table.acknowledges("a")
    assert table.all(Exit) == [Exit(is_clean=True)]


def test_an_idle_daemon_leaves_at_once_with_a_journal_to_bury() -> None:
    table = Table()
    table.connects()
    table.happens(DrainAsked())
    # An assignment may be under way to it: only its burial tells that it was never received.
    assert table.all(Exit) == [Exit(is_clean=False)]
    assert table.hears(Assign(assignment())) == ()


def test_stopping_ends_what_runs_and_waits_a_little_for_the_acknowledgement() -> None:
    table = Table(farewell=timedelta(seconds=2), kill_grace=timedelta(seconds=10))
    table.connects()
    table.runs("a")
    table.hears(Assign(assignment("b", file="other.py")))
    table.happens(StopAsked())
    assert [kill.attempt_id for kill in table.all(Kill)] == ["a"]
    table.exits("a", -15)
    assert table.all(Exit) == []
    table.happens(Connected())
    assert sorted(table.said(Hello)[-1].reported) == ["a", "b"]
    assert table.outcome("a") == table.outcome("b") == Lost(Text("worker.stopped"))
    table.pass_time(1.9)
    assert table.all(Exit) == []
    table.pass_time(0.2)
    assert table.all(Exit) == [Exit(is_clean=False)]


def test_stopping_leaves_at_once_when_all_is_acknowledged() -> None:
    table = Table()
    table.connects()
    table.runs("a")
    table.happens(StopAsked(), Connected())
    table.hears(Welcome())
    table.exits("a", -15)
    table.acknowledges("a")
    assert table.all(Exit) == [Exit(is_clean=True)]


def test_a_repeated_word_of_a_start_counts_once() -> None:
    table = Table()
    table.connects()
    started = table.runs()
    table.happens(Disconnected(), Connected(), Disconnected(), Connected())
    assert table.said(AttemptStarted) == [started, started, started]


def test_a_hello_names_the_neighbours_of_its_connection_and_a_new_one_those_that_are_left() -> None:
    table = Table()
    table.happens(Began(), Connected(("old", "older")))
    assert table.said(Hello)[-1].neighbours == ("old", "older")
    assert table.happens(NeighbourGone()) == (HangUp(), Dial())
    table.happens(Connected(("old",)))
    assert table.said(Hello)[-1].neighbours == ("old",)
