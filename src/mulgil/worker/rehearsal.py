"""Doing in the nursery, before anything is forked, what every attempt does: nothing comes of it but speed.

What Python prepares when code runs for the first times (specialised bytecode, caches of abstract classes
and of signatures, decoders) is then there in every fork, instead of being made anew in each, in memory
that each must copy first.
"""

import os
import socket
from datetime import UTC, datetime

from mulgil.logstores import Masker, encode_line
from mulgil.messages import Assignment, AttemptStarted, Finished, Report, Succeeded, encode_frame
from mulgil.model import DagRun, DagRunState, DataInterval, Isolation, RunType, TaskInstance
from mulgil.sdk import DAG, BaseOperator, run_task, task
from mulgil.worker.attempt.link import DaemonLink
from mulgil.worker.attempt.logs import first_line
from mulgil.worker.attempt.runtime import AttemptRuntime
from mulgil.worker.context import WorkerContext
from mulgil.worker.wire import Begin, Mode

# After about eight runs Python has specialised what it will.
_TIMES = 12


def rehearse(context: WorkerContext) -> None:
    """Run a task that does nothing a few times, without a process, a log or a daemon."""
    with DAG("rehearsal", schedule=None) as dag:
        task(task_id="nothing")(_nothing)(1, text="x")
    operator = dag.task("nothing")
    now = context.clock.now()
    for _ in range(_TIMES):
        _attempt(operator, context, now)


def _nothing(number: int, *, text: str, **context: object) -> dict[str, object]:
    """Stand for an author's function."""
    return {"number": number, "text": text, "at": len(context)}


def _attempt(operator: BaseOperator, context: WorkerContext, now: datetime) -> None:
    own, other = socket.socketpair()
    own.sendall(encode_frame(Begin(_assignment(now), Mode.RUN, os.devnull)))
    link = DaemonLink(other.detach())
    assignment = link.receive_begin().assignment
    masker = Masker()
    runtime = AttemptRuntime(assignment, link, context, masker)
    encode_line(first_line(now, try_number=1, attempt_id=assignment.attempt_id))
    link.send(AttemptStarted(assignment.attempt_id, os.getpid(), now))
    result = run_task(operator, runtime)
    report = Report(
        attempt_id=assignment.attempt_id,
        outcome=Succeeded(result.branch),
        ended_at=now,
        started_at=now,
        xcoms=runtime.xcoms,
        commits=runtime.commits,
    )
    link.send(Finished(report))
    link.close()
    own.close()


def _assignment(now: datetime) -> Assignment:
    run = DagRun(
        dag_id="rehearsal",
        run_id="rehearsal",
        run_uid="rehearsal",
        run_type=RunType.MANUAL,
        state=DagRunState.RUNNING,
        data_interval=DataInterval.at(now.astimezone(UTC)),
        version_id="rehearsal",
        created_at=now,
    )
    return Assignment(
        attempt_id="rehearsal",
        run=run,
        instance=TaskInstance(dag_id="rehearsal", run_id="rehearsal", task_id="nothing"),
        version_id="rehearsal",
        snapshot="",
        bundle="",
        file="",
        isolation=Isolation.FORK,
    )
