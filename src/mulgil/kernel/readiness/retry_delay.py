"""Readiness by retry delay: a failed try is followed by the next one after its delay."""

from datetime import datetime

from mulgil.i18n import Text
from mulgil.kernel.readiness.verdict import Rule, Verdict
from mulgil.kernel.run_state import RunState
from mulgil.model import TaskInstance


def _judge(run: RunState, task: int, row: TaskInstance, now: datetime) -> Verdict:
    return Verdict.WAIT if row.retry_at is not None and now < row.retry_at else Verdict.READY


def _explain(run: RunState, task: int, row: TaskInstance, now: datetime) -> Text:
    at = "" if row.retry_at is None else row.retry_at.isoformat(timespec="seconds")
    return Text("wait.retry_delay", {"at": at})


RETRY_DELAY = Rule(judge=_judge, explain=_explain)
