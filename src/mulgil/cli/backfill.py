"""`mulgil backfill …`. `mulgil backfill DAG_ID …` is short for `mulgil backfill create DAG_ID …`."""

import sys
from collections import Counter

import click

from mulgil.cli._backfill_follow import follow
from mulgil.cli._backfill_plan import interval_label, last_label, show_plan
from mulgil.cli._dates import day_end, instant, json_object
from mulgil.cli._output import Cell, Record, output_option, show_record, show_records
from mulgil.cli._runs import zones
from mulgil.cli._submit import report
from mulgil.cli.errors import ArgumentError
from mulgil.cli.session import Session
from mulgil.i18n import MulgilError, Text, render
from mulgil.messages import Applied, BackfillChange, Refused
from mulgil.model import Backfill, BackfillAction, BackfillRun, BackfillRunState, RerunPolicy
from mulgil.ports import BackfillPlan, BackfillRequest, StoredBackfill

_NOT_STARTED = 1
_number = click.argument("backfill_id", type=click.IntRange(min=1), metavar="ID")


class BackfillGroup(click.Group):
    """A group in which a dag's id may stand where a command does: it is created then."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `create` before what isn't a command."""
        asks_for_help = any(name in args[:1] for name in ctx.help_option_names)
        if args and not asks_for_help and args[0] not in self.commands:
            args = ["create", *args]
        return super().parse_args(ctx, args)


@click.group(cls=BackfillGroup, help=render(Text("backfill.help")))
def backfill() -> None:
    """Commands on backfills."""


@backfill.command(help=render(Text("backfill.help_create")))
@click.argument("dag_id")
@click.option("--from", "first", metavar="DATE", required=True, help=render(Text("backfill.help_from")))
@click.option("--to", "last", metavar="DATE", required=True, help=render(Text("backfill.help_to")))
@click.option("--reverse", is_flag=True, help=render(Text("backfill.help_reverse")))
@click.option("--max-active", type=click.IntRange(min=1), help=render(Text("backfill.help_max_active")))
@click.option(
    "--rerun",
    type=click.Choice([policy.value for policy in RerunPolicy]),
    default=RerunPolicy.FAILED.value,
    show_default=True,
    help=render(Text("backfill.help_rerun")),
)
@click.option("--task", "tasks", metavar="TASK_ID", multiple=True, help=render(Text("backfill.help_task")))
@click.option("--upstream", is_flag=True, help=render(Text("backfill.help_upstream")))
@click.option("--downstream", is_flag=True, help=render(Text("backfill.help_downstream")))
@click.option("--conf", metavar="JSON", help=render(Text("cli.help_conf")))
@click.option("--dry-run", is_flag=True, help=render(Text("backfill.help_dry_run")))
@click.option("--list", "is_long", is_flag=True, help=render(Text("backfill.help_list_intervals")))
@click.option("--yes", "-y", is_flag=True, help=render(Text("backfill.help_yes")))
@click.option("--detach", is_flag=True, help=render(Text("backfill.help_detach")))
@output_option
@click.pass_obj
def create(
    session: Session, dag_id: str, *, first: str, last: str, reverse: bool, max_active: int | None, rerun: str,
    tasks: tuple[str, ...], upstream: bool, downstream: bool, conf: str | None, dry_run: bool, is_long: bool,
    yes: bool, detach: bool, output: str,
) -> int:  # fmt: skip
    """Show what would run, run it, and stay until it is done."""
    zone = session.control.dag(dag_id).version.spec.timezone
    starts_at, ends_at = instant(first, zone), day_end(last, zone)
    if starts_at >= ends_at:
        raise ArgumentError("operations.backfill_range_inverted", first=first, last=last)
    request = BackfillRequest(
        dag_id=dag_id,
        range_start=starts_at,
        range_end=ends_at,
        is_reverse=reverse,
        max_active=max_active,
        rerun=RerunPolicy(rerun),
        tasks=tasks,
        upstream=upstream,
        downstream=downstream,
        conf=json_object(conf) or {},
    )
    plan = session.control.plan_backfill(request)
    show_plan(plan, output=output, is_long=is_long, is_error_stream=not dry_run and output != "table")
    if dry_run or _is_empty(plan):
        return 0
    if not yes and not _is_confirmed(output):
        click.echo(render(Text("backfill.not_started")), err=True)
        return _NOT_STARTED
    return _start(session, plan, detach=detach, output=output)


def _is_empty(plan: BackfillPlan) -> bool:
    return all(run.action is BackfillAction.SKIP for run in plan.runs)


def _is_confirmed(output: str) -> bool:
    """Ask for consent.

    Raises:
        ArgumentError: Nobody is there to be asked.
    """
    if output != "table" or not sys.stdin.isatty():
        raise ArgumentError("backfill.needs_yes")
    return click.confirm(render(Text("backfill.confirm")), default=False)


