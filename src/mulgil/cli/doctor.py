"""`mulgil doctor`: what of this installation doesn't work, and what to do about it."""

import platform
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mulgil.cli._output import Record, output_option, show_records
from mulgil.cli.session import Session
from mulgil.i18n import FieldValue, MulgilError, Text, render
from mulgil.ports import Clock

if TYPE_CHECKING:
    from mulgil.cli.checkup import DagFiles, Finding

    Findings = dict[str, list[Finding]]

# The exit code of a command that looks for trouble and finds some.
EXIT_FOUND = 1
_COLORS = {"ok": "green", "warn": "yellow", "fail": "red"}
_AREAS = {
    "installation": "doctor.area_installation",
    "home": "doctor.area_home",
    "clock": "doctor.area_clock",
    "connections": "doctor.area_connections",
    "dags": "doctor.area_dags",
}

_VERDICT_WIDTH = 4
# Two spaces, the verdict, two spaces, and two after the check's name.
_INDENT = 2 + _VERDICT_WIDTH + 2 + 2


@click.command(help=render(Text("cli.help_doctor")))
@output_option
@click.pass_obj
def doctor(session: Session, output: str) -> int:
    """Look at installation, home, clock, connections and dag files; 1 if anything fails. Nothing is changed."""
    findings = _look(session)
    if output == "table":
        _show(findings)
    else:
        show_records(list(_records(findings)), output=output)
    return EXIT_FOUND if _count(findings, "fail") else 0


def _look(session: Session) -> "Findings":
    from mulgil.cli.checkup import Verdict, check_clock, check_dag_files, check_home, check_installation
    from mulgil.system import SystemClock

    home, clock = session.home, SystemClock()
    # First, because it forks.
    dag_files = _dag_files(session, clock)
    findings = {"installation": list(check_installation(platform.python_version())), "home": list(check_home(home))}
    is_open = home.database_file.exists() and not any(one.verdict is Verdict.FAIL for one in findings["home"])
    newest = session.store.events(after=max(session.store.last_event() - 1, 0))[-1:] if is_open else ()
    folder = home.path if home.path.is_dir() else Path.cwd()
    findings["clock"] = list(check_clock(clock, folder, newest=newest[0] if newest else None))
    if is_open:
        findings["connections"] = _connections(session, clock)
    if home.path.is_dir():
        findings["dags"] = list(check_dag_files(home.dags_folder, dag_files))
    return findings


def _dag_files(session: Session, clock: Clock) -> "DagFiles | MulgilError | None":
    """Return how the dag files stand: as the DAG processor says, or as they are found now where none runs."""
    from mulgil.cli._home_lock import lock_holder
    from mulgil.cli.checkup import DagFiles, parse_dag_files
    from mulgil.config import DagfilesSettings, SettingsError, load_settings

    home = session.home
    if not home.dags_folder.is_dir():
        return None
    try:
        if lock_holder(home) is not None:
            dag_ids = tuple(summary.dag.dag_id for summary in session.control.dags())
            return DagFiles(dag_ids, session.control.import_failures())
        return parse_dag_files(home, load_settings(home).dagfiles, clock)
    except SettingsError:
        return parse_dag_files(home, DagfilesSettings(), clock)
    except MulgilError as error:
        return error


def _connections(session: Session, clock: Clock) -> list["Finding"]:
    from mulgil.cli.checkup import Finding, Verdict, check_connections

    try:
        stored = session.control.connections()
    except MulgilError as error:
        # Another key than the one that encrypted them.
        return [Finding("connections", Verdict.FAIL, error.text)]
    return list(check_connections(stored, lambda path: session.home.path / Path(path).expanduser(), clock))


def _show(findings: "Findings") -> None:
    """Print an area after another: a line a check, and below it what to do."""
    for area, found in findings.items():
        click.secho(render(Text(_AREAS[area])), bold=True)
        width = max(len(one.check) for one in found)
        for one in found:
            verdict = click.style(one.verdict.value.ljust(_VERDICT_WIDTH), fg=_COLORS[one.verdict.value])
            click.echo(f"  {verdict}  {one.check.ljust(width)}  {_indented(render(one.says), width)}")
            if one.remedy is not None:
                click.echo(f"{' ' * (_INDENT + width)}→ {_indented(render(one.remedy), width)}")
    counts: dict[str, FieldValue] = {name: _count(findings, name) for name in _COLORS}
    click.echo()
    click.secho(render(Text("doctor.summary", counts)), bold=True)


def _indented(words: str, width: int) -> str:
    return words.replace("\n", "\n" + " " * (_INDENT + width))


def _records(findings: "Findings") -> Iterator[Record]:
    for area, found in findings.items():
        for one in found:
            yield {
                "area": area,
                "check": one.check,
                "status": one.verdict,
                "finding": render(one.says),
                "remedy": None if one.remedy is None else render(one.remedy),
            }


def _count(findings: "Findings", verdict: str) -> int:
    return sum(one.verdict == verdict for found in findings.values() for one in found)
