"""English: what a backfill does about an interval, and how it is told on the command line."""

MESSAGES: dict[str, str] = {
    "backfill.done_already": "has succeeded already",
    "backfill.failed_left": "has failed, and only missing runs are wanted; `--rerun failed` runs it again",
    "backfill.joined": "run `{run_id}` is under way; its end is waited for",
    "backfill.joined_backfill": "run `{run_id}` is under way for backfill {backfill_id}; its end is waited for",
    "backfill.run_failed": "run `{run_id}` failed after the backfill was asked for",
    "backfill.skipped_by_plan": "the plan had nothing to do here",
    "backfill.upstream_missing": (
        "task `{task}` needs `{upstream}`, which has never run for this interval; add `--upstream`"
    ),
}
