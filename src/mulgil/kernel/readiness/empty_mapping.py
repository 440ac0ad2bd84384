"""Readiness by mapping: a task mapped over nothing is skipped once it would run."""

from datetime import datetime

from mulgil.i18n import Text
from mulgil.kernel.readiness.verdict import Rule, Verdict
from mulgil.kernel.run_state import RunState
from mulgil.model import TaskInstance


def _judge(run: RunState, task: int, row: TaskInstance, now: datetime) -> Verdict:
    return Verdict.SKIP if run.graph.map_lengths[task] == 0 else Verdict.READY


def _explain(run: RunState, task: int, row: TaskInstance, now: datetime) -> Text:
    return Text("reason.mapped_over_nothing")


EMPTY_MAPPING = Rule(judge=_judge, explain=_explain, is_shared=True)
