"""Readiness by trigger rule: what the direct upstream tasks have come to."""

from datetime import datetime

from mulgil.i18n import Text
from mulgil.kernel.readiness.trigger_rules import TRIGGER_RULES
from mulgil.kernel.readiness.verdict import Rule, Verdict
from mulgil.kernel.run_state import RunState
from mulgil.model import TaskInstance, TaskInstanceState

_FAILURES = (TaskInstanceState.FAILED, TaskInstanceState.UPSTREAM_FAILED)


def judge_upstream(run: RunState, task: int) -> Verdict:
    """Judge a task by its trigger rule; all its map indexes get the same answer."""
    tally = run.tally(task)
    if not tally.expected:
        return Verdict.READY
    return TRIGGER_RULES[run.graph.tasks[task].trigger_rule](tally)


def _judge(run: RunState, task: int, row: TaskInstance, now: datetime) -> Verdict:
    return judge_upstream(run, task)


def _explain(run: RunState, task: int, row: TaskInstance, now: datetime) -> Text:
    verdict = judge_upstream(run, task)
    tally, rule = run.tally(task), run.graph.tasks[task].trigger_rule.value
    if verdict is Verdict.WAIT:
        return Text("wait.upstream", {"done": tally.done, "total": tally.total, "rule": rule})
    if verdict is Verdict.UPSTREAM_FAILED:
        return Text("reason.upstream_failed", {"task": run.first_upstream(task, _FAILURES) or ""})
    skipped = run.first_upstream(task, (TaskInstanceState.SKIPPED,))
    if skipped is not None and not tally.failures:
        return Text("reason.upstream_skipped", {"task": skipped, "rule": rule})
    return Text(
        "reason.trigger_rule_unmet",
        {"rule": rule, "success": tally.success, "failed": tally.failures, "skipped": tally.skipped},
    )


UPSTREAM = Rule(judge=_judge, explain=_explain, is_shared=True)
