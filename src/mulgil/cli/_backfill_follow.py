"""Watching a backfill until it ends: a bar on a terminal, a line now and then elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event

import click

from mulgil.cli._output import Record, show_records
from mulgil.cli._table import cell_text
from mulgil.i18n import Text, render
from mulgil.model import BackfillRunState, BackfillState
from mulgil.operations import BackfillProgress, progress_of
from mulgil.ports import Control, StoredBackfill
from mulgil.system import SystemClock

POLL_SECONDS = 0.3
# Without a terminal a line is printed no more often than this.
LINE_SECONDS = 5.0
_FAILURES_SHOWN = 10
_INTERRUPTED = 130

Tell = Callable[[BackfillProgress, str], None]


def follow(control: Control, backfill_id: int) -> int:
    """Show a backfill's progress until it ends; return the exit code. Ctrl-C leaves it running."""
    clock, pause = SystemClock(), Event()
    dag_id = control.backfill(backfill_id).backfill.dag_id
    limit = control.dag(dag_id).version.spec.max_active_runs
    try:
        with _display(backfill_id) as tell:
            while True:
                stored = control.backfill(backfill_id)
                at_once = min(stored.backfill.max_active, limit)
                progress = progress_of(stored, clock.now(), max_active=at_once)
                tell(progress, _words(stored, progress))
                if stored.backfill.state.is_finished:
                    break
                pause.wait(POLL_SECONDS)
    except KeyboardInterrupt:
        click.echo(render(Text("backfill.goes_on", {"backfill_id": backfill_id})), err=True)
        return _INTERRUPTED
    _say_end(stored, progress)
    return 0 if stored.backfill.state is BackfillState.SUCCESS else 1


@contextmanager
def _display(backfill_id: int) -> Iterator[Tell]:
    if not sys.stdout.isatty():
        yield _LinePrinter().tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[words]}"),
    )
    with Progress(*columns, console=Console(file=sys.stdout), refresh_per_second=5) as bar:
        name = render(Text("backfill.bar", {"backfill_id": backfill_id}))
        task = bar.add_task(name, total=None, words="")

        def tell(progress: BackfillProgress, words: str) -> None:
            bar.update(task, total=progress.total, completed=progress.done, words=words)

        yield tell


class _LinePrinter:
    """Prints where something has changed, not too often."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._said_at = self._clock.monotonic() - LINE_SECONDS
        self._said = ""

    def tell(self, progress: BackfillProgress, words: str) -> None:
        """Print a line if it says anything new and the last one is some time ago."""
        line = f"{progress.done}/{progress.total}  {words}"
        if line != self._said and self._clock.monotonic() - self._said_at >= LINE_SECONDS:
            click.echo(line)
            self._said, self._said_at = line, self._clock.monotonic()


def _words(stored: StoredBackfill, progress: BackfillProgress) -> str:
    """Return what a bar can't show."""
    parts = [render(Text("backfill.n_running", {"count": progress.running}))]
    if progress.failed:
        parts.append(render(Text("backfill.n_failed", {"count": progress.failed})))
    if progress.skipped:
        parts.append(render(Text("backfill.n_skipped", {"count": progress.skipped})))
    if stored.backfill.state in (BackfillState.PAUSED, BackfillState.CANCELLING):
        parts.append(stored.backfill.state.value)
    elif progress.remaining is not None and progress.done < progress.total:
        parts.append(render(Text("backfill.time_left", {"time": _rounded(progress.remaining)})))
    return ", ".join(parts)


def _rounded(left: timedelta) -> str:
    """Return a time that is only guessed: no less than a second, and no fractions of one."""
    seconds = max(round(left.total_seconds()), 1)
    return f"{seconds}s" if seconds < 60 else cell_text(timedelta(seconds=seconds))


def _say_end(stored: StoredBackfill, progress: BackfillProgress) -> None:
    found = stored.backfill
    took = found.ended_at - found.created_at if found.ended_at else timedelta(0)
    fields: dict[str, str | int | float | bool | None] = {
        "backfill_id": found.backfill_id,
        "state": found.state.value,
        "succeeded": progress.succeeded,
        "failed": progress.failed,
        "skipped": progress.skipped,
        "cancelled": progress.cancelled,
        "time": cell_text(took),
    }
    color = "green" if found.state is BackfillState.SUCCESS else "red"
    click.echo(click.style(render(Text("backfill.ended", fields)), fg=color))
    failed = [run for run in stored.runs if run.state is BackfillRunState.FAILED]
    rows: list[Record] = [
        {"run_id": run.run_id, "reason": render(run.reason) if run.reason else None} for run in failed[:_FAILURES_SHOWN]
    ]
    if rows:
        show_records(rows, output="table")
        click.echo(render(Text("backfill.run_failed_again", {"dag_id": found.dag_id})))
