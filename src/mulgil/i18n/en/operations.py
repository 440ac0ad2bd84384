"""English texts of operations: commands and their refusals."""

MESSAGES = {
    "operations.backfill_malformed": (
        "the backfill of dag '{dag_id}' can't be read: its intervals are out of order, too many or none; "
        "plan it again with `mulgil backfill`"
    ),
    "operations.backfill_max_active": "a backfill can have 1 to {most} intervals under way at once, not {value}",
    "operations.backfill_no_interval": (
        "no data interval of dag '{dag_id}' starts in [{first}, {last}); the next one starts at {start}"
    ),
    "operations.backfill_nothing_complete": (
        "no data interval of this range is complete yet: the first one of dag '{dag_id}' ends at {end}, "
        "and the schedule runs it then"
    ),
    "operations.backfill_over": "backfill {backfill_id} is {state}; it can't be changed any more",
    "operations.backfill_range_inverted": "the range ends ({last}) before it begins ({first}); swap the two dates",
    "operations.backfill_schedule_changed": (
        "dag '{dag_id}' has another schedule than when the backfill was planned: no complete interval "
        "starts at {start} now; plan it again"
    ),
    "operations.backfill_task_misspelt": (
        "dag '{dag_id}' has no task '{task_id}'; did you mean '{nearest}'? `mulgil dags show {dag_id}` lists its tasks"
    ),
    "operations.backfill_task_unknown": (
        "dag '{dag_id}' has no task '{task_id}'; `mulgil dags show {dag_id}` lists its tasks"
    ),
    "operations.backfill_too_long": (
        "the range has more than {most} data intervals of dag '{dag_id}'; backfill it in parts"
    ),
    "operations.backfill_unknown": (
        "there is no backfill {backfill_id}; `mulgil backfill list` shows those that there are"
    ),
    "operations.backfill_without_intervals": (
        "dag '{dag_id}' has no data intervals to backfill, because nothing schedules it by time; start "
        "runs with `mulgil dags trigger {dag_id}`"
    ),
    "operations.conf_too_large": "The conf for dag `{dag_id}` holds a whole number beyond 64 bits. Write it as text.",
    "operations.connection_extra_not_json": (
        "extra '{name}' of connection '{connection_id}' ({type}) can't be stored: give what JSON has, that is texts, "
        "numbers up to 64 bits, true, false, null, and lists and objects of those"
    ),
    "operations.connection_invalid": "a connection needs an id and a type (given id: '{connection_id}')",
    "operations.connection_misspelt": (
        "connection '{connection_id}' doesn't exist; did you mean '{nearest}'? See `mulgil connections list`"
    ),
    "operations.connection_unknown": (
        "connection '{connection_id}' doesn't exist; `mulgil connections list` shows those that do"
    ),
    "operations.dag_misspelt": "dag '{dag_id}' doesn't exist; did you mean '{nearest}'? See `mulgil dags list`",
    "operations.dag_misspelt_or_not_imported": (
        "dag '{dag_id}' doesn't exist; did you mean '{nearest}'? "
        "Or it is in a file that can't be imported ({files}): see `mulgil dags list-import-errors`"
    ),
    "operations.dag_not_imported": (
        "dag '{dag_id}' doesn't exist, but there are files that can't be imported ({files}); "
        "if one of them defines it, mend what `mulgil dags list-import-errors` says"
    ),
    "operations.dag_unknown": (
        "dag '{dag_id}' doesn't exist; `mulgil dags list` shows the dags and the files that can't be imported"
    ),
    "operations.logical_date_ahead": (
        "logical date {logical_date} is still to come, so dag '{dag_id}' has no data to run for; "
        "give a date that has passed, or let the schedule run it when its interval ends"
    ),
    "operations.logical_date_naive": (
        "logical date {logical_date} has no time zone; add one, such as {logical_date}+00:00"
    ),
    "operations.map_index_unknown": "task '{task_id}' has no map index {map_index} in this run",
    "operations.no_complete_interval": (
        "no data interval of dag '{dag_id}' is complete yet, so a run has nothing to be for; "
        "give a logical date to run an interval that hasn't ended"
    ),
    "operations.param_missing": "dag '{dag_id}' needs param '{param}', which has no default; give it in the conf",
    "operations.param_type": "param '{param}' of dag '{dag_id}' must be of type {wanted}, but the conf gives {value}",
    "operations.param_unknown": "dag '{dag_id}' has no param '{param}'; it has {known}",
    "operations.param_unknown_guess": "dag '{dag_id}' has no param '{param}'; did you mean '{guess}'?",
    "operations.param_value": "param '{param}' of dag '{dag_id}' can't be {value}: its schema says {rule}",
    "operations.pool_invalid": (
        "pool '{name}' can't have {slots} slots: a pool has a name and 0 or more slots, or -1 for no limit"
    ),
    "operations.pool_is_default": (
        "pool '{name}' can't be deleted, because every task without a pool uses it; change its slots instead"
    ),
    "operations.pool_misspelt": "pool '{name}' doesn't exist; did you mean '{nearest}'? See `mulgil pools list`",
    "operations.pool_unknown": "pool '{name}' doesn't exist; `mulgil pools list` shows those that do",
    "operations.run_exists": (
        "dag '{dag_id}' has a run '{run_id}' already; choose another run id, or clear that run to run it anew"
    ),
    "operations.run_finished": "run '{run_id}' of dag '{dag_id}' has ended ({state}); there is nothing to cancel",
    "operations.run_id_invalid": (
        "'{run_id}' can't be a run id: it may have 1 to 200 letters, digits and any of _ . ~ : + - "
        "(it names the folder of the run's logs)"
    ),
    "operations.run_id_reserved": (
        "'{run_id}' can't be the id of a manual run: ids that begin with {prefix} are given by the scheduler"
    ),
    "operations.run_misspelt": (
        "dag '{dag_id}' has no run '{run_id}'; did you mean '{nearest}'? See `mulgil runs list {dag_id}`"
    ),
    "operations.run_unknown": "dag '{dag_id}' has no run '{run_id}'; `mulgil runs list {dag_id}` shows its runs",
    "operations.state_not_markable": "a task can be marked success or failed, not {state}",
    "operations.task_misspelt": "the run has no task '{task_id}'; did you mean '{nearest}'?",
    "operations.task_unknown": "the run has no task '{task_id}'; `mulgil runs show` lists its tasks",
    "operations.variable_invalid": "a variable needs a key (given: '{key}')",
    "operations.variable_misspelt": (
        "variable '{key}' doesn't exist; did you mean '{nearest}'? See `mulgil variables list`"
    ),
    "operations.variable_unknown": "variable '{key}' doesn't exist; `mulgil variables list` shows those that do",
}
