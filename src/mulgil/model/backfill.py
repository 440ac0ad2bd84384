"""A backfill: the runs of a range of data intervals, made as one piece of work that is stored."""

from datetime import datetime
from typing import Any

import msgspec

from mulgil.i18n import Text
from mulgil.model.interval import DataInterval
from mulgil.model.states import BackfillAction, BackfillRunState, BackfillState, RerunPolicy


class Backfill(msgspec.Struct, frozen=True, kw_only=True):
    """One backfill of one dag, over the intervals that start in `[range_start, range_end)`.

    `tasks` are the only ones that it runs; none named = all of the dag's. At most `max_active` of its
    intervals are under way at once, within the dag's own limits.
    """

    backfill_id: int
    dag_id: str
    range_start: datetime
    range_end: datetime
    state: BackfillState
    max_active: int
    rerun: RerunPolicy
    created_at: datetime
    created_by: str
    is_reverse: bool = False
    tasks: tuple[str, ...] = ()
    conf: dict[str, Any] = {}
    ended_at: datetime | None = None


class BackfillRun(msgspec.Struct, frozen=True, kw_only=True):
    """One data interval of a backfill; `position` is its place in the order in which they are taken up.

    `action` is what was planned, and once the interval was taken up, what was done. `run_id` is the run
    that stands for the interval, whoever created it.
    """

    backfill_id: int
    position: int
    data_interval: DataInterval
    state: BackfillRunState
    action: BackfillAction
    run_id: str | None = None
    reason: Text | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
