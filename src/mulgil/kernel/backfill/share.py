"""How backfills and the schedule share a dag's `max_active_runs`.

It holds for all runs of a dag together, whoever wanted them: an author who says one at a time means it. While
both have work, up to half of the slots (rounded down) are the backfills' and the rest is the schedule's, so
neither keeps the other waiting for long; with a limit of one, what the schedule created goes first. A slot
that one side has no use for is the other's.
"""


def may_start_queued_run(limit: int, *, running: int, by_backfills: int, wanted_by_backfills: int) -> bool:
    """Whether a run in the queue may start beside `running` ones, `by_backfills` of which backfills drive.

    `wanted_by_backfills` is how many more they would start now.
    """
    reserved = min(max(limit // 2 - by_backfills, 0), wanted_by_backfills)
    return running + reserved < limit


def may_start_backfill_run(limit: int, *, running: int, by_backfills: int, is_queue_empty: bool) -> bool:
    """Whether a backfill may start another run."""
    return running < limit and (is_queue_empty or by_backfills < limit // 2)
