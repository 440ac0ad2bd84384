"""English: what a task instance or a run is waiting for."""

MESSAGES: dict[str, str] = {
    "wait.dag_paused": "dag `{dag_id}` is paused; `mulgil dags unpause {dag_id}` resumes it",
    "wait.max_active_runs": "{active} runs of the dag are active (its `max_active_runs` is {limit})",
    "wait.max_active_tasks": "the run has as many active tasks as it may (`max_active_tasks` is {limit})",
    "wait.no_scheduler": "no scheduler runs here, so nothing starts; `mulgil up` starts one",
    "wait.parallelism": "as many tasks are active as the scheduler may run at once (`parallelism` is {limit})",
    "wait.pool_full": "pool `{pool}` is full: {used} of {slots} slots are in use",
    "wait.pool_too_small": (
        "the task needs {needed} slots of pool `{pool}`, which has only {slots}; "
        "enlarge the pool or lower the task's `pool_slots`"
    ),
    "wait.pool_unknown": "pool `{pool}` doesn't exist; create it with `mulgil pools set {pool} SLOTS`",
    "wait.retry_delay": "the next try comes at {at}",
    "wait.run_queued": "the run has not started yet",
    "wait.turn": "nothing stands in its way; its turn comes with the next free slot",
    "wait.worker": (
        "handed to a worker at {since}, which hasn't started it yet: it imports the dag file, "
        "or all its slots are taken"
    ),
    "wait.upstream": "{done} of {total} upstream task instances have ended (trigger rule `{rule}`)",
}
