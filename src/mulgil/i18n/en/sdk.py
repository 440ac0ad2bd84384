"""Authoring: what can be wrong with a dag, a task's arguments, or what a running task asks and returns."""

MESSAGES: dict[str, str] = {
    "sdk.argument_not_yet": (
        "{file}:{line}: {operator} {task_id!r} is given {name!r}, which mulgil doesn't have yet. Remove it; "
        "docs/airflow-differences.md says what to use instead."
    ),
    "sdk.bad_id": (
        "{file}:{line}: {what} {value} can't be used. Use letters, digits, '_', '-' and '.', starting with a "
        "letter, a digit or '_', at most 200 bytes."
    ),
    "sdk.bad_schedule": "{file}:{line}: the schedule of dag {dag_id!r} can't be used: {why}",
    "sdk.bad_timezone": "{file}:{line}: the time zone can't be used: {why}",
    "sdk.branch_not_downstream": (
        "Branching task {task_id!r} chose {name!r}, which doesn't come directly after it. It can choose: {known}."
    ),
    "sdk.branch_not_ids": (
        "Branching task {task_id!r} returned {value}. Return a task id, a list of task ids, or None to follow none."
    ),
    "sdk.callback_not_yet": (
        "{file}:{line}: {operator} {task_id!r} is given {name!r}; mulgil has no callbacks yet. Remove it, and do "
        "its work in a last task with trigger_rule='one_failed' or 'all_done'."
    ),
    "sdk.catchup_without_start": (
        "{file}:{line}: dag {dag_id!r} has catchup=True, but no start_date to catch up from. Give it a start_date."
    ),
    "sdk.chain_lengths": (
        "{file}:{line}: chain() got a list of {first} next to a list of {second}. Make them equally long, or use "
        "cross_downstream() to connect each with each."
    ),
    "sdk.connection_outside_task": (
        "{file}:{line}: Connection.get({name!r}) is called where no task runs. Dag files are read without "
        "connections: move the call into a task."
    ),
    "sdk.context_outside_task": (
        "{file}:{line}: get_current_context() is called where no task runs. Call it inside a task."
    ),
    "sdk.cycle": "{file}:{line}: dag {dag_id!r} has a cycle: {cycle}. Remove one of these dependencies.",
    "sdk.cycle_by_assets": (
        "{file}:{line}: dag {dag_id!r} has a cycle: {cycle}. It comes from tasks that read and write {assets}: a "
        "task that reads a table runs after every task of the dag that writes it. Let one of them use another "
        "table."
    ),
    "sdk.dag_argument_not_yet": (
        "{file}:{line}: dag {dag_id!r} is given {name!r}, which mulgil doesn't have yet. Remove it; "
        "docs/airflow-differences.md says what to use instead."
    ),
    "sdk.dag_callback_not_yet": (
        "{file}:{line}: dag {dag_id!r} is given {name!r}; mulgil has no callbacks yet. Remove it, and do its work "
        "in a last task with trigger_rule='one_failed' or 'all_done'."
    ),
    "sdk.default_arg_not_yet": (
        "{file}:{line}: default_args of dag {dag_id!r} has {name!r}, which mulgil doesn't have yet. Remove it."
    ),
    "sdk.default_callback_not_yet": (
        "{file}:{line}: default_args of dag {dag_id!r} has {name!r}; mulgil has no callbacks yet. Remove it, and do "
        "its work in a last task with trigger_rule='one_failed' or 'all_done'."
    ),
    "sdk.dag_never_called": (
        "{file}:{line}: the @dag function {name!r} is never called, so the file defines no dag. Call it at the end "
        "of the file: {name}()"
    ),
    "sdk.decorator_not_yet": (
        "{file}:{line}: mulgil doesn't have @task.{name} yet. Use @task.bash with the command that runs the work "
        "there; there are @task, @task.branch and @task.bash."
    ),
    "sdk.depends_on_itself": "{file}:{line}: task {task_id!r} is made to depend on itself. Remove this dependency.",
    "sdk.doubled_argument": (
        "{file}:{line}: task {task_id!r} is given the argument {name!r} twice, by position and by name. Give it once."
    ),
    "sdk.duplicate_dag_id": (
        "{file}:{line}: dag id {dag_id!r} is already used in line {first_line} of this file. Give each dag an id "
        "of its own."
    ),
    "sdk.duplicate_task_id": (
        "{file}:{line}: task id {task_id!r} is already used in dag {dag_id!r} (line {first_line}). Give each "
        "task an id of its own."
    ),
    "sdk.edge_between_dags": (
        "{file}:{line}: {downstream!r} can't depend on {upstream!r}: they are not in the same dag. Create both "
        "inside one dag."
    ),
    "sdk.expand_kwargs_not_dicts": (
        "{file}:{line}: expand_kwargs() takes a list of dicts of arguments, such as [{{'x': 1}}, {{'x': 2}}]."
    ),
    "sdk.expand_not_a_list": (
        "{file}:{line}: expand({name}=...) got {value} ({kind}), which has no items to map over. Give a list, "
        "tuple or dict; a value that all instances share goes into partial()."
    ),
    "sdk.expand_nothing": (
        "{file}:{line}: expand() is called without arguments. Name the argument to map over: expand(x=[1, 2, 3])."
    ),
    "sdk.expand_over_result": (
        "{file}:{line}: expand({name}=...) got the result of task {task_id!r}. This version maps over lists that "
        "are known when the dag is read; write the list in the dag file, or loop inside one task."
    ),
    "sdk.failed_by_task": "The task failed itself: {message}",
    "sdk.missing_argument": (
        "{file}:{line}: task {task_id!r} is called without its argument {name!r}. Give it, or give the parameter "
        "a default."
    ),
    "sdk.no_such_dag": "{file} defines no dag {dag_id!r}. Nearest: {guess}.",
    "sdk.no_such_file": "There is no dag file {file}. Check the path.",
    "sdk.no_template_file": (
        "{file}:{line}: field {field} of task {task_id!r} names the template file {name!r}, which is neither "
        "beside the dag file nor in its template_searchpath. Correct the name, or write `./{name} ` with a space "
        "at the end to run it as a command."
    ),
    "sdk.no_variable": (
        "There is no variable {key!r}. Create it with `mulgil variables set {key} VALUE`, or give Variable.get a "
        "default."
    ),
    "sdk.no_xcom": (
        "Task {task_id!r} needs the value {key!r} of an upstream task, but nothing was pushed under this key. "
        "Check the key, and that the upstream task ran and has multiple_outputs."
    ),
    "sdk.not_a_date": "{file}:{line}: {name} is {value}, which is no date. Use '2013-01-31', a date or a datetime.",
    "sdk.not_a_duration": "{file}:{line}: {name} is {value}. Use a timedelta (or seconds) that is not negative.",
    "sdk.not_a_number": "{file}:{line}: {name} is {value}, which is no number.",
    "sdk.not_a_number_from": "{file}:{line}: {name} is {value}. Use a whole number of at least {least}.",
    "sdk.not_a_task": "{file}:{line}: >>, << and chain() connect tasks and task groups, not {value} ({kind}).",
    "sdk.not_a_whole_number": "{file}:{line}: {name} is {value}. Use a whole number.",
    "sdk.not_an_asset": "{file}:{line}: {name} holds {value}, which is no Asset or Table.",
    "sdk.not_callable": (
        "{file}:{line}: python_callable of task {task_id!r} is {value}, which can't be called. Give the function "
        "itself, without parentheses."
    ),
    "sdk.output_key_not_text": (
        "Task {task_id!r} has multiple_outputs, but returned a dict with the key {key}. Use strings as keys."
    ),
    "sdk.outputs_not_a_dict": (
        "Task {task_id!r} has multiple_outputs, but returned a {kind}. Return a dict, or set multiple_outputs=False."
    ),
    "sdk.outside_task": "{file}:{line}: {what} exists only while a task runs. Use it inside a task.",
    "sdk.param_default": (
        "{file}:{line}: the default {value} of a Param contradicts its own schema: {rule}. Change one of them, or "
        "leave the default out to make the param required."
    ),
    "sdk.param_not_json": (
        "{file}:{line}: param {name!r} has {value}, which is no JSON ({why}). Use text, numbers, true/false, "
        "null, lists and dicts."
    ),
    "sdk.param_without_default": (
        "{file}:{line}: param {name!r} of dag {dag_id!r} has no default, but the dag has a schedule, and "
        "scheduled runs are given no values. Give it a default, or remove the schedule."
    ),
    "sdk.sensor_not_yet": (
        "{file}:{line}: mulgil doesn't have @task.{name} yet. Use a @task that checks and raises while it isn't "
        "time, with retries and retry_delay."
    ),
    "sdk.short_circuit_not_yet": (
        "{file}:{line}: mulgil doesn't have @task.{name} yet. Raise TaskSkipped in a @task, or return None from a "
        "@task.branch."
    ),
    "sdk.skipped_by_task": "The task skipped itself: {message}",
    "sdk.task_argument_on_dag": (
        "{file}:{line}: dag {dag_id!r} is given {name!r}, which is an argument of tasks. Give it to all of them: "
        "default_args={{{name!r}: …}}."
    ),
    "sdk.task_not_called": (
        "{file}:{line}: >>, << and chain() connect tasks, but a decorated function is a task only once it is "
        "called. Call it: {code}"
    ),
    "sdk.task_outside_dag": (
        "{file}:{line}: task {task_id!r} is created outside any dag. Put it inside `with DAG(...):` or a @dag function."
    ),
    "sdk.task_raised": "{kind}: {message} ({file}:{line})",
    "sdk.too_many_arguments": (
        "{file}:{line}: task {task_id!r} is called with {given} positional arguments, but takes {room}: {signature}."
    ),
    "sdk.unknown_argument": "{file}:{line}: {operator} {task_id!r} has no argument {name!r}. It takes: {known}.",
    "sdk.unknown_argument_guess": (
        "{file}:{line}: {operator} {task_id!r} has no argument {name!r}. Did you mean {guess!r}?"
    ),
    "sdk.unknown_choice": "{file}:{line}: {name} is {value}. Did you mean {guess!r}? Known: {known}.",
    "sdk.unknown_dag_argument": (
        "{file}:{line}: dag {dag_id!r} is given {name!r}, which a dag doesn't have. It takes: {known}."
    ),
    "sdk.unknown_dag_argument_guess": (
        "{file}:{line}: dag {dag_id!r} is given {name!r}, which a dag doesn't have. Did you mean {guess!r}?"
    ),
    "sdk.unknown_decorator": (
        "{file}:{line}: there is no @task.{name}. There are @task, @task.branch and @task.bash; "
        "docs/airflow-differences.md says what to use instead of others."
    ),
    "sdk.unknown_default_arg": (
        "{file}:{line}: default_args has {name!r}, which no task of dag {dag_id!r} takes. Remove it."
    ),
    "sdk.unknown_default_arg_guess": (
        "{file}:{line}: default_args has {name!r}, which no task of dag {dag_id!r} takes. Did you mean {guess!r}?"
    ),
    "sdk.unknown_parameter": (
        "{file}:{line}: task {task_id!r} is called with {name!r}, which its function doesn't take. It takes: {known}."
    ),
    "sdk.unknown_parameter_guess": (
        "{file}:{line}: task {task_id!r} is called with {name!r}, which its function doesn't take. Did you mean "
        "{guess!r}?"
    ),
    "sdk.variable_not_json": "Variable {key!r} is no JSON: {why}. Correct it, or read it without deserialize_json.",
    "sdk.variable_outside_task": (
        "{file}:{line}: Variable.get({name!r}) is called where no task runs. Dag files are read without "
        "variables: move the call into a task, or use {{{{ var.value.{name} }}}} in a template."
    ),
    "sdk.wrong_arguments": "{file}:{line}: {operator} {task_id!r} can't be created: {why}.",
}
