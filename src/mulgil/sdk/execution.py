"""Running one task in its attempt: arguments, templates, `execute`, results."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from mulgil.i18n import MulgilError, Text
from mulgil.sdk.branching import choose_branch
from mulgil.sdk.context import Context, build_context, pop_context, push_context
from mulgil.sdk.errors import TaskCallError, TaskFailed
from mulgil.sdk.operator import BaseOperator, MappedOperator
from mulgil.sdk.runtime import TaskRuntime, set_runtime
from mulgil.sdk.scope import no_scope
from mulgil.sdk.template import render_value
from mulgil.sdk.template_file import read_template_file
from mulgil.sdk.xcom_arg import RETURN_VALUE, resolve_xcom_args


class TaskResult(msgspec.Struct, frozen=True):
    """How a task returned: its value and, for a branching task, the ids that it chose."""

    value: object = None
    branch: tuple[str, ...] | None = None


_LONGEST_WORDS = 2000
_running: list[BaseOperator] = []


def running_operator() -> BaseOperator | None:
    """Return the operator whose `execute` runs now: the one to call `on_kill` on."""
    return _running[-1] if _running else None


def run_task(operator: BaseOperator, runtime: TaskRuntime) -> TaskResult:
    """Run one attempt of a task and push its results.

    `operator` is the dag's own and stays as it is; a mapped one is unfolded for the instance's map
    index. Whatever the author's code raises passes through, `TaskSkipped` and `TaskFailed` included.

    Raises:
        TemplateFieldError: A template can't be rendered.
        TaskCallError: A result can't be pushed key by key, or a branch names no downstream task.
    """
    prepared = _prepare(operator, runtime)
    context = build_context(prepared, runtime)
    push_context(context)
    _running.append(prepared)
    try:
        with no_scope(), set_runtime(runtime):
            _fill(prepared, context, runtime)
            value = prepared.execute(context)
    finally:
        _running.pop()
        pop_context()
    branch = choose_branch(prepared, value) if prepared.is_branch else None
    _push(prepared, value, runtime)
    return TaskResult(value, branch)


def resolve_task(operator: BaseOperator, runtime: TaskRuntime) -> bool:
    """Ask the target, changing nothing, whether an earlier process of this attempt had committed before it died.

    What was committed is told to `runtime.report_commit`. Errors of the target pass through.
    """
    prepared = _prepare(operator, runtime)
    context = build_context(prepared, runtime)
    push_context(context)
    try:
        with no_scope(), set_runtime(runtime):
            _fill(prepared, context, runtime)
            return prepared.resolve(context)
    finally:
        pop_context()


def _prepare(operator: BaseOperator, runtime: TaskRuntime) -> BaseOperator:
    if isinstance(operator, MappedOperator):
        return operator.unfold(runtime.task_instance.map_index)
    # Not `copy.copy`: loading that module would cost every attempt more than all else here.
    prepared = object.__new__(type(operator))
    vars(prepared).update(vars(operator))
    return prepared


def _fill(operator: BaseOperator, context: Context, runtime: TaskRuntime) -> None:
    """Put results and rendered templates in the place of what the author wrote."""
    for name in operator.template_fields:
        value = read_template_file(getattr(operator, name, None), operator, field=name)
        value = render_value(value, context, field=name, dag=operator.dag)
        try:
            # Results come last: what other tasks give is data and is never read as a template.
            value = resolve_xcom_args(value, runtime)
        except KeyError as error:
            raise TaskCallError("sdk.no_xcom", task_id=operator.task_id, key=str(error.args[0])) from error
        setattr(operator, name, value)


def _push(operator: BaseOperator, value: object, runtime: TaskRuntime) -> None:
    if not operator.do_xcom_push or value is None:
        return
    if operator.multiple_outputs:
        if not isinstance(value, Mapping):
            raise TaskCallError("sdk.outputs_not_a_dict", task_id=operator.task_id, kind=type(value).__name__)
        for key, item in value.items():
            if not isinstance(key, str):
                raise TaskCallError("sdk.output_key_not_text", task_id=operator.task_id, key=repr(key)[:80])
            runtime.xcom_push(key, item)
    runtime.xcom_push(RETURN_VALUE, value)


def describe_failure(error: BaseException) -> Text:
    """Return what to record of an exception that ended a task: its own text, or its type, words and line."""
    if isinstance(error, MulgilError):
        return error.text
    if isinstance(error, TaskFailed):
        return error.text
    return Text("sdk.task_raised", {"kind": type(error).__name__, "message": words_of(error), **_last_line(error)})


def words_of(error: BaseException) -> str:
    """Return what an exception says, as far as it is worth recording; its own code may fail, too."""
    try:
        return str(error)[:_LONGEST_WORDS]
    except BaseException as raised:  # noqa: BLE001 - an author's `__str__` may raise anything
        return f"(its __str__ raised {type(raised).__name__})"


def _last_line(error: BaseException) -> dict[str, str | int]:
    """Return the innermost line of the author's code; a library's own line if there is none."""
    trace, file, line = error.__traceback__, "", 0
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        name = trace.tb_frame.f_code.co_filename
        is_author = not module.startswith("mulgil.") and "site-packages" not in name
        if is_author and not name.startswith("<"):
            file, line = name, trace.tb_lineno
        trace = trace.tb_next
    return {"file": file, "line": line}
