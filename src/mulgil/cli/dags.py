"""`mulgil dags …`."""

import click

from mulgil.cli._dates import instant, json_object
from mulgil.cli._output import Record, output_option, show_record, show_records
from mulgil.cli._submit import report
from mulgil.cli.session import Session
from mulgil.i18n import Text, render
from mulgil.model import DagSpec, ImportFailure, ManualTimetable
from mulgil.timetables import schedule_text

# The exit code of a command that looks for trouble and finds some.
EXIT_FOUND = 1


@click.group(help=render(Text("cli.help_dags")))
def dags() -> None:
    """Commands on dags."""


@dags.command("list", help=render(Text("cli.help_dags_list")))
@output_option
@click.pass_obj
def list_dags(session: Session, output: str) -> None:
    """List every dag, then the files that can't be imported."""
    rows: list[Record] = [
        {
            "dag_id": summary.dag.dag_id,
            "schedule": shown_schedule(summary.version.spec),
            "paused": summary.dag.is_paused,
            "version": summary.version.number,
            "file": summary.dag.file,
            "runs": {state: count for state, count in summary.run_counts.items() if count},
        }
        for summary in session.control.dags()
    ]
    show_records(rows, output=output, empty=Text("cli.no_dags", {"folder": str(session.home.dags_folder)}))
    for failure in session.control.import_failures():
        click.echo(f"\n{_failure_text(failure)}", err=True)


@dags.command("list-import-errors", help=render(Text("cli.help_dags_list_import_errors")))
@output_option
@click.pass_obj
def list_import_errors(session: Session, output: str) -> int:
    """List the files that can't be imported; 1 if there are any."""
    failures = session.control.import_failures()
    if output == "table" and failures:
        click.echo("\n\n".join(map(_failure_text, failures)))
        return EXIT_FOUND
    rows: list[Record] = [
        {
            "bundle": failure.bundle,
            "file": failure.file,
            "line": failure.line,
            "error": render(failure.error),
            "traceback": failure.traceback or None,
            "at": failure.at,
        }
        for failure in failures
    ]
    show_records(rows, output=output, empty=Text("cli.no_import_errors"))
    return EXIT_FOUND if failures else 0


def _failure_text(failure: ImportFailure) -> str:
    where = failure.file if failure.line is None else f"{failure.file}:{failure.line}"
    return f"{click.style(where, fg='red', bold=True)}\n{render(failure.error)}"


@dags.command(help=render(Text("cli.help_dags_show")))
@click.argument("dag_id")
@output_option
@click.pass_obj
def show(session: Session, dag_id: str, output: str) -> None:
    """Show a dag: schedule, version, isolation, and its tasks in topological order."""
    summary = session.control.dag(dag_id)
    version, spec = summary.version, summary.version.spec
    reason = version.isolation_reason
    record: Record = {
        "dag_id": dag_id,
        "description": spec.description,
        "schedule": shown_schedule(spec),
        "timezone": spec.timezone,
        "start_date": spec.start_date,
        "end_date": spec.end_date,
        "catchup": spec.catchup,
        "paused": summary.dag.is_paused,
        "file": summary.dag.file,
        "version": version.number,
        "version_id": version.version_id,
        "isolation": version.isolation,
        "isolation_reason": render(reason) if reason else None,
        "max_active_runs": spec.max_active_runs,
        "max_active_tasks": spec.max_active_tasks,
        "tags": spec.tags,
        "owner": spec.owner,
    }
    tasks: list[Record] = [
        {
            "task_id": task.task_id,
            "operator": task.operator,
            "upstream": task.upstream,
            "trigger_rule": task.trigger_rule,
            "retries": task.retry.retries,
            "pool": task.pool,
            "reads": [asset.name for asset in task.inlets],
            "writes": [asset.name for asset in task.outlets],
        }
        for task in spec.tasks
    ]
    if output == "table":
        show_record(record, output=output)
        click.echo()
        show_records(tasks, output=output)
    else:
        show_record({**record, "tasks": tasks}, output=output)


@dags.command(help=render(Text("cli.help_dags_trigger")))
@click.argument("dag_id")
@click.option("--run-id", help=render(Text("cli.help_run_id")))
@click.option("--logical-date", metavar="DATE", help=render(Text("cli.help_logical_date")))
@click.option("--conf", metavar="JSON", help=render(Text("cli.help_conf")))
@click.option("--note", default="", help=render(Text("cli.help_note")))
@output_option
@click.pass_obj
def trigger(
    session: Session, dag_id: str, *, run_id: str | None, logical_date: str | None, conf: str | None, note: str,
    output: str,
) -> None:  # fmt: skip
    """Create a manual run."""
    zone = session.control.dag(dag_id).version.spec.timezone
    submitted = session.control.trigger(
        dag_id,
        run_id=run_id,
        logical_date=instant(logical_date, zone) if logical_date else None,
        conf=json_object(conf),
        note=note,
    )
    report(submitted, output=output, zone=zone)


@dags.command(help=render(Text("cli.help_dags_test")))
@click.argument("dag_id")
@click.argument("date", required=False)
@click.option("--conf", metavar="JSON", help=render(Text("cli.help_conf")))
@click.option("--task", "tasks", metavar="TASK_ID", multiple=True, help=render(Text("inprocess.help_task")))
@click.option("--pdb", is_flag=True, help=render(Text("inprocess.help_pdb")))
@click.pass_obj
def test(
    session: Session, dag_id: str, *, date: str | None, conf: str | None, tasks: tuple[str, ...], pdb: bool
) -> int:
    """Run a dag of the home's folder in this process, for one data interval; exit with 1 if the run fails."""
    from mulgil.inprocess import Console, Request, choose_dag, run_shown, surroundings_for
    from mulgil.system import SystemClock

    file = session.home.dags_folder / session.control.dag(dag_id).dag.file
    console = Console(SystemClock())
    surroundings = surroundings_for(home=session.home, watcher=console, debug=pdb)
    request = Request(at=date, conf=json_object(conf) or {}, tasks=tasks)
    return 0 if run_shown(choose_dag(file, dag_id), request, surroundings, console).succeeded else 1


@dags.command(help=render(Text("cli.help_dags_pause")))
@click.argument("dag_id")
@output_option
@click.pass_obj
def pause(session: Session, dag_id: str, output: str) -> None:
    """Stop scheduling a dag and starting its tasks."""
    report(session.control.set_paused(dag_id, is_paused=True), output=output)


@dags.command(help=render(Text("cli.help_dags_unpause")))
@click.argument("dag_id")
@output_option
@click.pass_obj
def unpause(session: Session, dag_id: str, output: str) -> None:
    """Let a dag schedule again."""
    report(session.control.set_paused(dag_id, is_paused=False), output=output)


def shown_schedule(spec: DagSpec) -> str:
    """Return a schedule in one word or two, as its author would write it."""
    return "-" if isinstance(spec.timetable, ManualTimetable) else schedule_text(spec.timetable, timezone=spec.timezone)
