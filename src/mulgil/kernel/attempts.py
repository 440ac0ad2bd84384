"""What the events of attempts do: queued, started, and the many ways to end.

An end counts only while its attempt is the row's current one; a late or repeated report changes nothing.
"""

from datetime import timedelta

from mulgil.i18n import Text
from mulgil.kernel.branch import choice_reason, unknown_choices
from mulgil.kernel.decision import ReleaseAttempt, RetryAt
from mulgil.kernel.event import (
    AttemptCancelled,
    AttemptLost,
    ClockMoved,
    RetryDelayEnded,
    TaskInstanceFailed,
    TaskInstanceQueued,
    TaskInstanceSkipped,
    TaskInstanceStarted,
    TaskInstanceSucceeded,
)
from mulgil.kernel.run_state import Place
from mulgil.kernel.step import Step
from mulgil.kernel.task_instance_states import Cause
from mulgil.model import RetryPolicy, TaskInstance, TaskInstanceState, TaskKey

MAX_LOST_ATTEMPTS = 5
_LONGEST_DELAY_SECONDS = timedelta(days=365).total_seconds()
_ALIVE = (TaskInstanceState.QUEUED, TaskInstanceState.RUNNING)


def retry_delay(policy: RetryPolicy, failed_tries: int, jitter: float) -> timedelta:
    """Return the delay after `failed_tries` tries; `jitter` in [-1, 1] spreads it as the policy allows."""
    longest = _LONGEST_DELAY_SECONDS
    if policy.max_delay is not None:
        longest = min(longest, policy.max_delay.total_seconds())
    try:
        seconds = policy.delay.total_seconds() * policy.multiplier ** (failed_tries - 1)
    except OverflowError:
        seconds = longest
    seconds = min(seconds, longest)
    return timedelta(seconds=max(seconds * (1 + policy.jitter * jitter), 0.0))


def on_queued(step: Step, event: TaskInstanceQueued) -> None:
    """Start a try. An instance that is ready no longer gives the slots back."""
    place = step.run.locate(event.key)
    row = step.run.row(place)
    if row.state is TaskInstanceState.SCHEDULED:
        step.change(
            place,
            Cause.QUEUED,
            attempt_id=event.attempt_id,
            try_number=row.try_number + 1,
            reason=None,
            queued_at=step.now,
            started_at=None,
            ended_at=None,
        )
    elif row.attempt_id != event.attempt_id:
        step.decisions.append(ReleaseAttempt(event.key, event.attempt_id))


def on_started(step: Step, event: TaskInstanceStarted) -> None:
    """Note that the process runs."""
    place = step.run.locate(event.key)
    row = step.run.row(place)
    if row.attempt_id == event.attempt_id and row.state is TaskInstanceState.QUEUED:
        step.change(place, Cause.STARTED, started_at=step.now)


def on_succeeded(step: Step, event: TaskInstanceSucceeded) -> None:
    """End the try well; a branching task's choice excludes its other downstream tasks."""
    place = _ended(step, event.key, event.attempt_id)
    if place is None:
        return
    if event.branch is None:
        _finish(step, place, Cause.SUCCEEDED, None)
        return
    unknown = unknown_choices(step.run.graph, event.branch)
    if unknown:
        # Another try would choose the same: the function or the dag has to change.
        _finish(step, place, Cause.FAILED, Text("reason.branch_unknown", {"chosen": ", ".join(unknown)}))
        return
    _finish(step, place, Cause.SUCCEEDED, choice_reason(event.branch))


def on_skipped(step: Step, event: TaskInstanceSkipped) -> None:
    """End the try as skipped."""
    place = _ended(step, event.key, event.attempt_id)
    if place is not None:
        _finish(step, place, Cause.SKIPPED, event.reason or Text("reason.skipped_itself"))


def on_failed(step: Step, event: TaskInstanceFailed) -> None:
    """End the try badly: another one after a delay, or the instance failed."""
    place = _ended(step, event.key, event.attempt_id)
    if place is not None:
        _fail(step, place, event.error, jitter=event.jitter, may_retry=event.may_retry)


def on_lost(step: Step, event: AttemptLost) -> None:
    """Have the try started anew, unless this instance's attempts get lost too often."""
    place = _ended(step, event.key, event.attempt_id)
    if place is None:
        return
    row = step.run.row(place)
    lost = row.lost_count + (1 if event.was_started else 0)
    if lost > MAX_LOST_ATTEMPTS:
        error = Text("reason.lost_too_often", {"times": lost, "limit": MAX_LOST_ATTEMPTS})
        _fail(step, place, error, lost_count=lost)
    else:
        _start_anew(step, place, event.cause, lost_count=lost)


