"""What workers said: daemons that joined, attempts that started and ended."""

from msgspec.structs import replace

from mulgil.i18n import Text
from mulgil.kernel import (
    AttemptCancelled,
    AttemptLost,
    RunEvent,
    TaskInstanceFailed,
    TaskInstanceSkipped,
    TaskInstanceStarted,
    TaskInstanceSucceeded,
)
from mulgil.messages import (
    AttemptStarted,
    Cancelled,
    Died,
    Failed,
    Lost,
    Outcome,
    Report,
    Skipped,
    Succeeded,
)
from mulgil.model import AssetCommitted, Attempt, AttemptState, Event, TaskInstanceState, TaskKey, XComValue
from mulgil.ports import AttemptReported, AttemptUnsendable, DaemonJoined, NewAssetCommit, WorkerEvent
from mulgil.scheduler.assignment import make_assignment
from mulgil.scheduler.run_book import LiveRun
from mulgil.scheduler.step_work import StepWork

_WANTED = (TaskInstanceState.QUEUED, TaskInstanceState.RUNNING)


def handle_worker_event(
    work: StepWork, event: WorkerEvent, *, jitter: float, is_latest_join: bool, is_newest_join: bool
) -> None:
    """Take in one event. Repeated and outdated ones change nothing; reports are acknowledged all the same.

    `is_latest_join` false: the daemon joined again after this join, so what it says about receipts is outdated.
    `is_newest_join` false: another daemon joined after it, which this join, taken once more after a commit whose
    fate nobody told, would take for vanished with all that it was given since.
    """
    match event:
        case DaemonJoined():
            work.joined.append(event)
            _bury(work, event)
            if is_newest_join:
                _lose_unknown(work, event)
            if is_latest_join:
                _compare(work, event)
        case AttemptStarted():
            _start(work, event)
        case AttemptReported(report=report):
            _report(work, report, jitter)
        case AttemptUnsendable(attempt_id=attempt_id, cause=cause):
            _fail_unsent(work, attempt_id, cause, jitter)


def repeat_after_reading(work: StepWork) -> None:
    """Say once more what may have been committed and never said: a commit's failure doesn't tell which it was.

    Daemons drop what they know, and what is said to an absent one is dropped on the way. What nobody wants
    any more is sent too, with its cancel: only a daemon that knows of it can tell that it has ended.
    """
    for attempt in work.memory.attempts.all():
        live = _run_of(work, attempt)
        if live is not None and attempt.state is AttemptState.QUEUED:
            work.submits.append((attempt, make_assignment(live, _key(attempt), attempt.attempt_id)))
    work.cancels.extend(work.memory.unwanted)
    work.memory.unwanted.clear()


def _is_wanted(live: LiveRun, attempt: Attempt) -> bool:
    row = live.state.instance(_key(attempt))
    return row.attempt_id == attempt.attempt_id and row.state in _WANTED


def _key(attempt: Attempt) -> TaskKey:
    return TaskKey(attempt.task_id, attempt.map_index)


def _run_of(work: StepWork, attempt: Attempt) -> LiveRun | None:
    return work.memory.runs.get(attempt.dag_id, attempt.run_id)


def _bury(work: StepWork, joined: DaemonJoined) -> None:
    """End what dead daemons were given and left no report of."""
    reported = frozenset(joined.reported)
    for buried in joined.buried:
        started = frozenset(buried.started)
        for attempt in work.memory.attempts.of_daemon(buried.daemon_id):
            if attempt.attempt_id not in reported:
                was_started = attempt.attempt_id in started or attempt.state is AttemptState.RUNNING
                cause = Text("scheduler.daemon_died", {"daemon_id": buried.daemon_id})
                _lose(work, attempt, cause, was_started=was_started)


def _lose_unknown(work: StepWork, joined: DaemonJoined) -> None:
    """End what was given to daemons that are dead and have left no journal: nobody will ever tell of it."""
    buried = (each.daemon_id for each in joined.buried)
    accounted_for = frozenset((joined.daemon_id, *joined.neighbours, *buried))
    reported = frozenset(joined.reported)
    for attempt in work.memory.attempts.all():
        if attempt.daemon_id not in accounted_for and attempt.attempt_id not in reported:
            cause = Text("scheduler.daemon_vanished", {"daemon_id": attempt.daemon_id})
            _lose(work, attempt, cause, was_started=attempt.state is AttemptState.RUNNING)


def _compare(work: StepWork, joined: DaemonJoined) -> None:
    """Repeat what the daemon never received, and end what nobody wants any more."""
    known = frozenset(joined.live) | frozenset(joined.reported)
    for attempt in work.memory.attempts.of_daemon(joined.daemon_id):
        live = _run_of(work, attempt)
        if live is None:
            continue
        row, is_wanted = live.state.instance(_key(attempt)), _is_wanted(live, attempt)
        if attempt.attempt_id in known:
            if not is_wanted:
                work.cancels.append((attempt.attempt_id, row.reason or Text("scheduler.attempt_superseded")))
        elif attempt.state is AttemptState.RUNNING:
            # It ran, it doesn't run, and no report of it is left: the daemon's journal was lost.
            _lose(work, attempt, Text("scheduler.attempt_vanished"), was_started=True)
        elif is_wanted and joined.is_draining:
            # It may leave as soon as it is welcomed.
            cause = Text("scheduler.daemon_leaves", {"daemon_id": joined.daemon_id})
            _lose(work, attempt, cause, was_started=False)
        elif is_wanted:
            work.submits.append((attempt, make_assignment(live, _key(attempt), attempt.attempt_id)))
        else:
            # Never received and not wanted any more: there is nobody to wait for.
            work.end_attempt(attempt, outcome="cancelled", ended_at=work.now, error=row.reason)
            work.apply(live, AttemptCancelled(_key(attempt), attempt.attempt_id))
    for attempt_id in joined.live:
        if work.memory.attempts.get(attempt_id) is None:
            work.cancels.append((attempt_id, Text("scheduler.attempt_superseded")))


