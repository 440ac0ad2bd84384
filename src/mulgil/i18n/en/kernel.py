"""English: the scheduling core refuses its input."""

MESSAGES: dict[str, str] = {
    "kernel.cannot_mark": "Task instances can be marked success or failed, not {state}.",
    "kernel.impossible_transition": (
        "A {what} can't leave the state {state} by `{cause}`. This is an error in mulgil; please report it."
    ),
    "kernel.task_instance_missing": (
        "Run `{run_id}` of dag `{dag_id}` lacks task instances of `{task}` that its dag version has. "
        "Check the database with `mulgil db check`."
    ),
    "kernel.task_instance_unexpected": (
        "Run `{run_id}` of dag `{dag_id}` has task instances of `{task}` that its dag version doesn't have. "
        "Check the database with `mulgil db check`."
    ),
    "kernel.unknown_task_instance": (
        "Run `{run_id}` of dag `{dag_id}` has no task instance `{task}` with map index {map_index} "
        "(-1 stands for an ordinary task). `mulgil tasks state` lists those it has."
    ),
}
