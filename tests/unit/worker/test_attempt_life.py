"""An attempt in the daemon's state table: start, end, cancel, time-outs, resolver."""

import signal
from datetime import timedelta

from daemon_table import MEGABYTE, Table, assignment

from mulgil.i18n import Text
from mulgil.messages import (
    Answer,
    Ask,
    Assign,
    AttemptStarted,
    Cancel,
    Cancelled,
    Died,
    Failed,
    Finished,
    GetVariable,
    Lost,
    Progress,
    Publishing,
    Skipped,
    Succeeded,
)
from mulgil.model import Isolation
from mulgil.worker.state.action import (
    AppendToLog,
    JournalForget,
    JournalProcess,
    JournalReport,
    JournalStart,
    Kill,
    KillZygote,
    RetireZygote,
    Send,
    StartProcess,
    StartZygote,
    TellAttempt,
)
from mulgil.worker.state.attempt_table import PROGRESS_SECONDS
from mulgil.worker.state.event import (
    AttemptAppeared,
    AttemptGone,
    AttemptSaid,
    ZygoteDied,
    ZygoteImported,
    ZygoteImportFailed,
    ZygoteRefused,
)
from mulgil.worker.wire import Mode

REASON = Text("kernel.cancelled")
FAILED = Failed(Text("sdk.task_raised"))


def _kinds(table: Table) -> list[type]:
    return [type(action) for action in table.last]


def test_the_way_of_an_attempt() -> None:
    table = Table()
    table.connects()
    table.hears(Assign(assignment()))
    assert _kinds(table) == [StartZygote]
    table.happens(ZygoteImported(1, MEGABYTE))
    assert _kinds(table) == [JournalStart, StartProcess]
    started = AttemptStarted("a", 100, table.moment.at)
    table.happens(AttemptSaid(started))
    assert table.last == (JournalProcess("a", 100), Send(started))
    report = table.reports("a", Succeeded())
    assert table.last == (JournalReport(report), Send(Finished(report)))
    table.acknowledges("a")
    assert table.last == ()
    table.exits()
    assert table.last == (JournalForget("a"),)
    assert table.state.live == ()
    assert table.state.unacknowledged == ()


def test_a_skip_is_reported_at_once_and_a_failure_when_its_process_is_gone() -> None:
    table = Table()
    table.connects()
    table.runs("a")
    table.reports("a", Skipped())
    assert table.outcome("a") == Skipped()
    table.runs("b")
    table.reports("b", FAILED)
    assert "b" in table.state.live
    table.exits("b")
    assert table.outcome("b") == FAILED


def test_one_zygote_serves_a_file() -> None:
    table = Table()
    table.connects()
    table.hears(Assign(assignment("a")), Assign(assignment("b")), Assign(assignment("c", file="other.py")))
    assert len(table.all(StartZygote)) == 2
    table.happens(ZygoteImported(1, MEGABYTE))
    assert [start.assignment.attempt_id for start in table.all(StartProcess)] == ["a", "b"]


def test_a_spawned_attempt_needs_no_zygote() -> None:
    table = Table()
    table.connects()
    table.hears(Assign(assignment(isolation=Isolation.SPAWN)))
    (start,) = table.all(StartProcess)
    assert start.zygote_id is None
    assert table.all(StartZygote) == []


def test_the_word_of_a_start_is_said_once() -> None:
    table = Table()
    table.connects()
    started = table.runs()
    table.happens(AttemptSaid(started))
    assert len(table.said(AttemptStarted)) == 1


def test_deaths_say_why() -> None:
    causes = {
        3: "worker.exited",
        0: "worker.exited",
        -signal.SIGSEGV: "worker.killed",
        -signal.SIGKILL: "worker.killed_hard",
        -200: "worker.killed",
    }
    for status, code in causes.items():
        table = Table()
        table.connects()
        table.runs()
        table.exits("a", status)
        outcome = table.outcome()
        assert isinstance(outcome, Died)
        assert outcome.cause.code == code
        (line,) = table.all(AppendToLog)
        assert line.text == outcome.cause


def test_a_death_for_want_of_memory() -> None:
    table = Table()
    table.connects()
    table.runs()
    table.happens(AttemptGone(attempt_id="a", status=-signal.SIGKILL, is_oom_likely=True))
    assert table.outcome() == Died(Text("worker.killed_oom"))


