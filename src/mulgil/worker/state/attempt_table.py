"""The part of the state table that is about attempts and the zygotes that they are forked from."""

from collections.abc import Iterable
from datetime import datetime
from signal import SIGKILL, SIGTERM

import msgspec

from mulgil.i18n import Text
from mulgil.messages import (
    Answer,
    Ask,
    Assignment,
    AttemptStarted,
    Cancelled,
    Died,
    Failed,
    Finished,
    Lost,
    Outcome,
    Progress,
    Publishing,
    Report,
    Skipped,
    Succeeded,
)
from mulgil.model import Isolation
from mulgil.worker.settings import WorkerSettings
from mulgil.worker.state.action import (
    AppendToLog,
    JournalForget,
    JournalProcess,
    JournalReport,
    JournalStart,
    Kill,
    KillZygote,
    RetireZygote,
    StartProcess,
    StartZygote,
    TellAttempt,
)
from mulgil.worker.state.attempt_record import AttemptRecord, Phase
from mulgil.worker.state.death import death_of, lost, timed_out
from mulgil.worker.state.desk import Desk, Timer
from mulgil.worker.state.event import AttemptGone, AttemptSaid, ZygoteImportFailed
from mulgil.worker.state.zygote_table import Zygote, ZygoteTable
from mulgil.worker.wire import DagFile, Mode

ENDED_IDS_KEPT = 10_000
PROGRESS_SECONDS = 10.0
_UNFIT_KEPT = 1_000


