"""English texts of the scheduler."""

MESSAGES = {
    "scheduler.attempt_superseded": "nobody waits for this attempt any more: its task was cleared, marked or cancelled",
    "scheduler.attempt_vanished": "the worker knows nothing of this attempt any more; it is started anew",
    "scheduler.daemon_died": "the worker daemon {daemon_id} died with this attempt; it is started anew",
    "scheduler.daemon_leaves": (
        "the worker daemon {daemon_id} was leaving before this attempt reached it; another one starts it"
    ),
    "scheduler.daemon_vanished": (
        "the worker daemon {daemon_id} is gone and its journal, too; this attempt is started anew"
    ),
    "scheduler.executor_not_configured": (
        "the task asks for the executor {wanted}, and this installation runs {configured}: leave out the task's "
        "executor=, or set executor in [core] and restart"
    ),
    "scheduler.gateway_not_opened": (
        "the scheduler can't listen for workers on {path}: {why}; check that the folder exists and is writable"
    ),
    "scheduler.version_missing": (
        "dag version {version_id} isn't in the metadata database, so its runs can't go on; "
        "restore the database or trigger a new run"
    ),
}