def test_a_process_that_nobody_knows_the_end_of_is_lost() -> None:
    table = Table()
    table.connects()
    table.starts("a")
    table.exits("a", None)
    assert table.outcome("a") == Lost(Text("worker.vanished"))
    table.starts("b")
    table.exits("b", None, why=Text("worker.no_process", {"why": "x"}))
    assert table.outcome("b") == Lost(Text("worker.no_process", {"why": "x"}))


def test_a_cancel_while_the_file_is_imported_starts_nothing() -> None:
    table = Table()
    table.connects()
    table.hears(Assign(assignment()), Cancel("a", REASON))
    assert table.outcome() == Cancelled(REASON)
    table.happens(ZygoteImported(1, MEGABYTE))
    assert table.started() == 0


def test_a_cancel_while_the_process_starts_ends_it_when_it_appears() -> None:
    table = Table()
    table.connects()
    table.starts()
    table.hears(Cancel("a", REASON))
    assert table.all(Kill) == []
    table.happens(AttemptSaid(AttemptStarted("a", 100, table.moment.at)))
    assert table.all(Kill) == [Kill("a", signal.SIGTERM)]
    table.exits("a", -signal.SIGTERM)
    assert table.outcome() == Cancelled(REASON)


def test_a_cancel_asks_then_kills() -> None:
    table = Table(kill_grace=timedelta(seconds=10))
    table.connects()
    table.runs()
    table.hears(Cancel("a", REASON), Cancel("a", Text("other.reason")))
    assert table.all(Kill) == [Kill("a", signal.SIGTERM)]
    table.pass_time(9.9)
    assert len(table.all(Kill)) == 1
    table.pass_time(0.2)
    assert table.all(Kill)[1:] == [Kill("a", signal.SIGKILL)]
    table.exits("a", -signal.SIGKILL)
    assert table.outcome() == Cancelled(REASON)


def test_a_cancel_of_what_has_ended_does_nothing() -> None:
    table = Table()
    table.connects()
    table.runs()
    table.reports("a", Succeeded())
    assert table.hears(Cancel("a", REASON), Cancel("unknown", REASON)) == ()
    table.exits()
    assert table.outcome() == Succeeded()


def test_what_was_said_before_the_end_counts() -> None:
    table = Table()
    table.connects()
    table.runs()
    table.hears(Cancel("a", REASON))
    table.reports("a", Succeeded())
    table.exits()
    assert table.outcome() == Succeeded()


def test_an_execution_timeout() -> None:
    table = Table(kill_grace=timedelta(seconds=10))
    table.connects()
    table.runs(execution_timeout=timedelta(seconds=5))
    table.pass_time(4.9)
    assert table.all(Kill) == []
    table.pass_time(0.2)
    assert table.all(Kill) == [Kill("a", signal.SIGTERM)]
    table.exits("a", -signal.SIGTERM)
    assert table.outcome() == Died(Text("worker.timed_out", {"seconds": "5"}))


def test_a_process_that_lingers_after_its_report_is_killed() -> None:
    table = Table(kill_grace=timedelta(seconds=10))
    table.connects()
    table.runs()
    table.reports("a", Succeeded())
    table.acknowledges("a")
    table.pass_time(10)
    assert table.all(Kill) == [Kill("a", signal.SIGKILL)]
    table.exits("a", -signal.SIGKILL)
    assert table.outcome() == Succeeded()
    assert table.all(JournalForget) == [JournalForget("a")]


def test_an_import_that_raises_fails_those_who_wait() -> None:
    table = Table()
    table.connects()
    table.hears(Assign(assignment("a")), Assign(assignment("b")))
    error = Text("worker.import_failed")
    table.happens(ZygoteImportFailed(1, error, "Traceback"))
    assert table.outcome("a") == table.outcome("b") == Failed(error)
    assert [line.traceback for line in table.all(AppendToLog)] == ["Traceback", "Traceback"]
    # Another attempt tries anew.
    table.hears(Assign(assignment("c")))
    assert [zygote.zygote_id for zygote in table.all(StartZygote)] == [1, 2]