def _start(session: Session, plan: BackfillPlan, *, detach: bool, output: str) -> int:
    submitted = session.control.create_backfill(plan)
    match submitted.answer:
        case Refused(reason=reason):
            raise MulgilError.of(reason)
        case Applied(facts=facts):
            backfill_id = int(str(facts["backfill_id"]))
        case _:
            report(submitted, output=output)
            return 0
    if output != "table":
        report(submitted, output=output)
    else:
        click.echo(render(Text("backfill.started", {"backfill_id": backfill_id})))
    if detach or output != "table":
        return 0
    return follow(session.control, backfill_id)


@backfill.command("list", help=render(Text("backfill.help_list")))
@click.argument("dag_id", required=False)
@click.option(
    "--limit", type=click.IntRange(min=1), default=100, show_default=True, help=render(Text("cli.help_limit"))
)
@output_option
@click.pass_obj
def list_backfills(session: Session, *, dag_id: str | None, limit: int, output: str) -> None:
    """List backfills, newest first."""
    zone_of = zones(session.control, dag_id) if output == "table" else {}
    rows: list[Record] = [
        {
            "id": summary.backfill.backfill_id,
            "dag_id": summary.backfill.dag_id,
            "state": summary.backfill.state,
            **_range(summary.backfill, zone_of.get(summary.backfill.dag_id)),
            "intervals": {state: count for state, count in summary.run_counts.items() if count},
            "by": summary.backfill.created_by,
        }
        for summary in session.control.backfills(dag_id=dag_id, limit=limit)
    ]
    show_records(rows, output=output, empty=Text("backfill.none"))


@backfill.command(help=render(Text("backfill.help_show")))
@_number
@click.option("--list", "is_long", is_flag=True, help=render(Text("backfill.help_list_intervals")))
@click.option("--follow", "-f", "is_followed", is_flag=True, help=render(Text("backfill.help_follow")))
@output_option
@click.pass_obj
def show(session: Session, backfill_id: int, *, is_long: bool, is_followed: bool, output: str) -> int:
    """Show a backfill: how far it has come, what runs, and what failed and why."""
    stored = session.control.backfill(backfill_id)
    zone = zones(session.control, stored.backfill.dag_id).get(stored.backfill.dag_id) if output == "table" else None
    record = _backfill_row(stored, zone)
    if output != "table":
        show_record({**record, "intervals": [_run_row(run, zone) for run in stored.runs]}, output=output)
        return 0
    show_record(record, output=output)
    told = (BackfillRunState.RUNNING, BackfillRunState.FAILED)
    rows: list[Record] = [_run_row(run, zone) for run in stored.runs if is_long or run.state in told]
    if rows:
        click.echo()
        show_records(rows, output=output)
    return follow(session.control, backfill_id) if is_followed and not stored.backfill.state.is_finished else 0


def _range(found: Backfill, zone: str | None) -> Record:
    """Return a range as people write it, or where there is no zone to show it in, as it is."""
    if zone is None:
        return {"range_start": found.range_start, "range_end": found.range_end}
    return {"first": interval_label(found.range_start, zone), "last": last_label(found.range_end, zone)}


def _backfill_row(stored: StoredBackfill, zone: str | None) -> Record:
    found = stored.backfill
    counts: dict[str, Cell] = dict(sorted(Counter(run.state.value for run in stored.runs).items()))
    return {
        "id": found.backfill_id,
        "dag_id": found.dag_id,
        "state": found.state,
        **_range(found, zone),
        "reverse": found.is_reverse,
        "max_active": found.max_active,
        "rerun": found.rerun,
        "tasks": list(found.tasks) or None,
        "conf": found.conf or None,
        "counts": counts,
        "created_at": found.created_at,
        "ended_at": found.ended_at,
        "by": found.created_by,
    }


def _run_row(run: BackfillRun, zone: str | None) -> Record:
    started, ended = run.started_at, run.ended_at
    return {
        "interval": interval_label(run.data_interval.start, zone),
        "state": run.state,
        "action": run.action,
        "run_id": run.run_id,
        "duration": ended - started if started and ended else None,
        "reason": render(run.reason) if run.reason else None,
    }


def _change(session: Session, backfill_id: int, change: BackfillChange, output: str) -> None:
    report(session.control.change_backfill(backfill_id, change), output=output)


@backfill.command(help=render(Text("backfill.help_pause")))
@_number
@output_option
@click.pass_obj
def pause(session: Session, backfill_id: int, output: str) -> None:
    """Take up no further interval; what is under way goes on."""
    _change(session, backfill_id, BackfillChange.PAUSE, output)


@backfill.command(help=render(Text("backfill.help_resume")))
@_number
@output_option
@click.pass_obj
def resume(session: Session, backfill_id: int, output: str) -> None:
    """Go on with a paused backfill."""
    _change(session, backfill_id, BackfillChange.RESUME, output)


@backfill.command(help=render(Text("backfill.help_cancel")))
@_number
@output_option
@click.pass_obj
def cancel(session: Session, backfill_id: int, output: str) -> None:
    """End a backfill and the runs that it has under way."""
    _change(session, backfill_id, BackfillChange.CANCEL, output)
