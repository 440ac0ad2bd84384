"""`mulgil runs …`."""

import json

import click

from mulgil.cli._output import Record, output_option, show_record, show_records
from mulgil.cli._runs import in_zone, named_run, zones
from mulgil.cli._submit import report
from mulgil.cli.session import Session
from mulgil.i18n import Text, render
from mulgil.model import DagRun, DagRunState, TaskInstance


@click.group(help=render(Text("cli.help_runs")))
def runs() -> None:
    """Commands on dag runs."""


@runs.command("list", help=render(Text("cli.help_runs_list")))
@click.argument("dag_id", required=False)
@click.option(
    "--state", type=click.Choice([state.value for state in DagRunState]), help=render(Text("cli.help_run_state"))
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=100, show_default=True, help=render(Text("cli.help_limit"))
)
@output_option
@click.pass_obj
def list_runs(session: Session, *, dag_id: str | None, state: str | None, limit: int, output: str) -> None:
    """List runs, newest interval first."""
    if dag_id is not None:
        session.control.dag(dag_id)
    found = session.control.runs(dag_id=dag_id, state=DagRunState(state) if state else None, limit=limit)
    waiting = session.control.explain_queue(found)
    zone_of = zones(session.control, dag_id) if output == "table" else {}
    rows: list[Record] = [
        {
            **_run_row(run, zone=zone_of.get(run.dag_id)),
            **_why(run.reason, waiting.get((run.dag_id, run.run_id))),
        }
        for run in found
    ]
    if dag_id is not None and output == "table":
        rows = [{name: value for name, value in row.items() if name != "dag_id"} for row in rows]
    show_records(rows, output=output, empty=Text("cli.no_runs"))


@runs.command(help=render(Text("cli.help_runs_show")))
@click.argument("dag_id")
@click.argument("run_id")
@output_option
@click.pass_obj
def show(session: Session, dag_id: str, run_id: str, output: str) -> None:
    """Show a run, its task instances and what they committed."""
    control = session.control
    run_id = named_run(control, dag_id, run_id)
    run = control.run(dag_id, run_id)
    why = control.explain(dag_id, run_id)
    record: Record = {
        **_run_row(run, zone=zones(control, dag_id).get(dag_id) if output == "table" else None),
        "run_uid": run.run_uid,
        "version_id": run.version_id,
        "conf": run.conf if output != "table" else json.dumps(run.conf, ensure_ascii=False) if run.conf else None,
        "triggered_by": run.triggered_by or None,
        **_why(run.reason, why.run),
        "note": run.note or None,
    }
    instances: list[Record] = [
        instance_row(instance, waits_for=why.instances.get(instance.key))
        for instance in control.task_instances(dag_id, run_id)
    ]
    commits: list[Record] = [
        {
            "task_id": item.task_id,
            "table": item.commit.table_name,
            "scope": item.commit.scope,
            "rows": item.commit.rows,
            "fence": item.commit.fence,
            "committed_at": item.commit.committed_at,
        }
        for item in control.asset_commits(dag_id, run_id)
    ]
    if output != "table":
        show_record({**record, "task_instances": instances, "commits": commits}, output=output)
        return
    show_record(record, output=output)
    click.echo()
    show_records(instances, output=output)
    if commits:
        click.echo()
        show_records(commits, output=output)


@runs.command(help=render(Text("cli.help_runs_cancel")))
@click.argument("dag_id")
@click.argument("run_id")
@output_option
@click.pass_obj
def cancel(session: Session, dag_id: str, run_id: str, output: str) -> None:
    """End a run."""
    report(session.control.cancel(dag_id, named_run(session.control, dag_id, run_id)), output=output)


def _run_row(run: DagRun, *, zone: str | None) -> Record:
    return {
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "type": run.run_type,
        "state": run.state,
        "interval_start": in_zone(run.data_interval.start, zone),
        "interval_end": in_zone(run.data_interval.end, zone),
        "started_at": run.started_at,
        "duration": run.ended_at - run.started_at if run.started_at and run.ended_at else None,
    }


def _why(stored: Text | None, waits_for: Text | None) -> Record:
    """Return the reason as it is now: what something waits for says more than how it came to wait."""
    reason = waits_for or stored
    return {"reason": render(reason) if reason else None}


def instance_row(instance: TaskInstance, *, waits_for: Text | None) -> Record:
    """Return a task instance as a line of a list."""
    started, ended = instance.started_at, instance.ended_at
    return {
        "task_id": instance.task_id,
        "map_index": instance.map_index if instance.map_index >= 0 else None,
        "state": instance.state,
        "try": instance.try_number,
        "max_tries": instance.max_tries,
        "started_at": started,
        "duration": ended - started if started and ended else None,
        **_why(instance.reason, waits_for),
    }
