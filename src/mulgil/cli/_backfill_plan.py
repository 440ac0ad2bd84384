"""A backfill's plan as people read it: what happens to which intervals, neighbours folded into ranges."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo

import click

from mulgil.cli._output import Record, show_record, show_records
from mulgil.i18n import Text, render
from mulgil.model import BackfillAction, DataInterval
from mulgil.ports import BackfillPlan, PlannedRun

_RANGES_SHOWN = 4
_TICK = timedelta(microseconds=1)
_WORDS = {
    BackfillAction.CREATE: Text("backfill.does_create"),
    BackfillAction.RERUN: Text("backfill.does_rerun"),
    BackfillAction.JOIN: Text("backfill.does_join"),
    BackfillAction.SKIP: Text("backfill.does_skip"),
}


def show_plan(plan: BackfillPlan, *, output: str, is_long: bool, is_error_stream: bool) -> None:
    """Print a plan: folded, a line per interval, or as data."""
    if output != "table":
        if not is_error_stream:
            show_record(_as_record(plan), output=output)
        return
    click.echo(_headline(plan))
    if is_long:
        show_records([_row(run, plan.timezone) for run in plan.runs], output=output)
    else:
        for line in _folded(plan):
            click.echo(line)
    for note in _notes(plan):
        click.echo(note)


def interval_label(start: datetime, zone: str | None) -> str:
    """Return an instant as the name of the interval that starts there: a date where that is enough."""
    if zone is None:
        return start.astimezone(UTC).isoformat().replace("+00:00", "Z")
    local = start.astimezone(_zone(zone))
    return local.date().isoformat() if local.time() == time() else local.isoformat(timespec="minutes")


def last_label(range_end: datetime, zone: str) -> str:
    """Return the last instant at which an interval of a range may start: a date where that is the whole day."""
    last = range_end - _TICK
    is_day = range_end.astimezone(_zone(zone)).time() == time()
    return last.astimezone(_zone(zone)).date().isoformat() if is_day else interval_label(last, zone)


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def _headline(plan: BackfillPlan) -> str:
    request = plan.request
    order = Text("backfill.in_reverse") if request.is_reverse else Text("backfill.in_order")
    fields: dict[str, str | int | float | bool | None] = {
        "dag_id": request.dag_id,
        "count": len(plan.runs),
        "zone": plan.timezone,
        "order": render(order),
        "max_active": plan.max_active,
    }
    head = click.style(render(Text("backfill.plan", fields)), bold=True)
    tasks = render(Text("backfill.plan_tasks", {"tasks": ", ".join(plan.tasks)})) if plan.tasks else ""
    return f"{head}\n{tasks}" if tasks else head


def _folded(plan: BackfillPlan) -> Iterable[str]:
    """Yield a line per thing that happens, for the same reason, with the intervals to which it does."""
    from rich.cells import cell_len

    groups: dict[tuple[BackfillAction, str], list[PlannedRun]] = {}
    for run in plan.runs:
        why = "" if run.reason is None else run.reason.code
        groups.setdefault((run.action, why), []).append(run)
    words = {action: render(text) for action, text in _WORDS.items()}
    width = max(map(cell_len, words.values()))
    for (action, _), runs in groups.items():
        word = words[action] + " " * (width - cell_len(words[action]))
        why = _why(runs)
        color = {BackfillAction.SKIP: "bright_black", BackfillAction.JOIN: "yellow"}.get(action, "green")
        yield f"  {click.style(word, fg=color)}  {len(runs):>5}  {_ranges(runs, plan.timezone)}{why}"


def _why(runs: Sequence[PlannedRun]) -> str:
    cleared = sum(run.cleared for run in runs)
    if cleared:
        return f"  ({render(Text('backfill.plan_cleared', {'count': cleared}))})"
    reason = runs[0].reason
    if reason is None:
        return ""
    same = all(run.reason == reason for run in runs)
    words = render(reason) if same else render(Text("backfill.plan_such_as", {"reason": render(reason)}))
    return f"  ({words})"


def _ranges(runs: Sequence[PlannedRun], zone: str) -> str:
    folded: list[list[DataInterval]] = []
    for run in sorted(runs, key=lambda run: run.data_interval):
        if folded and folded[-1][-1].end == run.data_interval.start:
            folded[-1].append(run.data_interval)
        else:
            folded.append([run.data_interval])
    names = [
        interval_label(span[0].start, zone)
        if len(span) == 1
        else f"{interval_label(span[0].start, zone)} … {interval_label(span[-1].start, zone)}"
        for span in folded
    ]
    shown = ", ".join(names[:_RANGES_SHOWN])
    return shown if len(names) <= _RANGES_SHOWN else f"{shown}, … (+{len(names) - _RANGES_SHOWN})"


def _notes(plan: BackfillPlan) -> Iterable[str]:
    dag_id = plan.request.dag_id
    if plan.unfinished:
        yield render(Text("backfill.plan_unfinished", {"count": plan.unfinished}))
    wanted = plan.request.max_active
    if wanted is not None and wanted > plan.max_active:
        yield render(Text("backfill.plan_limited", {"dag_id": dag_id, "limit": plan.max_active}))
    if all(run.action is BackfillAction.SKIP for run in plan.runs):
        yield render(Text("backfill.plan_empty"))
    elif plan.is_paused:
        yield click.style(render(Text("backfill.plan_paused", {"dag_id": dag_id})), fg="yellow")


def _row(run: PlannedRun, zone: str) -> Record:
    return {
        "interval": interval_label(run.data_interval.start, zone),
        "action": run.action,
        "run_id": run.run_id,
        "cleared": run.cleared or None,
        "reason": render(run.reason) if run.reason else None,
    }


def _as_record(plan: BackfillPlan) -> Record:
    return {
        "dag_id": plan.request.dag_id,
        "rerun": plan.request.rerun,
        "reverse": plan.request.is_reverse,
        "max_active": plan.max_active,
        "tasks": list(plan.tasks) or None,
        "is_paused": plan.is_paused,
        "unfinished": plan.unfinished,
        "intervals": [
            {
                "interval_start": run.data_interval.start,
                "interval_end": run.data_interval.end,
                "action": run.action,
                "run_id": run.run_id,
                "cleared": run.cleared,
                "reason": render(run.reason) if run.reason else None,
            }
            for run in plan.runs
        ],
    }
