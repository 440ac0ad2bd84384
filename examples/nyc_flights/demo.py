"""`make demo`: the main job on real data, and then its promise proven in front of you.

    1. `mulgil up` on a scratch home catches up on the days of range.toml.
    2. The totals are compared with those that plain Python computes (reference.py).
    3. Every day is run again: the tables must stay the same, row for row.
    4. A task is killed three times, while it stages, inside its publish, and between its commit and
       its report: the tables must stay the same again.

The exit code is 0 only if all of it held; the last line is a JSON object with what was seen.
"""

import argparse
import json
import sys
import tempfile
import time
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parent))

import reference
from stage import HERE, DemoError, Stage, flights_api
from tables import Digests, carrier_totals, digests, flight_count

# Where, in which task: named points of the write path (docs/concepts/writes.md).
KILLS = (
    ("K3", "raw_flights", "while it stages"),
    ("K6", "mart_carrier_daily", "inside its publish, before the commit"),
    ("K7", "carrier_daily", "after its commit, before its report"),
)
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 300

console = Console()


def main() -> int:
    """Run the demonstration; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="an empty folder to use and keep (default: a new one under /tmp)")
    options = parser.parse_args()
    home = options.home or Path(tempfile.mkdtemp(prefix="mulgil-demo-"))
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    days = tomllib.loads((HERE / "range.toml").read_text())
    try:
        with flights_api(home / "api.log") as url:
            facts = _demonstrate(Stage(home), url, first=days["first"], last=days["last"])
    except DemoError as error:
        console.print(f"[red bold]The demonstration failed.[/] {error}")
        return 1
    print(f"demo: {json.dumps(facts)}")
    return 0 if facts["tables_equal"] else 1


def _demonstrate(stage: Stage, url: str, *, first: date, last: date) -> dict[str, bool | int]:
    days = (last - first).days + 1
    stage.set_up(url)
    console.rule("[bold]1. Catching up")
    console.print(f"home: {stage.home}   days: {first} … {last}   source: {url} (answers 503, resets connections)")
    with stage.up():
        _watch(stage, days, "loading")
        first_tables = digests(stage)
        _show_summary(stage)
        totals_equal = _compare_with_reference(stage, first=first, last=last)

        console.rule("[bold]2. The same days again")
        for run in stage.runs():
            stage.mulgil("tasks", "clear", "nyc_flights", run["run_id"])
        _watch(stage, days, "loading again")
        again_equal = _say_equal(first_tables, digests(stage), "after running every day twice")

    console.rule("[bold]3. Killed three times")
    killed, killed_equal = _kill(stage, days, first_tables)
    _show_next(stage)
    return {
        "tables_equal": totals_equal and again_equal and killed_equal,
        "runs": len(stage.runs()),
        "tries_killed": killed,
        "rows_flights": flight_count(stage),
    }


def _kill(stage: Stage, days: int, expected: Digests) -> tuple[int, bool]:
    """Clear one day with a kill armed in three of its tasks; return how many died and whether all is the same."""
    markers = {point: stage.home / f"killed-{point}" for point, _, _ in KILLS}
    faults = ";".join(f"{point}:kill,task={task},once={markers[point]}" for point, task, _ in KILLS)
    with stage.up(faults=faults):
        run_id = stage.runs()[days // 2]["run_id"]
        before = {item["task_id"]: int(item["try"]) for item in stage.instances(run_id)}
        stage.mulgil("tasks", "clear", "nyc_flights", run_id)
        _watch(stage, days, f"loading {run_id} under fire")
        tries = {item["task_id"]: int(item["try"]) - before[item["task_id"]] for item in stage.instances(run_id)}
    for point, task, where in KILLS:
        died = markers[point].exists()
        console.print(
            f"  [bold]{task}[/] {'was killed' if died else 'was NOT killed'} {where}; tries it took: {tries[task]}"
        )
    killed = sum(marker.exists() for marker in markers.values())
    same = _say_equal(expected, digests(stage), "after three kills")
    return killed, same and killed == len(KILLS)


def _watch(stage: Stage, days: int, what: str) -> None:
    """Show progress until every day's run has succeeded.

    Raises:
        DemoError: A run failed, or nothing ended for too long.
    """
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task(what, total=days)
        while True:
            runs = stage.runs()
            failed = [run for run in runs if run["state"] == "failed"]
            if failed:
                raise DemoError(_explain(stage, str(failed[0]["run_id"])))
            done = sum(run["state"] == "success" for run in runs)
            progress.update(bar, completed=done)
            if done == days:
                return
            if time.monotonic() > deadline:
                raise DemoError(f"{done} of {days} runs ended in {PATIENCE_SECONDS} s; see {stage.home}/logs")
            time.sleep(POLL_SECONDS)


def _explain(stage: Stage, run_id: str) -> str:
    failed = [item for item in stage.instances(run_id) if item["state"] == "failed"]
    log = stage.mulgil("tasks", "logs", "nyc_flights", run_id, str(failed[0]["task_id"])) if failed else ""
    return f"Run {run_id} failed.\n{log[-3000:]}"


def _show_summary(stage: Stage) -> None:
    table = Table(title="mart.carrier_daily, all days", title_justify="left")
    for name in ("carrier", "name", "flights", "mean dep. delay (min)", "mean arr. delay (min)"):
        table.add_column(name, justify="left" if name in ("carrier", "name") else "right")
    for total in carrier_totals(stage):
        table.add_row(
            total.carrier, total.name, f"{total.flights:,}", _minutes(total.dep_delay), _minutes(total.arr_delay)
        )
    console.print(table)


def _minutes(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _compare_with_reference(stage: Stage, *, first: date, last: date) -> bool:
    expected: dict[str, Any] = reference.exported_totals(first=first, last=last).as_json()
    carriers = {total.carrier: total for total in carrier_totals(stage)}
    wanted = expected["carriers"]
    same = flight_count(stage) == expected["flights"] and carriers.keys() == wanted.keys()
    for carrier, total in carriers.items():
        group = wanted.get(carrier, {})
        same = same and total.flights == group["flights"]
        same = same and _close(total.dep_delay, group["mean_dep_delay"])
        same = same and _close(total.arr_delay, group["mean_arr_delay"])
    return _say(same, "the totals are those that plain Python computes from the source (reference.py)")


def _close(left: float | None, right: float | None) -> bool:
    return left == right if left is None or right is None else abs(left - right) < 1e-9


def _say_equal(expected: Digests, found: Digests, when: str) -> bool:
    same = _say(expected == found, f"{len(expected)} tables are the same, row for row, {when}")
    for name in expected.keys() | found.keys():
        if expected.get(name) != found.get(name):
            console.print(f"  [red]{name}: {expected.get(name)} became {found.get(name)}")
    return same


def _say(same: bool, what: str) -> bool:
    console.print(f"[{'green' if same else 'red'}]{'✓' if same else '✗ NOT TRUE:'} {what}")
    return same


def _show_next(stage: Stage) -> None:
    console.rule("[bold]Where it is, and what to try next")
    mulgil = Path(sys.executable).parent / "mulgil"
    console.print(
        f"warehouse: {stage.warehouse}\napp table: {stage.app}\nlogs:      {stage.home / 'logs'}\n", soft_wrap=True
    )
    for command in (
        "up",
        "dags show nyc_flights",
        "runs list nyc_flights",
        "tasks clear nyc_flights RUN_ID carrier_daily",
    ):
        console.print(f"  {mulgil} --home {stage.home} {command}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
