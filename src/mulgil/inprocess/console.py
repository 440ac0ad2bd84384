"""How a run without a server looks in a terminal: a prefix for each task, a bar, a summary.

What tasks say and the bar go to standard error, the summary to standard output. Without a terminal there
are no colours and no bar.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TextIO
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from mulgil.config import environment
from mulgil.i18n import Text, render
from mulgil.inprocess.result import Result, RunResult
from mulgil.logstores import LogLine
from mulgil.messages import Assignment
from mulgil.model import (
    UNMAPPED,
    DagRun,
    DagRunChanged,
    DagSpec,
    Event,
    TaskInstance,
    TaskInstanceChanged,
    TaskInstanceState,
    TaskKey,
)
from mulgil.ports import Clock

_COLORS = (36, 35, 34, 33, 96, 95, 94, 93)
_STATE_COLORS = {"success": 32, "failed": 31, "upstream_failed": 33, "up_for_retry": 33, "skipped": 35}
_LEVEL_COLORS = {"error": 31, "critical": 31, "warning": 33}
_RED, _GREEN, _DIM, _BOLD = 31, 32, 2, 1
_LONGEST_LABEL = 28
_BAR_CELLS = 24
_CLEAR = "\r\x1b[2K"
_SHOWN_RUNS = 40
_SHOWN_FAILURES = 5
_TOLD_STATES = (TaskInstanceState.UP_FOR_RETRY, TaskInstanceState.FAILED, TaskInstanceState.SKIPPED)
_TASK_COLUMNS = (
    "inprocess.column_task",
    "inprocess.column_state",
    "inprocess.column_tries",
    "inprocess.column_took",
    "inprocess.column_rows",
)
_RUN_COLUMNS = ("inprocess.column_run", "inprocess.column_state", "inprocess.column_tasks", *_TASK_COLUMNS[3:])


class Console:
    """A `Watcher` that prints; `summarize` prints the end."""

    def __init__(self, clock: Clock, *, out: TextIO | None = None, err: TextIO | None = None) -> None:
        """Print to the process's streams, or to these."""
        self._out = sys.stdout if out is None else out
        self._err = sys.stderr if err is None else err
        self._clock = clock
        self._began = clock.monotonic()
        is_colorful = environment.allows_color()
        self._colors_out = is_colorful and self._out.isatty()
        self._colors_err = is_colorful and self._err.isatty()
        self._has_bar = self._err.isatty()
        self._is_bar_up = False
        self._bar = ""
        # Task instances whose error was shown where it was raised.
        self._explained: set[tuple[str, TaskKey]] = set()
        # What was said of one task needn't be said of the next.
        self._told_errors: set[str] = set()
        self._task_colors: dict[str, int] = {}
        self._zone: ZoneInfo | None = None
        self._runs: dict[str, DagRun] = {}
        self._width = 0
        self._total = self._done = 0
        self._doing = ""

    # What happens.

    def begun(self, spec: DagSpec, runs: Sequence[DagRun], *, total: int) -> None:
        """Learn what there will be."""
        self._zone = ZoneInfo(spec.timezone)
        self._runs.update((run.run_id, run) for run in runs)
        self._total += total
        for number, task in enumerate(spec.tasks):
            self._task_colors[task.task_id] = _COLORS[number % len(_COLORS)]
        self._width = min(_LONGEST_LABEL, max((_cells(task.task_id) for task in spec.tasks), default=0))

    def started(self, assignment: Assignment) -> None:
        """Show what is being done."""
        self._doing = self._label(assignment.instance)
        self._draw_bar()

    def line(self, assignment: Assignment, line: LogLine) -> None:
        """Print a line of a task behind its prefix."""
        body = render(line.text) if line.text else line.msg
        if line.text and line.level == "error":
            self._explained.add((assignment.instance.run_id, assignment.instance.key))
            if body in self._told_errors and not line.trace:
                return
            self._told_errors.add(body)
        if line.level:
            color = _LEVEL_COLORS.get(line.level)
            body = f"{_paint(line.level, color, self._colors_err)} {body}" if line.level != "info" else body
        self._say(assignment.instance, body)
        if line.trace:
            self._say(assignment.instance, line.trace.rstrip("\n"))

    def progressed(self, assignment: Assignment, rows: int, total: int | None) -> None:
        """Show a task's progress beside the bar."""
        of = f"/{total:,}" if total else ""
        self._doing = f"{self._label(assignment.instance)} {rows:,}{of}"
        self._draw_bar()

    def changed(self, event: Event) -> None:
        """Count what has ended; tell retries, failures and ends of runs."""
        match event.payload:
            case TaskInstanceChanged(previous=previous, state=state, reason=reason):
                self._done += int(state.is_finished) - int(previous.is_finished)
                if state in _TOLD_STATES and event.run_id is not None and event.task_id is not None:
                    index = UNMAPPED if event.map_index is None else event.map_index
                    instance = TaskInstance(
                        dag_id=event.dag_id or "", run_id=event.run_id, task_id=event.task_id, map_index=index
                    )
                    told = _paint(state.value, _STATE_COLORS.get(state.value), self._colors_err)
                    is_told = state is TaskInstanceState.FAILED and (event.run_id, instance.key) in self._explained
                    self._say(instance, f"{told}: {render(reason)}" if reason and not is_told else told)
            case DagRunChanged(state=state) if state.is_finished and len(self._runs) > 1:
                told = _paint(state.value, _STATE_COLORS.get(state.value), self._colors_err)
                self._print(f"{self._run_label(event.run_id or '')} {told}")
            case _:
                pass
        self._draw_bar()

    def waiting(self, until: datetime, seconds: float, *, is_skipped: bool) -> None:
        """Tell what is waited for."""
        code = "inprocess.wait_skipped" if is_skipped else "inprocess.waiting"
        told = render(Text(code, {"seconds": f"{seconds:g}"}))
        self._print(_paint(told, _DIM, self._colors_err))

    def close(self) -> None:
        """Take the bar away."""
        if self._is_bar_up:
            self._err.write(_CLEAR)
            self._err.flush()
            self._is_bar_up = False
        self._has_bar = False

    # The end.

    def summarize(self, result: Result) -> None:
        """Print the table at the end."""
        self.close()
        rows = list(self._task_rows(result.runs[0]) if len(result.runs) == 1 else self._run_rows(result.runs))
        self._print_table(rows)
        for why, places in self._failures(result.runs).items():
            more = f", … (+{len(places) - _SHOWN_FAILURES})" if len(places) > _SHOWN_FAILURES else ""
            where = ", ".join(places[:_SHOWN_FAILURES]) + more
            self._out.write(f"{_paint(where, _RED, self._colors_out)}: {why}\n")
        for where, why in result.why_standstill.items():
            self._out.write(f"{_paint(where, _RED, self._colors_out)}: {why}\n")
        seconds = f"{self._clock.monotonic() - self._began:.2f}"
        good = sum(run.state.value == "success" for run in result.runs)
        code = "inprocess.all_good" if result.succeeded else "inprocess.not_all_good"
        told = render(Text(code, {"good": good, "runs": len(result.runs), "seconds": seconds}))
        self._out.write(_paint(told, _GREEN if result.succeeded else _RED, self._colors_out) + "\n")
        self._out.flush()

    def _failures(self, runs: Sequence[RunResult]) -> dict[str, list[str]]:
        """Return every distinct error with the task instances that failed by it."""
        found: dict[str, list[str]] = {}
        for run in runs:
            for instance in run.instances:
                if instance.state is TaskInstanceState.FAILED and instance.reason is not None:
                    where = f"{self._run_prefix(run.run_id)}{_instance_label(instance)}"
                    found.setdefault(render(instance.reason), []).append(where.strip())
        return found

    def _task_rows(self, run: RunResult) -> Iterator[tuple[str, ...]]:
        yield _titles(*_TASK_COLUMNS)
        seconds: dict[TaskKey, float] = {}
        for attempt in run.attempts:
            key = TaskKey(attempt.task_id, attempt.map_index)
            seconds[key] = seconds.get(key, 0.0) + _seconds(attempt.started_at, attempt.ended_at)
        written: dict[tuple[str, int], int] = {}
        for commit in run.commits:
            place = commit.task_id, commit.map_index
            written[place] = written.get(place, 0) + commit.commit.rows
        for instance in run.instances:
            rows = written.get((instance.task_id, instance.map_index))
            yield (
                _instance_label(instance),
                instance.state.value,
                str(instance.try_number),
                f"{seconds[instance.key]:.2f}s" if instance.key in seconds else "",
                "" if rows is None else f"{rows:,}",
            )

    def _run_rows(self, runs: Sequence[RunResult]) -> Iterator[tuple[str, ...]]:
        yield _titles(*_RUN_COLUMNS)
        shown = runs if len(runs) <= _SHOWN_RUNS else [run for run in runs if run.state.value != "success"]
        for run in shown:
            good = sum(instance.state is TaskInstanceState.SUCCESS for instance in run.instances)
            yield (
                self._run_label(run.run_id),
                run.state.value,
                f"{good}/{len(run.instances)}",
                f"{sum((_seconds(one.started_at, one.ended_at) for one in run.attempts), 0.0):.2f}s",
                f"{sum(commit.commit.rows for commit in run.commits):,}",
            )

    def _print_table(self, rows: Sequence[tuple[str, ...]]) -> None:
        widths = [max(_cells(row[column]) for row in rows) for column in range(len(rows[0]))]
        for number, row in enumerate(rows):
            cells = [f"{cell}{' ' * (width - _cells(cell))}" for cell, width in zip(row, widths, strict=True)]
            if number == 0:
                line = _paint("  ".join(cells), _BOLD, self._colors_out)
            else:
                cells[1] = _paint(cells[1], _STATE_COLORS.get(row[1]), self._colors_out)
                line = "  ".join(cells)
            self._out.write(line.rstrip() + "\n")

    # Lines.

    def _say(self, instance: TaskInstance, text: str) -> None:
        label = _instance_label(instance)
        padded = f"{label}{' ' * (self._width - _cells(label))}"
        color = self._task_colors.get(instance.task_id)
        prefix = f"{self._run_prefix(instance.run_id)}{padded}"
        head = f"{_paint(prefix, color, self._colors_err)} {_paint('│', _DIM, self._colors_err)}"
        self._print("\n".join(f"{head} {line}" for line in text.split("\n")))

    def _print(self, text: str) -> None:
        if self._is_bar_up:
            self._err.write(_CLEAR)
            self._is_bar_up = False
        self._err.write(text + "\n")
        self._draw_bar()
        self._err.flush()

    def _draw_bar(self) -> None:
        if not self._has_bar or not self._total:
            return
        filled = _BAR_CELLS * self._done // self._total
        bar = _paint("━" * filled, _GREEN, self._colors_err) + _paint(
            "─" * (_BAR_CELLS - filled), _DIM, self._colors_err
        )
        seconds = int(self._clock.monotonic() - self._began)
        shown = f"{bar} {self._done}/{self._total}  {seconds // 60:02}:{seconds % 60:02}  {self._doing[:60]}"
        if self._is_bar_up and shown == self._bar:
            return
        self._bar = shown
        self._err.write(_CLEAR + shown)
        self._err.flush()
        self._is_bar_up = True

    def _label(self, instance: TaskInstance) -> str:
        return f"{self._run_prefix(instance.run_id)}{_instance_label(instance)}"

    def _run_prefix(self, run_id: str) -> str:
        return f"{self._run_label(run_id)} " if len(self._runs) > 1 else ""

    def _run_label(self, run_id: str) -> str:
        """Return a run's date in the dag's zone; with the time where that isn't midnight."""
        run = self._runs.get(run_id)
        if run is None:
            return run_id
        local = run.logical_date.astimezone(self._zone)
        is_midnight = (local.hour, local.minute, local.second) == (0, 0, 0)
        return f"{local:%Y-%m-%d}" if is_midnight else f"{local:%Y-%m-%d %H:%M}"


def _titles(*codes: str) -> tuple[str, ...]:
    return tuple(render(Text(code)) for code in codes)


def _instance_label(instance: TaskInstance) -> str:
    return instance.task_id if instance.map_index == UNMAPPED else f"{instance.task_id}[{instance.map_index}]"


def _seconds(start: datetime | None, end: datetime | None) -> float:
    return 0.0 if start is None or end is None else (end - start) / timedelta(seconds=1)


def _cells(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _paint(text: str, color: int | None, is_colorful: bool) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if is_colorful and color is not None else text