def _lose(work: StepWork, attempt: Attempt, cause: Text, *, was_started: bool) -> None:
    work.end_attempt(attempt, outcome="lost", ended_at=work.now, error=cause, is_lost=True)
    live = _run_of(work, attempt)
    if live is not None:
        work.apply(live, AttemptLost(_key(attempt), attempt.attempt_id, cause, was_started))


def _start(work: StepWork, started: AttemptStarted) -> None:
    attempt = work.memory.attempts.get(started.attempt_id)
    if attempt is None or attempt.state is AttemptState.RUNNING:
        return
    work.put_attempt(replace(attempt, state=AttemptState.RUNNING, pid=started.pid, started_at=started.started_at))
    live = _run_of(work, attempt)
    if live is not None:
        work.apply(live, TaskInstanceStarted(_key(attempt), attempt.attempt_id))


def _report(work: StepWork, report: Report, jitter: float) -> None:
    work.acknowledged.append(report.attempt_id)
    attempt = work.memory.attempts.get(report.attempt_id)
    if attempt is None:
        return
    started = replace(attempt, pid=attempt.pid or report.pid, started_at=attempt.started_at or report.started_at)
    work.end_attempt(
        started,
        outcome=str(report.outcome.__struct_config__.tag),
        ended_at=report.ended_at,
        error=_error(report.outcome),
        is_lost=isinstance(report.outcome, Lost),
    )
    live = _run_of(work, attempt)
    if live is None:
        return
    _keep_results(work, live, attempt, report)
    if report.started_at is not None:
        # The word of its start may have been lost on the way.
        work.apply(live, TaskInstanceStarted(_key(attempt), attempt.attempt_id))
    work.apply(live, _event_of(attempt, report, jitter))
    work.memory.admission.release(attempt.dag_id, attempt.run_id, _key(attempt))


def _fail_unsent(work: StepWork, attempt_id: str, cause: Text, jitter: float) -> None:
    """Fail an attempt that no worker can be given, and its task with it: another try would fare no better."""
    attempt = work.memory.attempts.get(attempt_id)
    if attempt is None:
        return
    work.end_attempt(attempt, outcome="failed", ended_at=work.now, error=cause)
    live = _run_of(work, attempt)
    if live is not None:
        work.apply(live, TaskInstanceFailed(_key(attempt), attempt_id, cause, False, jitter))
        work.memory.admission.release(attempt.dag_id, attempt.run_id, _key(attempt))


def _event_of(attempt: Attempt, report: Report, jitter: float) -> RunEvent:
    key, attempt_id = _key(attempt), attempt.attempt_id
    match report.outcome:
        case Succeeded(branch=branch):
            return TaskInstanceSucceeded(key, attempt_id, branch)
        case Skipped(reason=reason):
            return TaskInstanceSkipped(key, attempt_id, reason)
        case Failed(error=error, may_retry=may_retry):
            return TaskInstanceFailed(key, attempt_id, error, may_retry, jitter)
        case Died(cause=cause):
            return TaskInstanceFailed(key, attempt_id, cause, True, jitter)
        case Lost(cause=cause):
            return AttemptLost(key, attempt_id, cause, report.started_at is not None)
        case Cancelled():
            return AttemptCancelled(key, attempt_id)


def _error(outcome: Outcome) -> Text | None:
    match outcome:
        case Failed(error=text) | Died(cause=text) | Lost(cause=text):
            return text
        case Skipped(reason=reason) | Cancelled(reason=reason):
            return reason
        case Succeeded():
            return None


def _keep_results(work: StepWork, live: LiveRun, attempt: Attempt, report: Report) -> None:
    """Write what becomes visible with the report.

    What was committed to a target is a fact, whoever wants it; XComs count only while the attempt does.
    """
    for commit in report.commits:
        work.batch.commits.append(
            NewAssetCommit(
                commit=commit,
                dag_id=attempt.dag_id,
                run_id=attempt.run_id,
                task_id=attempt.task_id,
                map_index=attempt.map_index,
                attempt_id=attempt.attempt_id,
            )
        )
        payload = AssetCommitted(commit.connection_id, commit.table_name, commit.scope, commit.fence, commit.rows)
        work.batch.events.append(
            Event(
                at=work.now,
                payload=payload,
                dag_id=attempt.dag_id,
                run_id=attempt.run_id,
                task_id=attempt.task_id,
                map_index=attempt.map_index,
            )
        )
    if _is_wanted(live, attempt):
        work.batch.xcoms.extend(
            XComValue(
                dag_id=attempt.dag_id,
                run_id=attempt.run_id,
                task_id=attempt.task_id,
                map_index=attempt.map_index,
                key=entry.key,
                value=entry.value,
            )
            for entry in report.xcoms
        )
