"""English: why a task instance or a run is in its state."""

MESSAGES: dict[str, str] = {
    "reason.attempt_cancelled": "its process was ended from outside; no try is used up",
    "reason.backfill": "taken up by backfill {backfill_id}",
    "reason.branch_chose": "chose {chosen}",
    "reason.branch_not_chosen": "branch `{task}` did not choose it",
    "reason.branch_unknown": (
        "the branch chose `{chosen}`, which the dag doesn't have; return ids of tasks or task groups of this dag"
    ),
    "reason.cancelled": "cancelled by {by}",
    "reason.cleared": "cleared by {by}",
    "reason.lost_too_often": (
        "its process was lost {times} times with a process of mulgil (limit {limit}), so the try counts as failed; "
        "look whether the task itself exhausts the machine's memory"
    ),
    "reason.mapped_over_nothing": "mapped over an empty list, so there is nothing to run",
    "reason.marked": "marked {state} by {by}",
    "reason.not_selected": "left out: backfill {backfill_id} runs other tasks only",
    "reason.retry": "try {try_number} of {max_tries} failed; the next one comes {seconds} s later",
    "reason.run_timed_out": "the run took longer than its `dagrun_timeout`",
    "reason.skipped_itself": "the task skipped itself",
    "reason.task_failed": "task `{task}` failed",
    "reason.trigger_rule_unmet": (
        "trigger rule `{rule}` can't be met: upstream {success} succeeded, {failed} failed, {skipped} skipped"
    ),
    "reason.upstream_failed": "upstream task `{task}` failed",
    "reason.upstream_skipped": "upstream task `{task}` was skipped (trigger rule `{rule}`)",
}
