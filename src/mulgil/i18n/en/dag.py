"""English: a dag's structure."""

MESSAGES: dict[str, str] = {
    "dag.cycle": (
        "Dag `{dag_id}` has a cycle, so none of these tasks could ever start: {path} ({file}, line {line}). "
        "Remove one of these dependencies."
    ),
    "dag.duplicate_group": (
        "Dag `{dag_id}` has two task groups named `{group}` ({file}). Rename one, or put it into another group."
    ),
    "dag.duplicate_task": (
        "Dag `{dag_id}` has two tasks named `{task}` ({file}, line {line}). Give one of them another `task_id`; "
        "in a loop, put the loop's value into the id."
    ),
    "dag.group_cycle": (
        "In dag `{dag_id}` the task groups contain one another in a circle: {path} ({file}). "
        "Take one of them out of its parent."
    ),
    "dag.negative_map_length": (
        "Task `{task}` of dag `{dag_id}` is mapped over a negative number of items ({file}, line {line}). "
        "Publish the dag file anew."
    ),
    "dag.task_named_like_group": (
        "Dag `{dag_id}` has a task and a task group that are both named `{task}` ({file}, line {line}). "
        "Rename one of them: a branch must be able to name either."
    ),
    "dag.unknown_group": (
        "Task `{task}` of dag `{dag_id}` is in the task group `{group}`, which the dag doesn't have "
        "({file}, line {line}). Create the group inside the same dag."
    ),
    "dag.unknown_parent_group": (
        "Task group `{group}` of dag `{dag_id}` is inside `{parent}`, which the dag doesn't have ({file}). "
        "Create both groups inside the same dag."
    ),
    "dag.unknown_upstream": (
        "Task `{task}` of dag `{dag_id}` depends on `{upstream}`, which the dag doesn't have ({file}, line {line}). "
        "Check the spelling, and that both tasks belong to this dag."
    ),
}
