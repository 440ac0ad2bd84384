"""Backfills: what is to be done about an interval, in which order, and how many at once."""

from mulgil.kernel.backfill.course import BackfillCourse, BackfillRunFields
from mulgil.kernel.backfill.judgement import Judgement, Wanted, is_brought_about, judge_interval, unwanted_keys
from mulgil.kernel.backfill.share import may_start_backfill_run, may_start_queued_run
from mulgil.kernel.backfill.states import BackfillCause, BackfillRunCause

__all__ = [
    "BackfillCause",
    "BackfillCourse",
    "BackfillRunCause",
    "BackfillRunFields",
    "Judgement",
    "Wanted",
    "is_brought_about",
    "judge_interval",
    "may_start_backfill_run",
    "may_start_queued_run",
    "unwanted_keys",
]
