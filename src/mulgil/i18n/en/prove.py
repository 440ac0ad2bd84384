"""English texts of `mulgil prove`."""

MESSAGES: dict[str, str] = {
    "prove.at_alone": "run once more, alone, from where it had begun",
    "prove.at_end": "'{task_id}' killed after its last line",
    "prove.at_line": "'{task_id}' killed before {line}",
    "prove.at_point": "'{task_id}' killed at {point}",
    "prove.cause_clock": "The result depends on the day on which it is computed, not only on the data interval.",
    "prove.cause_half": "After the kill the table held neither the rows from before nor those of a whole run.",
    "prove.cause_latest": (
        "A run reads what other runs have left, such as the newest partition, and not its own interval."
    ),
    "prove.cause_order": "What a run writes depends on which runs came before it.",
    "prove.cause_repeated": "Running again adds the same rows once more.",
    "prove.cause_unknown": "The same inputs gave other rows.",
    "prove.cause_unstable": "It differs from run to run anyway, see above.",
    "prove.cause_values": (
        "Equal but for {columns}: the values there are new each time, such as random ids or instants."
    ),
    "prove.check_again": "the same intervals again: the same tables",
    "prove.check_alike": "other intervals: other rows",
    "prove.check_killed": "killed in the middle: old or new, and whole after another try",
    "prove.check_later": "a day later: the same tables",
    "prove.check_order": "in another order: the same tables",
    "prove.check_runs": "{runs} runs on scratch targets",
    "prove.check_statements": "no clock, chance or arbitrary rows in SQL",
    "prove.child_died": (
        "a process of the proof ended with {code} before it was done; run again with `--keep DIR` to see its log"
    ),
    "prove.child_raised": "{kind}: {message}",
    "prove.fails": "Not proven: {found} findings in dag '{dag_id}' ({seconds} s)",
    "prove.help_keep": "keep the scratch targets and the tasks' log in this new folder",
    "prove.help_quick": "leave the kills out, which take most of the time",
    "prove.help_report": "also write the report as Markdown to this file",
    "prove.holds": "Proven: dag '{dag_id}' leaves the same tables, whatever was tried ({seconds} s)",
    "prove.keep_not_empty": "{folder} is not empty: `--keep` takes a new folder",
    "prove.no_scratch": (
        "tables of connection '{connection}' can't be proven: there are no scratch targets of type {type}; give "
        "another one by `--connection {connection}=duckdb:PATH`"
    ),
    "prove.note_in_order": "a table here takes intervals in their order and refuses others, as its mode says",
    "prove.note_no_writes": "no task writes a table that can be judged",
    "prove.note_one_interval": "needs two intervals: give `--from` and `--to`",
    "prove.note_quick": "left out by `--quick`",
    "prove.note_two_intervals": "needs exactly two intervals",
    "prove.progress_killed": "killed {done} of {total}",
    "prove.progress_reference": "task {done} of {total} alone",
    "prove.remedy_inputs": "Let the rows follow from the data interval and from inputs that don't change.",
    "prove.remedy_interval": (
        "Use the data interval: `{{{{ ds }}}}` in SQL, `ds` or `data_interval_start` in a function."
    ),
    "prove.remedy_order_by": "Add an ORDER BY over columns that are unique together.",
    "prove.remedy_own_input": (
        "If that isn't so by nature: does the task read its own interval, or the newest file or day that there is?"
    ),
    "prove.remedy_own_partition": (
        "Read the run's own partition only: `where day = {{{{ ds }}}}`, or a Table as `load`'s source."
    ),
    "prove.remedy_values": (
        "Derive values from the rows or the interval: a hash of the key, `{{{{ ds }}}}`; no random, no now."
    ),
    "prove.remedy_write": (
        "Write by `load` or `transform` into a Table: they replace what an earlier try wrote, all or nothing."
    ),
    "prove.report_check": "check",
    "prove.report_head": "`{file}`, {runs} intervals from {first} to {last}",
    "prove.report_limits": (
        "What a proof can't see: systems that tasks reach without a connection of a database or folder (those stay "
        "real), sources that change while it runs, and races with writers outside of mulgil."
    ),
    "prove.report_rows": "rows",
    "prove.report_table": "table",
    "prove.report_title": "Proof of {dag_id}",
    "prove.report_tried": "tried",
    "prove.target_too_large": (
        "the target of connection '{connection}' ({path}, {mib} MiB) is too large to copy for a proof: give a smaller "
        "one by `--connection {connection}=TYPE:PATH`"
    ),
    "prove.too_many_rows": (
        "the tables have more than {limit} rows, too many to compare: take a shorter range, or smaller targets"
    ),
    "prove.tried": "{count} times",
    "prove.what_alike": "the two intervals gave equal rows but for {columns} (written by {tasks})",
    "prove.what_differs": "{missing} rows are missing, {extra} are there that should not be (written by {tasks})",
    "prove.what_nothing_written": (
        "the runs succeeded, but no table was written in any database that a connection names"
    ),
    "prove.what_sql_chance": "its SQL uses `{word}` ({file}:{line}): other values each time",
    "prove.what_sql_clock": "its SQL uses `{word}` ({file}:{line}): the machine's clock",
    "prove.what_sql_limit": "its SQL has a LIMIT without ORDER BY ({file}:{line}): any rows may come",
    "prove.what_stage": "a stage of a dead write was left after the next try",
}
