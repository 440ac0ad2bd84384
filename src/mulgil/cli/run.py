"""`mulgil run FILE`: a dag file without a server, in this process."""

from pathlib import Path

import click

from mulgil.cli.session import Session
from mulgil.i18n import Text, render


@click.command(help=render(Text("cli.help_run")))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dag-id", metavar="DAG_ID", help=render(Text("cli.help_run_dag_id")))
@click.option("--date", metavar="DATE", help=render(Text("inprocess.help_date")))
@click.option("--from", "first", metavar="DATE", help=render(Text("inprocess.help_from")))
@click.option("--to", "last", metavar="DATE", help=render(Text("inprocess.help_to")))
@click.option("--conf", metavar="JSON", help=render(Text("inprocess.help_conf")))
@click.option("--task", "tasks", metavar="TASK_ID", multiple=True, help=render(Text("inprocess.help_task")))
@click.option("--connection", metavar="ID=TYPE:HOST", multiple=True, help=render(Text("inprocess.help_connection")))
@click.option("--variable", metavar="KEY=VALUE", multiple=True, help=render(Text("inprocess.help_variable")))
@click.option("--wait", is_flag=True, help=render(Text("inprocess.help_wait")))
@click.option("--pdb", is_flag=True, help=render(Text("inprocess.help_pdb")))
@click.pass_obj
def run(
    session: Session, file: Path, *, dag_id: str | None, date: str | None, first: str | None, last: str | None,
    conf: str | None, tasks: tuple[str, ...], connection: tuple[str, ...], variable: tuple[str, ...], wait: bool,
    pdb: bool,
) -> int:  # fmt: skip
    """Run a dag of a file for one data interval or a range; exit with 1 if a run fails."""
    from mulgil.inprocess import (
        Console,
        Request,
        choose_dag,
        read_conf,
        read_connections,
        read_pairs,
        run_shown,
        surroundings_for,
    )
    from mulgil.system import SystemClock

    console = Console(SystemClock())
    surroundings = surroundings_for(
        home=session.home,
        connections=read_connections(connection),
        variables=read_pairs(variable),
        waits_for_retries=wait,
        watcher=console,
        debug=pdb,
    )
    request = Request(at=date, first=first, last=last, conf=read_conf(conf), tasks=tasks)
    return 0 if run_shown(choose_dag(file, dag_id), request, surroundings, console).succeeded else 1
