"""English texts of runs without a server."""

MESSAGES: dict[str, str] = {
    "inprocess.all_good": "{good} of {runs} runs succeeded in {seconds} s",
    "inprocess.bad_conf": "`--conf` takes a JSON object, such as '{{\"limit\": 10}}': {why}",
    "inprocess.column_rows": "rows",
    "inprocess.column_run": "run",
    "inprocess.column_state": "state",
    "inprocess.column_task": "task",
    "inprocess.column_tasks": "tasks",
    "inprocess.column_took": "took",
    "inprocess.column_tries": "tries",
    "inprocess.connection_field": "connection '{name}' has no field '{field}'; did you mean {guess}?",
    "inprocess.connection_unreadable": (
        "connection '{name}' can't be read ({why}): write `TYPE:HOST`, such as `duckdb:/tmp/warehouse.duckdb`, or a "
        "JSON object with `conn_type`, `host` and what else the connection needs"
    ),
    "inprocess.date_and_range": "a date and a range were given: use `--date`, or `--from` with `--to`",
    "inprocess.date_unreadable": "'{value}' is no date: write 2013-01-05 or 2013-01-05T06:00",
    "inprocess.empty_range": "no data interval of dag '{dag_id}' starts between {first} and {last}",
    "inprocess.half_a_range": "a range needs both ends: `--from` and `--to`",
    "inprocess.help_conf": "JSON object that the run gets as its conf",
    "inprocess.help_connection": "use this connection instead of the home's, such as warehouse=duckdb:/tmp/w.duckdb",
    "inprocess.help_date": "the data interval that starts at or contains this date (default: the latest complete one)",
    "inprocess.help_from": "the first data interval of a range; needs --to",
    "inprocess.help_home": "the home whose connections and variables are used",
    "inprocess.help_pdb": "open the debugger where a task raises",
    "inprocess.help_task": "run only this task (may be repeated)",
    "inprocess.help_to": "the last data interval of a range, a whole day if it is a date",
    "inprocess.help_variable": "use this variable instead of the home's, such as bucket=test",
    "inprocess.help_wait": "wait for retry delays instead of skipping them",
    "inprocess.instance_unknown": "run '{run_id}' has no task instance '{task_id}'; known: {guess}",
    "inprocess.no_complete_interval": (
        "no data interval of dag '{dag_id}' is complete yet, or its dates allow none: name one with `--date`"
    ),
    "inprocess.no_dag": "{file} defines no dag: a dag is made by `with DAG(...)`, or by calling a function with `@dag`",
    "inprocess.no_intervals": (
        "dag '{dag_id}' has no schedule, so there are no data intervals between two dates: run it for one `--date`"
    ),
    "inprocess.not_all_good": "{good} of {runs} runs succeeded in {seconds} s; the others failed or can't go on",
    "inprocess.pair_unreadable": "'{value}' is no NAME=VALUE",
    "inprocess.run_unknown": "there is no run '{run}'; known: {known}",
    "inprocess.several_dags": "{file} defines several dags: choose one of {known} by `--dag-id`",
    "inprocess.task_unknown": "dag '{dag_id}' has no task '{task_id}'; did you mean {guess}?",
    "inprocess.too_many_runs": "the range of dag '{dag_id}' has more than {limit} data intervals: take a shorter one",
    "inprocess.wait_skipped": "nothing to do for {seconds} s: not waited for (`--wait` does)",
    "inprocess.waiting": "waiting for {seconds} s",
}
