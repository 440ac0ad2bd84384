"""English: what a backfill does about an interval, and how it is told on the command line."""

MESSAGES: dict[str, str] = {
    "backfill.bar": "backfill {backfill_id}",
    "backfill.confirm": "Start?",
    "backfill.does_create": "create",
    "backfill.does_join": "wait for",
    "backfill.does_rerun": "run again",
    "backfill.does_skip": "skip",
    "backfill.done_already": "has succeeded already",
    "backfill.ended": (
        "Backfill {backfill_id}: {state} after {time}. Succeeded {succeeded}, failed {failed}, skipped "
        "{skipped}, cancelled {cancelled}."
    ),
    "backfill.failed_left": "has failed, and only missing runs are wanted; `--rerun failed` runs it again",
    "backfill.goes_on": (
        "Backfill {backfill_id} goes on without you. Look again with `mulgil backfill show {backfill_id} "
        "--follow`, end it with `mulgil backfill cancel {backfill_id}`."
    ),
    "backfill.help": (
        "Run the past: every data interval of a range, once.\n\n`mulgil backfill DAG_ID --from DATE --to "
        "DATE` is short for `mulgil backfill create DAG_ID …`."
    ),
    "backfill.help_cancel": (
        "End a backfill: what waits isn't taken up, and the runs that it has under way are killed."
    ),
    "backfill.help_create": (
        "Show what would run for a range of data intervals, then run it and show how far it has come."
    ),
    "backfill.help_detach": "Return once it has started.",
    "backfill.help_downstream": "With --task: the tasks downstream of it, too.",
    "backfill.help_dry_run": "Show what would run, and stop.",
    "backfill.help_follow": "Stay, and show how far it comes, until it ends.",
    "backfill.help_from": (
        "The first interval is the first that starts at or after this date or instant (without an offset: in "
        "the dag's time zone)."
    ),
    "backfill.help_list": "List backfills, newest first.",
    "backfill.help_list_intervals": "A line for every interval.",
    "backfill.help_max_active": (
        "How many intervals may be under way at once; the dag's own max_active_runs holds as well."
    ),
    "backfill.help_pause": "Take up no further interval; what is under way goes on to its end.",
    "backfill.help_rerun": (
        "Which intervals that have a run already run again: none of them (`missing`), those that failed, or all."
    ),
    "backfill.help_resume": "Go on with a paused backfill.",
    "backfill.help_reverse": "Begin with the last interval.",
    "backfill.help_show": "Show a backfill: how far it has come, what runs, what failed and why.",
    "backfill.help_task": "Only this task; may be given more than once.",
    "backfill.help_to": "The last interval starts at or before this date or instant; a date is the whole day.",
    "backfill.help_upstream": "With --task: the tasks upstream of it, too.",
    "backfill.help_yes": "Don't ask.",
    "backfill.in_order": "oldest first",
    "backfill.in_reverse": "newest first",
    "backfill.joined": "run `{run_id}` is under way; its end is waited for",
    "backfill.joined_backfill": "run `{run_id}` is under way for backfill {backfill_id}; its end is waited for",
    "backfill.n_failed": "{count} failed",
    "backfill.n_running": "{count} running",
    "backfill.n_skipped": "{count} skipped",
    "backfill.needs_yes": "nobody is here to be asked; add --yes to start what `--dry-run` shows",
    "backfill.none": (
        "There are no backfills. `mulgil backfill DAG_ID --from DATE --to DATE` shows what one would do."
    ),
    "backfill.not_started": "Nothing was started.",
    "backfill.plan": "Backfill of {dag_id}: {count} intervals ({zone}), {order}, at most {max_active} at once",
    "backfill.plan_cleared": "{count} task instances are done anew",
    "backfill.plan_empty": "Nothing is to be done.",
    "backfill.plan_limited": "At most {limit} run at once: the max_active_runs of dag '{dag_id}'.",
    "backfill.plan_paused": "Dag '{dag_id}' is paused: nothing starts until `mulgil dags unpause {dag_id}`.",
    "backfill.plan_such_as": "such as: {reason}",
    "backfill.plan_tasks": "Only these tasks: {tasks}",
    "backfill.plan_unfinished": (
        "{count} intervals of the range haven't ended yet; the schedule runs them when they have."
    ),
    "backfill.run_failed": "run `{run_id}` has failed since the backfill was asked for",
    "backfill.run_failed_again": (
        "`mulgil tasks state {dag_id} RUN_ID` says which task failed; the same backfill once more runs only "
        "what failed."
    ),
    "backfill.skipped_by_plan": "the plan had nothing to do here",
    "backfill.started": "Backfill {backfill_id} has started. Ctrl-C leaves it running.",
    "backfill.time_left": "about {time} left",
    "backfill.upstream_missing": (
        "task `{task}` needs `{upstream}`, which has never run for this interval; add `--upstream`"
    ),
}
