"""`mulgil tasks …`."""

import click

from mulgil.cli._output import output_option, show_records
from mulgil.cli._runs import named_run
from mulgil.cli._submit import report
from mulgil.cli.errors import ArgumentError
from mulgil.cli.runs import instance_row
from mulgil.cli.session import Session
from mulgil.i18n import Text, render
from mulgil.logstores import LogLine
from mulgil.model import UNMAPPED, TaskInstance, TaskInstanceState, TaskKey

_map_index = click.option("--map-index", type=int, help=render(Text("cli.help_map_index")))


@click.group(help=render(Text("cli.help_tasks")))
def tasks() -> None:
    """Commands on task instances."""


@tasks.command(help=render(Text("cli.help_tasks_state")))
@click.argument("dag_id")
@click.argument("run_id")
@click.argument("task_id", required=False)
@output_option
@click.pass_obj
def state(session: Session, dag_id: str, run_id: str, task_id: str | None, output: str) -> None:
    """Show the state of a run's task instances, and why each one stands there."""
    run_id = named_run(session.control, dag_id, run_id)
    found = _instances(session, dag_id, run_id, task_id)
    why = session.control.explain(dag_id, run_id)
    show_records([instance_row(item, waits_for=why.instances.get(item.key)) for item in found], output=output)
    if why.run is not None and output == "table":
        click.echo(f"{run_id}: {render(why.run)}")


@tasks.command(help=render(Text("cli.help_tasks_logs")))
@click.argument("dag_id")
@click.argument("run_id")
@click.argument("task_id")
@_map_index
@click.option("--try", "try_number", type=click.IntRange(min=1), help=render(Text("cli.help_try")))
@click.option("--follow", "-f", "is_followed", is_flag=True, help=render(Text("cli.help_follow")))
@click.pass_obj
def logs(
    session: Session, dag_id: str, run_id: str, task_id: str, *, map_index: int | None, try_number: int | None,
    is_followed: bool,
) -> None:  # fmt: skip
    """Print the log of a task instance's newest try, or of the one that is named; on request, until the try ends."""
    run_id = named_run(session.control, dag_id, run_id)
    instance = _one_instance(_instances(session, dag_id, run_id, task_id), task_id, map_index)
    may_begin = is_followed and not instance.state.is_finished
    if instance.try_number == 0 and not may_begin:
        raise ArgumentError("cli.never_tried", task=task_id, state=instance.state.value)
    if try_number is not None and try_number != instance.try_number:
        _check_try(session, instance, try_number)
    _print_log(session, instance, try_number=try_number or instance.try_number or 1, is_followed=is_followed)


def _check_try(session: Session, instance: TaskInstance, try_number: int) -> None:
    attempts = session.control.attempts(instance.dag_id, instance.run_id, task_id=instance.task_id)
    tries = sorted({one.try_number for one in attempts if one.map_index == instance.map_index})
    if try_number not in tries:
        known = ", ".join(map(str, tries))
        raise ArgumentError("cli.no_such_try", task=instance.task_id, number=try_number, known=known)


def _print_log(session: Session, instance: TaskInstance, *, try_number: int, is_followed: bool) -> None:
    from mulgil.cli._log_follow import follow, is_over, lines_now, pauses
    from mulgil.logstores import FileLogStore, LogChunk
    from mulgil.system import SystemClock

    store, secrets = FileLogStore(session.home), _secrets(session)

    def read(*, offset: int, is_ended: bool) -> LogChunk:
        return store.read(
            dag_id=instance.dag_id,
            run_id=instance.run_id,
            task_id=instance.task_id,
            map_index=instance.map_index,
            try_number=try_number,
            offset=offset,
            secrets=secrets,
            is_ended=is_ended,
        )

    def has_ended() -> bool:
        found = _instances(session, instance.dag_id, instance.run_id, instance.task_id)
        return all(is_over(one, try_number) for one in found if one.map_index == instance.map_index)

    if is_followed:
        lines = follow(read, has_ended, pauses(SystemClock()))
    else:
        lines = iter(lines_now(read, is_ended=is_over(instance, try_number)))
    for line in lines:
        click.echo(_log_line(line))


