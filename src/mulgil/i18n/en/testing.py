"""English texts of the testing kit."""

MESSAGES: dict[str, str] = {
    "testing.died": "the script let the task's process die",
    "testing.failed": "the script let the task fail: {message}",
    "testing.lost": "the script let the worker die under the task",
    "testing.no_runs": "there is nothing to play: `runs` must be at least 1, or a list of dates",
    "testing.no_such_run": "the script has a line for run {run} of task '{task_id}', but the last run is {last}",
}
