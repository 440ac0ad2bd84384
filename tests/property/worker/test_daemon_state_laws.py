"""Laws of the daemon's state table under any order, loss and repetition of what happens to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from daemon_table import MEGABYTE, Table, assignment
from hypothesis import given, settings
from hypothesis import strategies as st

from mulgil.i18n import Text
from mulgil.messages import (
    Ack,
    Answer,
    Ask,
    Assign,
    AttemptStarted,
    Cancel,
    Failed,
    Finished,
    GetVariable,
    Hello,
    Publishing,
    RefuseHello,
    Report,
    Skipped,
    Succeeded,
    Welcome,
)
from mulgil.model import Isolation
from mulgil.worker.state import DaemonEvent
from mulgil.worker.state.action import (
    Exit,
    HangUp,
    JournalForget,
    JournalReport,
    JournalStart,
    Send,
    StartProcess,
)
from mulgil.worker.state.event import (
    AttemptAppeared,
    AttemptGone,
    AttemptSaid,
    Connected,
    Disconnected,
    DrainAsked,
    Received,
    StopAsked,
    ZygoteDied,
    ZygoteImported,
    ZygoteImportFailed,
    ZygoteRefused,
)
from mulgil.worker.wire import Mode

# Few, so that most events concern something that exists.
IDS = ("a", "b")
FILES = {"a": "one.py", "b": "two.py"}
REASON = Text("kernel.cancelled")
ERROR = Text("worker.import_failed")


def _assign(attempt_id: str, isolation: Isolation = Isolation.FORK) -> Callable[[Table], DaemonEvent]:
    given = assignment(
        attempt_id,
        file=FILES[attempt_id],
        isolation=isolation,
        is_resolvable=attempt_id != "b",
        execution_timeout=timedelta(seconds=20),
    )
    return lambda _: Received(Assign(given))


def _finish(attempt_id: str, outcome: Succeeded | Skipped | Failed) -> Callable[[Table], DaemonEvent]:
    return lambda table: AttemptSaid(Finished(Report(attempt_id=attempt_id, outcome=outcome, ended_at=table.moment.at)))


def _always(event: DaemonEvent) -> Callable[[Table], DaemonEvent]:
    return lambda _: event


def _of_attempt(attempt_id: str) -> list[Callable[[Table], DaemonEvent]]:
    return [
        _assign(attempt_id),
        _assign(attempt_id, Isolation.SPAWN),
        _always(Received(Cancel(attempt_id, REASON))),
        _always(Received(Ack((attempt_id,)))),
        _always(Received(Answer(attempt_id=attempt_id, request_id=1, variable="x"))),
        _always(AttemptAppeared(attempt_id, 7)),
        lambda table: AttemptSaid(AttemptStarted(attempt_id, 7, table.moment.at)),
        _always(AttemptSaid(Ask(attempt_id, 1, GetVariable("x")))),
        _always(AttemptSaid(Publishing(attempt_id))),
        _finish(attempt_id, Succeeded()),
        _finish(attempt_id, Skipped()),
        _finish(attempt_id, Failed(ERROR)),
        _always(AttemptGone(attempt_id=attempt_id, status=0)),
        _always(AttemptGone(attempt_id=attempt_id, status=-9)),
        _always(AttemptGone(attempt_id=attempt_id, status=None)),
    ]


def _of_zygote(zygote_id: int) -> list[Callable[[Table], DaemonEvent]]:
    return [
        _always(ZygoteImported(zygote_id, MEGABYTE)),
        _always(ZygoteImportFailed(zygote_id, ERROR, "trace")),
        _always(ZygoteRefused(zygote_id, REASON)),
        _always(ZygoteDied(zygote_id)),
    ]


CONNECTION = [
    _always(Connected()),
    _always(Disconnected()),
    _always(Received(Welcome())),
    _always(Received(RefuseHello(REASON))),
]
ANYTHING = [
    *CONNECTION,
    *(step for attempt_id in IDS for step in _of_attempt(attempt_id)),
    *(step for zygote_id in range(1, 4) for step in _of_zygote(zygote_id)),
]
LEAVING = [_always(DrainAsked()), _always(StopAsked())]
SECONDS = st.sampled_from([0.0, 0.0, 0.0, 1.0, 11.0, 61.0])


def _steps(choices: list[Callable[[Table], DaemonEvent]]) -> st.SearchStrategy[list[tuple[object, float]]]:
    return st.lists(st.tuples(st.sampled_from(choices), SECONDS), max_size=60)


def _drive(steps: list[tuple[Callable[[Table], DaemonEvent], float]]) -> Table:
    table = Table(zygote_memory_bytes=1)
    for make, seconds in steps:
        table.happens(make(table))
        table.pass_time(seconds)
    return table


@settings(max_examples=400)
@given(_steps([*ANYTHING, *LEAVING]))
def test_no_attempt_starts_twice(steps: list[tuple[Callable[[Table], DaemonEvent], float]]) -> None:
    table = _drive(steps)
    for attempt_id in IDS:
        assert table.started(attempt_id) <= 1
        assert table.started(attempt_id, Mode.RESOLVE) <= 1


@settings(max_examples=400)
@given(_steps([*ANYTHING, *LEAVING]))
def test_nothing_is_said_or_started_before_it_is_journalled(
    steps: list[tuple[Callable[[Table], DaemonEvent], float]],
) -> None:
    started: set[str] = set()
    reports: dict[str, Report] = {}
    for action in _drive(steps).done:
        if isinstance(action, JournalStart):
            started.add(action.attempt_id)
        elif isinstance(action, JournalReport):
            assert action.report.attempt_id not in reports
            reports[action.report.attempt_id] = action.report
        elif isinstance(action, StartProcess):
            assert action.assignment.attempt_id in started
        elif isinstance(action, Send) and isinstance(action.message, Finished):
            assert reports[action.message.report.attempt_id] == action.message.report
        elif isinstance(action, Send) and isinstance(action.message, Hello):
            assert set(action.message.reported) <= reports.keys()


@settings(max_examples=400)
@given(_steps(ANYTHING))
def test_a_report_is_kept_until_it_is_acknowledged(
    steps: list[tuple[Callable[[Table], DaemonEvent], float]],
) -> None:
    table = Table()
    acknowledged: set[str] = set()
    for make, seconds in steps:
        event = make(table)
        known = {report.attempt_id for report in table.state.unacknowledged}
        if isinstance(event, Received) and isinstance(event.message, Ack):
            acknowledged |= known & set(event.message.attempt_ids)
        table.happens(event)
        table.pass_time(seconds)
        made = {action.report.attempt_id for action in table.all(JournalReport)}
        assert {report.attempt_id for report in table.state.unacknowledged} == made - acknowledged
        assert {action.attempt_id for action in table.all(JournalForget)} <= acknowledged
        live = set(table.state.live)
        assert not live & made


@settings(max_examples=400)
@given(_steps(ANYTHING))
def test_what_is_assigned_ends(steps: list[tuple[Callable[[Table], DaemonEvent], float]]) -> None:
    """Once processes do as they are told and a gateway listens, every attempt is reported and forgotten."""
    table = _drive(steps)
    for _ in range(5):
        table.pass_time(100)
        for attempt_id in IDS:
            table.happens(AttemptGone(attempt_id=attempt_id, status=-9))
    table.happens(Disconnected(), Connected())
    table.hears(Welcome())
    reports = table.said(Hello)[-1].reported
    assert table.state.live == ()
    table.acknowledges(*reports)
    assert table.state.unacknowledged == ()
    table.happens(DrainAsked())
    assert len(table.all(Exit)) == 1


@settings(max_examples=400)
@given(_steps([*ANYTHING, *LEAVING]))
def test_a_hello_comes_first_on_a_connection(
    steps: list[tuple[Callable[[Table], DaemonEvent], float]],
) -> None:
    table = Table()
    has_greeted = False
    for make, seconds in steps:
        event = make(table)
        if isinstance(event, Connected | Disconnected):
            has_greeted = False
        for act in (partial(table.happens, event), partial(table.pass_time, seconds)):
            event_actions = act()
            for action in event_actions:
                if isinstance(action, HangUp):
                    has_greeted = False
                elif isinstance(action, Send):
                    assert has_greeted or isinstance(action.message, Hello)
                    has_greeted = True
