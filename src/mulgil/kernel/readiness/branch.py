"""Readiness by branching: a task that a branch right above it did not choose never runs."""

from datetime import datetime

from mulgil.i18n import Text
from mulgil.kernel.readiness.verdict import Rule, Verdict
from mulgil.kernel.run_state import RunState
from mulgil.model import TaskInstance


def _judge(run: RunState, task: int, row: TaskInstance, now: datetime) -> Verdict:
    return Verdict.READY if run.excluding(task, row.map_index) is None else Verdict.SKIP


def _explain(run: RunState, task: int, row: TaskInstance, now: datetime) -> Text:
    branch = run.excluding(task, row.map_index)
    name = "" if branch is None else run.graph.tasks[branch].task_id
    return Text("reason.branch_not_chosen", {"task": name})


BRANCH = Rule(judge=_judge, explain=_explain)
