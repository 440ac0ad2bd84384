"""The scheduling core: pure state machines. `advance(run, event, now)` is the only way a run changes.

    graph = compile_graph(spec)
    run, instances = RunState.create(graph, dag_run)
    decisions = advance(run, RunStarted(), now)

`advance` says what is ready; `Admission` says which of that gets a slot. After a restart `RunState.load`
and `resume` take up where the stored rows stand.
"""

from mulgil.kernel.admission import Admission, Candidate, candidate_for, may_start_run, why_run_waits
from mulgil.kernel.advance import advance, resume
from mulgil.kernel.attempts import MAX_LOST_ATTEMPTS
from mulgil.kernel.backfill import (
    BackfillCause,
    BackfillCourse,
    BackfillRunCause,
    BackfillRunFields,
    Judgement,
    Wanted,
    is_brought_about,
    judge_interval,
    may_start_backfill_run,
    may_start_queued_run,
    unwanted_keys,
)
from mulgil.kernel.decision import (
    CancelAttempt,
    Decision,
    OfferTaskInstance,
    ReleaseAttempt,
    RetryAt,
    SetDagRun,
    SetTaskInstance,
    WithdrawTaskInstance,
)
from mulgil.kernel.errors import (
    DagStructureError,
    ImpossibleTransitionError,
    KernelError,
    RunMismatchError,
    UnknownTaskInstanceError,
)
from mulgil.kernel.event import (
    AttemptCancelled,
    AttemptLost,
    ClockMoved,
    RetryDelayEnded,
    RunCancelled,
    RunEvent,
    RunStarted,
    RunTakenUp,
    RunTimedOut,
    TaskInstanceFailed,
    TaskInstanceQueued,
    TaskInstancesCleared,
    TaskInstanceSkipped,
    TaskInstancesMarked,
    TaskInstanceStarted,
    TaskInstanceSucceeded,
)
from mulgil.kernel.graph import DagGraph, compile_graph
from mulgil.kernel.readiness import why_not_ready
from mulgil.kernel.run_state import RunState

__all__ = [
    "MAX_LOST_ATTEMPTS",
    "Admission",
    "AttemptCancelled",
    "AttemptLost",
    "BackfillCause",
    "BackfillCourse",
    "BackfillRunCause",
    "BackfillRunFields",
    "CancelAttempt",
    "Candidate",
    "ClockMoved",
    "DagGraph",
    "DagStructureError",
    "Decision",
    "ImpossibleTransitionError",
    "Judgement",
    "KernelError",
    "OfferTaskInstance",
    "ReleaseAttempt",
    "RetryAt",
    "RetryDelayEnded",
    "RunCancelled",
    "RunEvent",
    "RunMismatchError",
    "RunStarted",
    "RunState",
    "RunTakenUp",
    "RunTimedOut",
    "SetDagRun",
    "SetTaskInstance",
    "TaskInstanceFailed",
    "TaskInstanceQueued",
    "TaskInstanceSkipped",
    "TaskInstanceStarted",
    "TaskInstanceSucceeded",
    "TaskInstancesCleared",
    "TaskInstancesMarked",
    "UnknownTaskInstanceError",
    "Wanted",
    "WithdrawTaskInstance",
    "advance",
    "candidate_for",
    "compile_graph",
    "is_brought_about",
    "judge_interval",
    "may_start_backfill_run",
    "may_start_queued_run",
    "may_start_run",
    "resume",
    "unwanted_keys",
    "why_not_ready",
    "why_run_waits",
]