def _secrets(session: Session) -> tuple[str, ...]:
    """Return what no log may show: it is masked when it is written, and here once more."""
    from mulgil.logstores import connection_secrets, variable_secrets

    of_connections = (secret for item in session.control.connections() for secret in connection_secrets(item))
    of_variables = (secret for item in session.control.variables() for secret in variable_secrets(item.key, item.value))
    return (*of_connections, *of_variables)


def _log_line(line: LogLine) -> str:
    if line.at is None:
        return line.msg
    color = {"error": "red", "critical": "red", "warning": "yellow"}.get(line.level)
    head = click.style(f"{line.at:%H:%M:%S.%f}"[:-3], dim=True)
    body = render(line.text) if line.text else line.msg
    shown = f"{head} {click.style(line.level.ljust(7), fg=color)} {body}"
    return f"{shown}\n{line.trace}" if line.trace else shown


@tasks.command(help=render(Text("cli.help_tasks_clear")))
@click.argument("dag_id")
@click.argument("run_id")
@click.argument("task_ids", nargs=-1)
@click.option("--downstream", is_flag=True, help=render(Text("cli.help_downstream")))
@click.option("--upstream", is_flag=True, help=render(Text("cli.help_upstream")))
@click.option("--only-failed", is_flag=True, help=render(Text("cli.help_only_failed")))
@output_option
@click.pass_obj
def clear(
    session: Session, dag_id: str, run_id: str, task_ids: tuple[str, ...], *, downstream: bool, upstream: bool,
    only_failed: bool, output: str,
) -> None:  # fmt: skip
    """Make task instances run anew: the named ones, or all of the run's."""
    run_id = named_run(session.control, dag_id, run_id)
    keys = [instance.key for name in task_ids for instance in _instances(session, dag_id, run_id, name)]
    submitted = session.control.clear(
        dag_id, run_id, tasks=keys, downstream=downstream, upstream=upstream, only_failed=only_failed
    )
    report(submitted, output=output)


@tasks.command(help=render(Text("cli.help_tasks_mark")))
@click.argument("dag_id")
@click.argument("run_id")
@click.argument("task_id")
@click.argument("new_state", type=click.Choice(["success", "failed"]))
@_map_index
@output_option
@click.pass_obj
def mark(
    session: Session, dag_id: str, run_id: str, task_id: str, new_state: str, *, map_index: int | None, output: str
) -> None:
    """Set a task instance to success or failed without running it."""
    run_id = named_run(session.control, dag_id, run_id)
    found = _instances(session, dag_id, run_id, task_id)
    keys: list[TaskKey] = [item.key for item in found if map_index in (None, item.map_index)]
    report(session.control.mark(dag_id, run_id, keys, TaskInstanceState(new_state)), output=output)


def _instances(session: Session, dag_id: str, run_id: str, task_id: str | None) -> list[TaskInstance]:
    session.control.run(dag_id, run_id)
    everything = session.control.task_instances(dag_id, run_id)
    found = [instance for instance in everything if task_id in (None, instance.task_id)]
    if task_id is not None and not found:
        known = ", ".join(dict.fromkeys(instance.task_id for instance in everything))
        raise ArgumentError("cli.no_such_task", task=task_id, run_id=run_id, known=known)
    return found


def _one_instance(found: list[TaskInstance], task_id: str, map_index: int | None) -> TaskInstance:
    if map_index is None:
        if len(found) == 1:
            return found[0]
        raise ArgumentError("cli.map_index_needed", task=task_id, last=len(found) - 1)
    for instance in found:
        if map_index == instance.map_index:
            return instance
    if found[0].map_index == UNMAPPED:
        raise ArgumentError("cli.not_mapped", task=task_id)
    raise ArgumentError("cli.no_such_map_index", task=task_id, map_index=map_index, last=len(found) - 1)
