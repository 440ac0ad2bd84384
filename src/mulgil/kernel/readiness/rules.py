"""The rules that decide whether a task instance may run, in the order in which they are asked."""

from datetime import datetime

from mulgil.i18n import Text
from mulgil.kernel.readiness.branch import BRANCH
from mulgil.kernel.readiness.empty_mapping import EMPTY_MAPPING
from mulgil.kernel.readiness.retry_delay import RETRY_DELAY
from mulgil.kernel.readiness.upstream import UPSTREAM
from mulgil.kernel.readiness.verdict import Rule, Verdict
from mulgil.kernel.run_state import RunState
from mulgil.model import DagRunState, TaskInstance, TaskInstanceState, TaskKey

RULES: tuple[Rule, ...] = (BRANCH, UPSTREAM, EMPTY_MAPPING, RETRY_DELAY)

_WAITING = (TaskInstanceState.NONE, TaskInstanceState.UP_FOR_RETRY)


def judge(run: RunState, task: int, row: TaskInstance, now: datetime) -> tuple[Verdict, Rule | None]:
    """Return the first verdict that isn't READY and the rule that gave it."""
    for rule in RULES:
        verdict = rule.judge(run, task, row, now)
        if verdict is not Verdict.READY:
            return verdict, rule
    return Verdict.READY, None


def why_not_ready(run: RunState, key: TaskKey, now: datetime) -> Text | None:
    """Return why a task instance that hasn't been offered yet is waiting; None if it isn't waiting here.

    Why an offered one isn't queued is admission's to say (`Admission.why_waiting`).
    """
    row = run.instance(key)
    if row.state not in _WAITING:
        return None
    if run.run.state is DagRunState.QUEUED:
        return Text("wait.run_queued")
    task, _ = run.locate(key)
    _, rule = judge(run, task, row, now)
    return None if rule is None else rule.explain(run, task, row, now)