def test_an_import_that_takes_too_long() -> None:
    table = Table(import_timeout=timedelta(seconds=60))
    table.connects()
    table.hears(Assign(assignment()))
    table.pass_time(60)
    assert table.all(KillZygote) == [KillZygote(1)]
    assert table.outcome() == Failed(Text("worker.import_timed_out", {"file": "pipeline.py", "seconds": "60"}))
    assert table.happens(ZygoteImported(1, MEGABYTE), ZygoteDied(1)) == ()


def test_an_import_that_takes_too_long_in_a_fresh_interpreter() -> None:
    table = Table(import_timeout=timedelta(seconds=60), start_timeout=timedelta(seconds=30))
    table.connects()
    table.hears(Assign(assignment(isolation=Isolation.SPAWN)))
    table.happens(AttemptAppeared("a", 100))
    table.pass_time(60)
    assert table.all(Kill) == [Kill("a", signal.SIGKILL)]
    table.exits("a", -signal.SIGKILL)
    outcome = table.outcome()
    assert isinstance(outcome, Failed)
    assert outcome.error.code == "worker.import_timed_out"


def test_a_zygote_that_dies_while_it_imports_loses_those_who_wait() -> None:
    table = Table()
    table.connects()
    table.hears(Assign(assignment()))
    table.happens(ZygoteDied(1))
    assert table.outcome() == Lost(Text("worker.zygote_died", {"file": "pipeline.py"}))


def test_a_zygote_that_dies_leaves_what_it_forked_alone() -> None:
    table = Table()
    table.connects()
    table.runs()
    assert table.happens(ZygoteDied(1)) == ()
    table.reports("a", Succeeded())
    assert table.outcome() == Succeeded()
    table.hears(Assign(assignment("b")))
    assert [zygote.zygote_id for zygote in table.all(StartZygote)] == [1, 2]


def test_a_zygote_that_does_not_fork_is_killed() -> None:
    table = Table(start_timeout=timedelta(seconds=30))
    table.connects()
    table.starts("a")
    table.pass_time(30)
    assert table.all(KillZygote) == [KillZygote(1)]
    table.exits("a", None)
    assert isinstance(table.outcome("a"), Lost)


def test_a_file_that_can_not_be_forked_is_spawned_from_then_on() -> None:
    table = Table()
    table.connects()
    table.hears(Assign(assignment("a")))
    reason = Text("worker.unfit_threads")
    table.happens(ZygoteRefused(1, reason))
    table.hears(Assign(assignment("b")))
    assert [(start.assignment.attempt_id, start.zygote_id) for start in table.all(StartProcess)] == [
        ("a", None),
        ("b", None),
    ]
    assert [line.text for line in table.all(AppendToLog)] == [reason, reason]
    assert len(table.all(StartZygote)) == 1


def test_idle_zygotes_go_after_a_while_and_used_ones_stay() -> None:
    table = Table(zygote_idle=timedelta(minutes=5))
    table.connects()
    table.runs("a")
    table.pass_time(1000)
    assert table.all(RetireZygote) == []
    table.reports("a", Succeeded())
    table.exits("a")
    table.pass_time(299)
    table.starts("b")
    table.pass_time(2)
    assert table.all(RetireZygote) == []
    table.exits("b", None)
    table.pass_time(300)
    assert table.all(RetireZygote) == [RetireZygote(1)]


def test_zygotes_together_keep_within_a_memory_limit() -> None:
    table = Table(zygote_memory_bytes=250 * MEGABYTE)
    table.connects()
    for number, file in enumerate(("a.py", "b.py", "c.py"), start=1):
        table.hears(Assign(assignment(file, file=file)))
        table.happens(ZygoteImported(number, 100 * MEGABYTE))
        table.happens(AttemptSaid(AttemptStarted(file, number, table.moment.at)))
        if file != "a.py":
            table.exits(file)
    # The first is in use, so the longest unused of the others goes.
    assert table.all(RetireZygote) == [RetireZygote(2)]


def test_questions_and_answers_pass_through() -> None:
    table = Table()
    table.connects()
    table.runs()
    ask = Ask("a", 1, GetVariable("bucket"))
    assert table.happens(AttemptSaid(ask)) == (Send(ask),)
    answer = Answer(attempt_id="a", request_id=1, variable="x")
    assert table.hears(answer) == (TellAttempt(answer),)
    assert table.hears(answer, Answer(attempt_id="z", request_id=1, variable="x")) == ()


