"""`mulgil prove FILE`: is this pipeline idempotent and all-or-nothing? Tried out, on scratch targets."""

import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import click

from mulgil.cli.session import Session
from mulgil.config import environment
from mulgil.i18n import Text, render

_IMPORTED_AHEAD = (
    "duckdb",
    "jinja2",
    "pyarrow",
    "mulgil.connectors.duckdb.connection",
    "mulgil.connectors.duckdb.reshape",
    "mulgil.connectors.files",
    "mulgil.connectors.folder.connection",
    "mulgil.connectors.http",
    "mulgil.connectors.sqlite.connection",
    "mulgil.data.transform",
)


@click.command(help=render(Text("cli.help_prove")))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dag-id", metavar="DAG_ID", help=render(Text("cli.help_run_dag_id")))
@click.option("--date", metavar="DATE", help=render(Text("inprocess.help_date")))
@click.option("--from", "first", metavar="DATE", help=render(Text("inprocess.help_from")))
@click.option("--to", "last", metavar="DATE", help=render(Text("inprocess.help_to")))
@click.option("--connection", metavar="ID=TYPE:HOST", multiple=True, help=render(Text("inprocess.help_connection")))
@click.option("--variable", metavar="KEY=VALUE", multiple=True, help=render(Text("inprocess.help_variable")))
@click.option(
    "--output",
    "-o",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help=render(Text("cli.help_output")),
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help=render(Text("prove.help_report")))
@click.option("--quick", is_flag=True, help=render(Text("prove.help_quick")))
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help=render(Text("prove.help_keep")))
@click.pass_obj
def prove(
    session: Session, file: Path, *, dag_id: str | None, date: str | None, first: str | None, last: str | None,
    connection: tuple[str, ...], variable: tuple[str, ...], output: str, report: Path | None,
    quick: bool, keep: Path | None,
) -> int:  # fmt: skip
    """Prove a dag of a file; exit with 1 if anything was found."""
    from mulgil.inprocess import read_connections, read_pairs
    from mulgil.proving import Check, Prover, Subject, as_json, as_markdown, as_text, check_line
    from mulgil.system import SystemClock, SystemIds

    _import_ahead()
    is_live = sys.stderr.isatty()

    def told(check: Check) -> None:
        if output == "table":
            color = {"ok": "green", "failed": "red", "doubtful": "yellow"}.get(check.verdict.value)
            click.echo(("\r\x1b[2K" if is_live else "") + click.style(check_line(check), fg=color))

    def progressed(what: str, done: int, total: int) -> None:
        if is_live:
            code = "prove.progress_killed" if what == "killed" else "prove.progress_reference"
            click.echo("\r\x1b[2K" + render(Text(code, {"done": done, "total": total})), nl=False, err=True)

    scratch = _scratch(keep)
    try:
        subject = Subject(
            file=file.resolve(),
            dag_id=dag_id,
            home=session.home,
            scratch=scratch,
            connections=read_connections(connection),
            variables=read_pairs(variable),
        )
        prover = Prover(
            subject,
            clock=SystemClock(),
            ids=SystemIds(),
            told=told,
            progressed=progressed,
            at_once=environment.cpu_count(),
        )
        proof = prover.prove(at=date, first=first, last=last, quick=quick)
    finally:
        if keep is None:
            shutil.rmtree(scratch, ignore_errors=True)
    if report is not None:
        report.write_text(as_markdown(proof), encoding="utf-8")
    click.echo({"table": as_text, "json": as_json, "markdown": as_markdown}[output](proof))
    return 0 if proof.holds else 1


def _scratch(keep: Path | None) -> Path:
    from mulgil.proving import ProvingError

    if keep is None:
        return Path(tempfile.mkdtemp(prefix="mulgil-prove-"))
    keep.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise ProvingError("prove.keep_not_empty", folder=str(keep))
    return keep.resolve()


def _import_ahead() -> None:
    """Import what every leg needs before the first fork, so that none imports it again."""
    for module in _IMPORTED_AHEAD:
        import_module(module)