def on_cancelled(step: Step, event: AttemptCancelled) -> None:
    """Note that a killed attempt is gone. One that nobody wanted killed is started anew."""
    place = _ended(step, event.key, event.attempt_id)
    if place is not None:
        row = step.run.row(place)
        _start_anew(step, place, Text("reason.attempt_cancelled"), lost_count=row.lost_count)


def on_retry_delay_ended(step: Step, event: RetryDelayEnded) -> None:
    """Have the instance judged again; an early bell is asked to ring again."""
    place = step.run.locate(event.key)
    row = step.run.row(place)
    if row.state is not TaskInstanceState.UP_FOR_RETRY:
        return
    if row.retry_at is not None and step.now < row.retry_at:
        step.decisions.append(RetryAt(event.key, row.retry_at))
    else:
        step.touch(place)


def on_clock_moved(step: Step, event: ClockMoved) -> None:
    """Let what is left of every retry delay pass as it would have; none is longer than its policy allows."""
    for row in step.run.instances():
        if row.state is not TaskInstanceState.UP_FOR_RETRY or row.retry_at is None:
            continue
        place = step.run.locate(row.key)
        policy = step.run.graph.tasks[place[0]].retry
        retry_at = min(row.retry_at + event.by, step.now + retry_delay(policy, _failed_tries(row, policy), 1.0))
        if retry_at != row.retry_at:
            step.change(place, Cause.CLOCK_MOVED, retry_at=retry_at)
            step.decisions.append(RetryAt(row.key, retry_at))


def _ended(step: Step, key: TaskKey, attempt_id: str) -> Place | None:
    """Release an attempt that has ended; return its place if the outcome counts for the instance."""
    place = step.run.locate(key)
    row = step.run.row(place)
    if row.attempt_id != attempt_id:
        return None
    step.decisions.append(ReleaseAttempt(key, attempt_id))
    if row.state in _ALIVE:
        return place
    if row.state is TaskInstanceState.RESTARTING:
        step.change(place, Cause.ATTEMPT_ENDED, attempt_id=None, queued_at=None, started_at=None)
        step.touch(place)
    else:
        step.change(place, Cause.ATTEMPT_ENDED, attempt_id=None)
    return None


def _finish(step: Step, place: Place, cause: Cause, reason: Text | None) -> None:
    row = step.run.row(place)
    step.change(
        place,
        cause,
        attempt_id=None,
        reason=reason,
        started_at=row.started_at or step.now,
        ended_at=step.now,
    )


def _fail(
    step: Step,
    place: Place,
    error: Text,
    *,
    jitter: float = 0.0,
    may_retry: bool = True,
    lost_count: int | None = None,
) -> None:
    row = step.run.row(place)
    lost_count = row.lost_count if lost_count is None else lost_count
    started_at = row.started_at or step.now
    if not may_retry or row.try_number >= row.max_tries:
        step.change(
            place,
            Cause.FAILED,
            attempt_id=None,
            reason=error,
            lost_count=lost_count,
            started_at=started_at,
            ended_at=step.now,
        )
        return
    policy = step.run.graph.tasks[place[0]].retry
    delay = retry_delay(policy, _failed_tries(row, policy), jitter)
    retry_at = step.now + delay
    reason = Text(
        "reason.retry",
        {"try_number": row.try_number, "max_tries": row.max_tries, "seconds": round(delay.total_seconds(), 3)},
    )
    step.change(
        place,
        Cause.FAILED_WITH_TRIES_LEFT,
        attempt_id=None,
        reason=reason,
        lost_count=lost_count,
        started_at=started_at,
        ended_at=step.now,
        retry_at=retry_at,
    )
    step.decisions.append(RetryAt(row.key, retry_at))


def _failed_tries(row: TaskInstance, policy: RetryPolicy) -> int:
    """How many tries have failed since the instance was new or cleared: backoff begins anew with a clear."""
    return max(row.try_number - (row.max_tries - policy.retries - 1), 1)


def _start_anew(step: Step, place: Place, reason: Text, *, lost_count: int) -> None:
    """Put an instance back to where its try had not begun."""
    row = step.run.row(place)
    step.change(
        place,
        Cause.ATTEMPT_LOST,
        attempt_id=None,
        try_number=row.try_number - 1,
        lost_count=lost_count,
        reason=reason,
        scheduled_at=None,
        queued_at=None,
        started_at=None,
    )
    step.touch(place)