def test_progress_stands_in_the_log_now_and_then() -> None:
    table = Table()
    table.connects()
    table.runs()
    assert table.happens(AttemptSaid(Progress("a", 10, 20))) == ()
    table.pass_time(PROGRESS_SECONDS - 1)
    assert table.happens(AttemptSaid(Progress("a", 12, 20))) == ()
    table.pass_time(1)
    (line,) = table.happens(AttemptSaid(Progress("a", 14, 20)))
    assert isinstance(line, AppendToLog)
    assert line.text == Text("worker.progress_of", {"rows": 14, "total": 20})
    assert table.happens(AttemptSaid(Progress("a", 15))) == ()
    table.pass_time(PROGRESS_SECONDS)
    (line,) = table.happens(AttemptSaid(Progress("a", 16)))
    assert isinstance(line, AppendToLog)
    assert line.text == Text("worker.progress", {"rows": 16})


def test_a_report_names_the_process_also_of_one_that_never_said_a_word() -> None:
    table = Table()
    table.connects()
    table.starts()
    table.happens(AttemptGone(attempt_id="a", status=-signal.SIGKILL, pid=77))
    (finished,) = table.said(Finished)
    assert finished.report.pid == 77
    table.runs("b", pid=78)
    table.exits("b", -signal.SIGKILL)
    assert table.said(Finished)[-1].report.pid == 78


def test_a_death_after_publishing_is_resolved() -> None:
    table = Table()
    table.connects()
    started = table.runs(is_resolvable=True)
    table.happens(AttemptSaid(Publishing("a")))
    table.exits("a", -signal.SIGKILL)
    assert table.started("a", Mode.RESOLVE) == 1
    assert "a" in table.state.live
    table.happens(AttemptAppeared("a", 101))
    table.reports("a", Succeeded())
    table.exits("a")
    assert table.outcome() == Succeeded()
    (report,) = {finished.report.started_at for finished in table.said(Finished)}
    assert report == started.started_at
    assert table.started() == 1


def test_a_resolver_that_does_not_know_leaves_the_death() -> None:
    for end in ("exit", "time", "zygote", "import"):
        table = Table(resolver_timeout=timedelta(seconds=30))
        table.connects()
        table.runs(is_resolvable=True)
        table.happens(AttemptSaid(Publishing("a")))
        if end in ("zygote", "import"):
            table.happens(ZygoteDied(1))
        table.exits("a", -signal.SIGKILL)
        if end == "exit":
            table.exits("a", 0)
        elif end == "time":
            table.happens(AttemptAppeared("a", 101))
            table.pass_time(30)
            assert table.all(Kill) == [Kill("a", signal.SIGKILL)]
        elif end == "zygote":
            table.happens(ZygoteDied(2))
        else:
            table.happens(ZygoteImportFailed(2, Text("worker.import_failed"), ""))
        assert table.outcome() == Died(Text("worker.killed_hard"))


def test_a_cancel_ends_the_wait_for_a_resolver() -> None:
    table = Table()
    table.connects()
    table.runs(is_resolvable=True)
    table.happens(AttemptSaid(Publishing("a")))
    table.exits("a", -signal.SIGKILL)
    table.hears(Cancel("a", REASON))
    assert table.outcome() == Cancelled(REASON)
    # The resolver's process comes up only now, and goes again.
    table.happens(AttemptAppeared("a", 101))
    assert table.all(Kill) == [Kill("a", signal.SIGTERM)]


def test_only_writes_that_can_be_resolved_are() -> None:
    table = Table()
    table.connects()
    table.runs("a", is_resolvable=True)
    table.exits("a", -signal.SIGKILL)
    table.runs("b", is_resolvable=False)
    table.happens(AttemptSaid(Publishing("b")))
    table.exits("b", -signal.SIGKILL)
    assert isinstance(table.outcome("a"), Died)
    assert isinstance(table.outcome("b"), Died)


def test_what_may_not_be_started_fails_with_its_reason_and_may_be_retried() -> None:
    table = Table()
    table.connects()
    table.starts()
    reason = Text("worker.journal_unwritable")
    table.happens(AttemptGone(attempt_id="a", status=None, failure=reason))
    assert table.outcome() == Failed(reason)
    table.acknowledges("a")
    assert table.state.live == table.state.unacknowledged == ()
