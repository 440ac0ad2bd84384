"""What the command line says."""

MESSAGES = {
    "cli.bad_conf": "--conf is not JSON: {why}.\nGive an object, such as --conf '{{\"limit\": 10}}'.",
    "cli.bad_conf_type": "--conf holds a JSON {found}, but a run's conf is an object: --conf '{{\"name\": value}}'.",
    "cli.bad_date": "'{value}' is no date. Give 2013-01-05, or an instant such as 2013-01-05T06:00+09:00.",
    "cli.bad_extra": "--extra is not a JSON object: {why}.\nGive one, such as --extra '{{\"timeout\": 10}}'.",
    "cli.child_died": "{name} ended ({how}); starting it again in {delay} s. Nothing is lost.",
    "cli.child_never_ready": (
        "{name} can't start, so mulgil stopped. The end of its log ({log}):\n{tail}\n"
        "Mend what it says, then run `mulgil up` again."
    ),
    "cli.command_waits": (
        "No scheduler took the command yet: it is stored and will be applied when one runs.\n"
        "Start one with `mulgil up`."
    ),
    "cli.conn_type_misspelt": (
        "no connector here serves connections of type '{type}'; did you mean '{nearest}'? (known: {known}) "
        "load, transform and checks can't use '{connection_id}'; a task's own code can."
    ),
    "cli.conn_type_unknown": (
        "no connector here serves connections of type '{type}' (known: {known}). "
        "load, transform and checks can't use '{connection_id}'; a task's own code can."
    ),
    "cli.db_backed_up": "Backed up the database to {file}.",
    "cli.db_current": "The database is at schema version {version}, which is the newest that this program knows.",
    "cli.db_upgraded": "Upgraded the database from schema version {old} to {new}.",
    "cli.deleted": "Deleted {name}.",
    "cli.did_you_mean": "Did you mean '{name}'?",
    "cli.done": "Done.",
    "cli.error": "error:",
    "cli.help": "mulgil: data pipelines whose loads are idempotent, all-or-nothing, checked and documented.",
    "cli.help_conf": "Parameters of the run, as a JSON object.",
    "cli.help_conn_extra": "Further settings of the connector, as a JSON object; stored encrypted.",
    "cli.help_conn_host": "Host name, URL, or file (relative files start at the home).",
    "cli.help_conn_password": "The password; stored encrypted. Prefer --password-stdin: arguments show in `ps`.",
    "cli.help_conn_password_stdin": "Read the password from the first line of standard input.",
    "cli.help_conn_login": "The user name.",
    "cli.help_conn_port": "The port, where the connector doesn't know it.",
    "cli.help_conn_schema": "The database or schema; for http the scheme.",
    "cli.help_conn_type": "The connector, such as duckdb, sqlite or http.",
    "cli.help_connections": "How to reach outside systems.",
    "cli.help_connections_delete": "Delete a connection.",
    "cli.help_connections_list": "List connections, with secrets masked.",
    "cli.help_connections_set": "Create or replace a connection.",
    "cli.help_dag_processor": "Run the DAG processor alone (`mulgil up` runs it for you).",
    "cli.help_dags": "Dags: list, show, trigger, pause.",
    "cli.help_dags_list": "List every dag, and the files that can't be imported.",
    "cli.help_dags_list_import_errors": "List the files that can't be imported; exits with 1 if there are any.",
    "cli.help_dags_pause": "Stop scheduling a dag and starting its tasks.",
    "cli.help_dags_show": "Show a dag: schedule, version, isolation, tasks.",
    "cli.help_dags_test": (
        "Run a dag of the dag folder in this process, for the data interval of a date (default: the latest complete)."
    ),
    "cli.help_dags_trigger": "Create a manual run; without a date it gets the latest complete data interval.",
    "cli.help_dags_unpause": "Let a dag schedule again.",
    "cli.help_db": "The metadata database.",
    "cli.help_db_check": "Say whether the database fits this program.",
    "cli.help_db_upgrade": "Create the database, or back it up and upgrade its schema.",
    "cli.help_description": "What it is for.",
    "cli.help_doctor": (
        "Check installation, home, clock, connections and dag files, and say what to do; "
        "exits with 1 if anything fails."
    ),
    "cli.help_downstream": "Also everything downstream of the named tasks.",
    "cli.help_follow": "Go on printing what is added, until the try ends.",
    "cli.help_force": "Overwrite files of the same names.",
    "cli.help_home": "The folder of the installation [default: $MULGIL_HOME or ~/mulgil].",
    "cli.help_init": "Write a small pipeline that runs as it is into DIR [default: this folder], and make DIR a home.",
    "cli.help_limit": "At most this many.",
    "cli.help_logical_date": "The start of the run's data interval, in the dag's time zone unless it has an offset.",
    "cli.help_map_index": "Which instance of a mapped task.",
    "cli.help_note": "A note that is shown with the run.",
    "cli.help_only_failed": "Only task instances that failed or whose upstream failed.",
    "cli.help_output": "How to show the result.",
    "cli.help_pools": "Pools: slots that tasks of all dags share.",
    "cli.help_pools_delete": "Delete a pool.",
    "cli.help_pools_list": "List pools.",
    "cli.help_pools_set": "Create or change a pool; -1 slots = no limit.",
    "cli.help_run_id": "The run's id [default: manual__<logical date>].",
    "cli.help_run_state": "Only runs in this state.",
    "cli.help_prove": (
        "Try a pipeline out on scratch targets: run it twice, in another order, a day later, and kill it everywhere. "
        "Do its tables stay the same?"
    ),
    "cli.help_run": "Run a dag file in this process, without a server: for one data interval, or a range.",
    "cli.help_run_dag_id": "which dag, if the file defines several",
    "cli.help_runs": "Dag runs: list, show, cancel. RUN_ID may be `latest`, the run of the newest data interval.",
    "cli.help_runs_cancel": "End a run: kill what runs, start nothing more.",
    "cli.help_runs_list": "List runs, newest data interval first.",
    "cli.help_runs_show": "Show a run, its task instances and what they committed.",
    "cli.help_scheduler": "Run the scheduler alone (`mulgil up` runs it for you).",
    "cli.help_tasks": (
        "Task instances: state, logs, clear, mark. RUN_ID may be `latest`, the run of the newest data interval."
    ),
    "cli.help_tasks_clear": (
        "Make task instances of a run run anew (all of them, if none is named). RUN_ID `latest` is the run of the "
        "newest data interval, whenever it was created."
    ),
    "cli.help_tasks_logs": "Print the log of a try.",
    "cli.help_tasks_mark": "Set a task instance to success or failed without running it.",
    "cli.help_tasks_state": "Show where a run's task instances stand, and why.",
    "cli.help_try": "Which try [default: the newest].",
    "cli.help_up": "Start everything on this machine and stay until Ctrl-C.",
    "cli.help_upstream": "Also everything upstream of the named tasks.",
    "cli.help_variables": "Variables: named values for dags.",
    "cli.help_variables_delete": "Delete a variable.",
    "cli.help_variables_get": "Print a variable's value.",
    "cli.help_variables_list": "List variables, without their values.",
    "cli.help_variables_set": "Create or replace a variable.",
    "cli.help_version": "Show the versions of mulgil and of what it runs on.",
    "cli.help_worker": "Run a worker daemon alone (`mulgil up` runs it for you).",
    "cli.home_in_use": (
        "A scheduler runs on {home} already: process {pid} (`mulgil up` or `mulgil scheduler`) holds the home's lock.\n"
        "Use that one, end it (Ctrl-C, or kill {pid}), or choose another home: mulgil --home DIR …"
    ),
    "cli.init_done": "Wrote a pipeline of {count} files into {folder}; README.md says more.",
    "cli.init_next": (
        "Next:\n{cd}  mulgil --home . run dags/shop.py --date {day}    (one day, now, without a server)\n"
        "  mulgil --home . up                                    (every day, by schedule)"
    ),
    "cli.map_index_needed": "Task '{task}' is mapped: say which instance with --map-index 0 to {last}.",
    "cli.never_tried": "Task '{task}' has no log: it is {state} and was never tried.",
    "cli.no": "no",
    "cli.no_connections": "There are no connections. Create one: mulgil connections set ID --type TYPE --host HOST",
    "cli.no_dags": "There are no dags. Put a Python file that defines one into {folder}.",
    "cli.no_home": (
        "There is no mulgil at {home}.\nStart one with `mulgil up`, or name another home with --home or MULGIL_HOME."
    ),
    "cli.no_import_errors": "Every dag file can be imported.",
    "cli.no_latest_run": "Dag '{dag_id}' has no runs yet. Create one: mulgil dags trigger {dag_id}",
    "cli.no_runs": "There are no runs.",
    "cli.no_such_command": "There is no command '{name}'. {hint}",
    "cli.no_such_map_index": "Task '{task}' has no map index {map_index}; its last one is {last}.",
    "cli.no_such_task": "Run '{run_id}' has no task '{task}'. It has: {known}.",
    "cli.no_such_try": "Task '{task}' has no try {number}. Its tries: {known}.",
    "cli.no_such_variable": "There is no variable '{key}'. See `mulgil variables list`.",
    "cli.no_variables": "There are no variables. Create one: mulgil variables set KEY VALUE",
    "cli.not_mapped": "Task '{task}' is not mapped; leave out --map-index.",
    "cli.nothing": "Nothing to show.",
    "cli.project_exists": (
        "{folder} has files of these names already: {files}.\nChoose another folder, or overwrite them with --force."
    ),
    "cli.saved": "Saved {name}.",
    "cli.up_first_steps": (
        "This home is new. Put a dag file into {dags}, then:\n"
        "  mulgil dags list\n  mulgil dags trigger DAG_ID\n  mulgil runs list"
    ),
    "cli.up_ready": "mulgil is up ({seconds} s). Ctrl-C stops it.",
    "cli.up_starting": "Starting mulgil on {home} …",
    "cli.up_stopped": "Stopped.",
    "cli.up_stopping": "Stopping; tasks that run are ended and start again next time. Ctrl-C again: at once.",
    "cli.up_where": "dags: {dags}   logs: {logs}",
    "cli.warning": "warning:",
    "cli.yes": "yes",
}