class AttemptTable:
    """Attempts from their assignment to their acknowledgement; see `daemon_state` for the guarantees."""

    def __init__(self, desk: Desk, settings: WorkerSettings) -> None:
        """Know no attempt."""
        self._desk = desk
        self._settings = settings
        self._attempts: dict[str, AttemptRecord] = {}
        self._ended: dict[str, None] = {}
        self._zygotes = ZygoteTable(settings.zygote_memory_bytes)
        # Dag files whose processes can't be forked, and why.
        self._unfit: dict[DagFile, Text] = {}

    @property
    def live(self) -> tuple[str, ...]:
        """The attempts that will still be reported."""
        return tuple(name for name, record in self._attempts.items() if record.report is None)

    @property
    def unacknowledged(self) -> tuple[Report, ...]:
        """The reports that no gateway has acknowledged."""
        return tuple(
            record.report for record in self._attempts.values() if record.report and not record.is_acknowledged
        )

    @property
    def is_busy(self) -> bool:
        """Whether an attempt is live or has a process."""
        return any(record.report is None or record.has_process for record in self._attempts.values())

    # From the assignment to the process.

    def assigned(self, assignment: Assignment, *, is_refused: bool) -> None:
        """Start an attempt, unless its id is known; if `is_refused`, report it lost instead."""
        if assignment.attempt_id in self._attempts or assignment.attempt_id in self._ended:
            return
        record = self._attempts[assignment.attempt_id] = AttemptRecord(assignment)
        if is_refused:
            self._conclude(record, lost("worker.leaving"))
        else:
            self._start(record)

    def _start(self, record: AttemptRecord) -> None:
        if record.assignment.isolation is Isolation.SPAWN:
            self._start_process(record, None)
        elif record.dag_file in self._unfit:
            self._log(record, "info", self._unfit[record.dag_file])
            self._start_process(record, None)
        else:
            self._start_by_fork(record)

    def _start_by_fork(self, record: AttemptRecord) -> None:
        zygote = self._zygotes.of_file(record.dag_file)
        if zygote is None:
            zygote = self._zygotes.add(record.dag_file)
            self._desk.do(StartZygote(zygote.zygote_id, zygote.dag_file))
            self._desk.set(Timer.IMPORT, zygote.zygote_id, self._settings.import_timeout)
        if zygote.is_ready:
            self._start_process(record, zygote)
        else:
            record.phase = Phase.WAITING
            zygote.waiting.append(record.attempt_id)

    def _start_process(self, record: AttemptRecord, zygote: Zygote | None) -> None:
        record.phase, record.pid = Phase.STARTING, None
        record.zygote_id = zygote.zygote_id if zygote else None
        if zygote is not None:
            self._zygotes.use(zygote, record.attempt_id)
            self._desk.clear(zygote.zygote_id, Timer.IDLE)
        self._desk.do(
            JournalStart(record.attempt_id),
            StartProcess(record.assignment, record.zygote_id, record.mode),
        )
        self._desk.set(Timer.START, record.attempt_id, self._settings.start_timeout)

    def appeared(self, attempt_id: str, pid: int) -> None:
        """Note an attempt's process."""
        record = self._attempts.get(attempt_id)
        if record is None or not record.has_process or record.pid is not None:
            return
        record.pid = pid
        self._desk.do(JournalProcess(attempt_id, pid))
        if record.report is not None or record.stop is not None:
            # It was told to end before it could hear it.
            self._terminate(record)
        elif record.zygote_id is None:
            # A fresh interpreter has its import before it.
            self._desk.set(Timer.START, attempt_id, self._settings.import_timeout)

    # What attempts say, and are told.

    def said(self, event: AttemptSaid) -> None:
        """Take what an attempt's process says."""
        record = self._attempts.get(event.attempt_id)
        if record is None or record.report is not None or not record.has_process:
            return
        match event.message:
            case AttemptStarted() as started:
                self._started(record, started)
            case Ask() as ask:
                record.asks[ask.request_id] = ask
                self._desk.say(ask)
            case Progress() as progress:
                self._progressed(record, progress)
            case Publishing():
                record.is_publishing = True
            case Finished(report=report):
                self._finished(record, report)

    def _started(self, record: AttemptRecord, started: AttemptStarted) -> None:
        self.appeared(record.attempt_id, started.pid)
        record.phase = Phase.RUNNING
        self._desk.clear(record.attempt_id, Timer.START)
        if record.mode is Mode.RESOLVE or record.started is not None:
            return
        record.started = started
        self._desk.say(started)
        timeout = record.assignment.execution_timeout
        if timeout is not None:
            self._desk.set(Timer.EXECUTION, record.attempt_id, timeout)

    def _progressed(self, record: AttemptRecord, progress: Progress) -> None:
        """Write how far an attempt has come to its log, now and then; one that is soon over needs no such line."""
        now = self._desk.now.elapsed
        if record.progress_at is None:
            record.progress_at = now
        elif now - record.progress_at >= PROGRESS_SECONDS:
            record.progress_at = now
            self._log(record, "info", _progress_text(progress))

    def _finished(self, record: AttemptRecord, report: Report) -> None:
        if record.mode is Mode.RESOLVE:
            if isinstance(report.outcome, Succeeded):
                self._log(record, "info", Text("worker.resolved"))
                # The commit was the attempt's own process's.
                pid = record.started.pid if record.started else None
                self._report(record, msgspec.structs.replace(report, started_at=_started_at(record), pid=pid))
        elif isinstance(report.outcome, Succeeded | Skipped):
            self._report(record, report)
        else:
            record.finished = report
            self._desk.set(Timer.KILL, record.attempt_id, self._settings.kill_grace)

    def answered(self, answer: Answer) -> None:
        """Pass an answer on to the attempt that asked."""
        record = self._attempts.get(answer.attempt_id)
        if record is not None and record.asks.pop(answer.request_id, None) is not None:
            self._desk.do(TellAttempt(answer))

    def repeat(self) -> None:
        """Say again, on a new connection, what may have been lost with an earlier one and stands in no hello."""
        for record in self._attempts.values():
            if record.report is None and record.started is not None:
                self._desk.say(record.started)
            for ask in record.asks.values():
                self._desk.say(ask)

    # The end of attempts.

    def end(self, attempt_id: str, outcome: Outcome) -> None:
        """End an attempt before its time; nothing happens to one that has ended by itself."""
        record = self._attempts.get(attempt_id)
        if record is None or record.report is not None:
            return
        if record.mode is Mode.RESOLVE:
            # The attempt is gone already; only the answer is awaited, and no more.
            record.death = outcome if isinstance(outcome, Cancelled) else record.death
            self._end_resolver(record)
        elif record.phase is Phase.WAITING:
            self._withdraw(record)
            self._log_outcome(record, outcome)
            self._conclude(record, outcome)
        elif record.stop is None:
            record.stop = outcome
            if record.pid is not None:
                self._terminate(record)

    def _terminate(self, record: AttemptRecord) -> None:
        """Ask the process group to end; make it, after the grace."""
        self._desk.do(Kill(record.attempt_id, SIGTERM))
        self._desk.set(Timer.KILL, record.attempt_id, self._settings.kill_grace)

    def _withdraw(self, record: AttemptRecord) -> None:
        zygote = self._zygotes.of_file(record.dag_file)
        if zygote is not None and record.attempt_id in zygote.waiting:
            zygote.waiting.remove(record.attempt_id)

    def gone(self, event: AttemptGone) -> None:
        """Note that an attempt's process group is gone, and decide how the attempt ended."""
        record = self._attempts.get(event.attempt_id)
        if record is None or not record.has_process:
            return
        record.phase = Phase.GONE
        record.pid = record.pid or event.pid
        record.asks.clear()
        self._desk.clear(record.attempt_id, Timer.START, Timer.EXECUTION, Timer.KILL)
        self._release_zygote(record)
        if record.report is not None:
            self._forget(record)
        elif record.mode is Mode.RESOLVE:
            self._conclude(record, record.death or lost("worker.vanished"))
        elif record.finished is not None:
            self._report(record, record.finished)
        else:
            self._ended_silently(record, event)

    def _ended_silently(self, record: AttemptRecord, event: AttemptGone) -> None:
        """Decide what became of an attempt whose process is gone without a word."""
        outcome: Outcome
        if record.stop is not None:
            outcome = record.stop
        elif event.failure is not None:
            outcome = Failed(event.failure)
        elif event.status is not None:
            outcome = death_of(event.status, is_oom_likely=event.is_oom_likely)
        else:
            outcome = Lost(event.why or Text("worker.vanished"))
        self._log_outcome(record, outcome)
        if record.may_have_committed and isinstance(outcome, Died | Lost):
            record.mode, record.death = Mode.RESOLVE, outcome
            self._desk.set(Timer.RESOLVE, record.attempt_id, self._settings.resolver_timeout)
            self._start(record)
        else:
            self._conclude(record, outcome)

    def _end_resolver(self, record: AttemptRecord) -> None:
        """Wait no longer for what the target says."""
        if record.phase is Phase.WAITING:
            self._withdraw(record)
        self._conclude(record, record.death or lost("worker.vanished"))
        if record.pid is not None:
            self._kill(record)

    def _conclude(self, record: AttemptRecord, outcome: Outcome) -> None:
        report = Report(
            attempt_id=record.attempt_id,
            outcome=outcome,
            ended_at=self._desk.now.at,
            started_at=_started_at(record),
            pid=record.started.pid if record.started else record.pid,
        )
        self._report(record, report)

    def _report(self, record: AttemptRecord, report: Report) -> None:
        record.report = report
        record.asks.clear()
        self._desk.clear(record.attempt_id, Timer.START, Timer.EXECUTION, Timer.RESOLVE)
        if record.has_process:
            # It has said all that it had to say; it may not linger.
            self._desk.set(Timer.KILL, record.attempt_id, self._settings.kill_grace)
        else:
            record.phase = Phase.GONE
        self._desk.do(JournalReport(report))
        self._desk.say(Finished(report))

    def acknowledged(self, attempt_id: str) -> None:
        """Note that a report is committed; one that nobody made means nothing."""
        record = self._attempts.get(attempt_id)
        if record is not None and record.report is not None:
            record.is_acknowledged = True
            self._forget(record)

    def _forget(self, record: AttemptRecord) -> None:
        """Forget all but the id of an attempt, once nothing can come of it any more."""
        if not record.is_acknowledged or record.has_process:
            return
        del self._attempts[record.attempt_id]
        self._desk.do(JournalForget(record.attempt_id))
        self._ended[record.attempt_id] = None
        if len(self._ended) > ENDED_IDS_KEPT:
            del self._ended[next(iter(self._ended))]

    # Zygotes.

    def zygote_imported(self, zygote_id: int, memory_bytes: int) -> None:
        """Start what waited for a zygote."""
        zygote = self._zygotes.get(zygote_id)
        if zygote is None:
            return
        self._desk.clear(zygote_id, Timer.IMPORT)
        zygote.is_ready, zygote.memory_bytes = True, memory_bytes
        waiting, zygote.waiting = zygote.waiting, []
        for attempt_id in waiting:
            self._start_process(self._attempts[attempt_id], zygote)
        self._rest(zygote)

    def zygote_refused(self, zygote_id: int, reason: Text) -> None:
        """Spawn what waited for a zygote that can't be forked, and all that comes after it."""
        zygote = self._remove_zygote(zygote_id)
        if zygote is None:
            return
        self._unfit[zygote.dag_file] = reason
        if len(self._unfit) > _UNFIT_KEPT:
            del self._unfit[next(iter(self._unfit))]
        for attempt_id in zygote.waiting:
            self._start(self._attempts[attempt_id])

    def import_failed(self, event: ZygoteImportFailed) -> None:
        """Fail what waited for a zygote, by the author's error."""
        zygote = self._remove_zygote(event.zygote_id)
        for attempt_id in zygote.waiting if zygote else ():
            record = self._attempts[attempt_id]
            self._desk.do(AppendToLog(record.assignment, "error", event.error, event.traceback))
            self._conclude(record, record.death or Failed(event.error))

    def zygote_died(self, zygote_id: int) -> None:
        """Report what waited for a zygote as lost."""
        self._give_up(self._remove_zygote(zygote_id), "worker.zygote_died")

    def _import_timed_out(self, zygote_id: int) -> None:
        self._desk.do(KillZygote(zygote_id))
        self._give_up(self._remove_zygote(zygote_id), None)

    def _give_up(self, zygote: Zygote | None, loss: str | None) -> None:
        """Report what waited for a zygote that will never be ready; a resolver's attempt ends as it died."""
        for attempt_id in zygote.waiting if zygote else ():
            record = self._attempts[attempt_id]
            outcome = lost(loss, file=record.assignment.file) if loss else self._import_too_long(record)
            self._log_outcome(record, outcome)
            self._conclude(record, record.death or outcome)

    def _import_too_long(self, record: AttemptRecord) -> Failed:
        seconds = f"{self._settings.import_timeout.total_seconds():g}"
        return Failed(Text("worker.import_timed_out", {"file": record.assignment.file, "seconds": seconds}))

    def _remove_zygote(self, zygote_id: int) -> Zygote | None:
        self._desk.clear(zygote_id, Timer.IMPORT, Timer.IDLE)
        return self._zygotes.remove(zygote_id)

    def _release_zygote(self, record: AttemptRecord) -> None:
        zygote = None if record.zygote_id is None else self._zygotes.get(record.zygote_id)
        record.zygote_id = None
        if zygote is not None:
            zygote.users.discard(record.attempt_id)
            self._rest(zygote)

    def _rest(self, zygote: Zygote) -> None:
        """Let an idle zygote stay for a while, within the memory that zygotes may take."""
        if zygote.is_idle:
            self._desk.set(Timer.IDLE, zygote.zygote_id, self._settings.zygote_idle)
        for surplus in tuple(self._zygotes.surplus()):
            self._retire(surplus.zygote_id)

    def _retire(self, zygote_id: int) -> None:
        self._remove_zygote(zygote_id)
        self._desk.do(RetireZygote(zygote_id))

    # Time.

    def ring(self, timer: Timer, key: str | int) -> None:
        """Do what is due: `key` is a zygote's or an attempt's id."""
        if isinstance(key, int):
            if timer is Timer.IDLE:
                self._retire(key)
            else:
                self._import_timed_out(key)
        elif key in self._attempts:
            self._ring_attempt(timer, self._attempts[key])

    def _ring_attempt(self, timer: Timer, record: AttemptRecord) -> None:
        if timer is Timer.EXECUTION:
            self.end(record.attempt_id, timed_out(record.assignment))
        elif timer is Timer.KILL:
            self._kill(record)
        elif timer is Timer.START:
            self._start_timed_out(record)
        else:
            self._end_resolver(record)

    def _kill(self, record: AttemptRecord) -> None:
        self._desk.do(Kill(record.attempt_id, SIGKILL))
        # A process in an uninterruptible wait takes the signal when it wakes.
        self._desk.set(Timer.KILL, record.attempt_id, self._settings.kill_grace)

    def _start_timed_out(self, record: AttemptRecord) -> None:
        if record.pid is not None:
            record.stop = record.stop or self._import_too_long(record)
            self._kill(record)
        elif record.zygote_id is not None and self._remove_zygote(record.zygote_id) is not None:
            # It hangs, perhaps in a preload. Those that it was to fork are reported gone one by one.
            self._desk.do(KillZygote(record.zygote_id))

    # Words.

    def _log(self, record: AttemptRecord, level: str, text: Text) -> None:
        self._desk.do(AppendToLog(record.assignment, level, text))

    def _log_outcome(self, record: AttemptRecord, outcome: Outcome) -> None:
        for text in _texts(outcome):
            self._log(record, "error", text)


def _started_at(record: AttemptRecord) -> datetime | None:
    return record.started.started_at if record.started else None


def _progress_text(progress: Progress) -> Text:
    if progress.total is None:
        return Text("worker.progress", {"rows": progress.rows})
    return Text("worker.progress_of", {"rows": progress.rows, "total": progress.total})


def _texts(outcome: Outcome) -> Iterable[Text]:
    """Return what an outcome that the daemon decided says."""
    match outcome:
        case Died(cause=text) | Lost(cause=text) | Cancelled(reason=text) | Failed(error=text):
            return (text,)
        case _:
            return ()
