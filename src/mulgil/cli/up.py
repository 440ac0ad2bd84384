"""`mulgil up`: everything on one machine, by one command."""

import signal
import sys
from pathlib import Path

import click

from mulgil.cli._home_lock import home_lock
from mulgil.cli.errors import CliError
from mulgil.cli.session import Session, make_home, shown
from mulgil.cli.supervisor import ChildSpec, Listener, Supervisor
from mulgil.config import Home
from mulgil.i18n import Text, render

LOG_TAIL_LINES = 15


@click.command(help=render(Text("cli.help_up")))
@click.pass_obj
def up(session: Session) -> int:
    """Start scheduler, DAG processor and worker daemon; stay until Ctrl-C."""
    from mulgil.config import load_settings
    from mulgil.system import SystemClock

    home, clock = session.home, SystemClock()
    began = clock.monotonic()
    is_new = not home.database_file.exists()
    make_home(home)
    with home_lock(home):
        settings = load_settings(home)
        _prepare_database(home, is_new=is_new)
        click.echo(render(Text("cli.up_starting", {"home": shown(home.path)})))
        supervisor = Supervisor(
            _children(home, stop_grace=settings.worker.kill_grace_seconds + 5.0),
            clock,
            Listener(
                ready=lambda: _say_ready(home, clock.monotonic() - began, is_new=is_new),
                died=_say_died,
                stopping=lambda: click.echo(render(Text("cli.up_stopping"))),
            ),
        )
        given_up = supervisor.run()
    if given_up is not None:
        raise _start_error(home, given_up)
    click.echo(render(Text("cli.up_stopped")))
    return 0


def _children(home: Home, *, stop_grace: float) -> tuple[ChildSpec, ...]:
    """The processes, in start order; they end in reverse, so that the scheduler hears the last reports."""

    def child(name: str, **grace: float) -> ChildSpec:
        command = (sys.executable, "-m", "mulgil.cli.main", "--home", str(home.path), name)
        return ChildSpec(name, command, home.logs_folder / "system" / f"{name}.log", **grace)

    return (child("scheduler"), child("dag-processor"), child("worker", stop_grace_seconds=stop_grace))


def _prepare_database(home: Home, *, is_new: bool) -> None:
    """Create a new home's database; refuse one of another version before anything starts."""
    from mulgil.stores.sql import check_schema, upgrade

    if is_new:
        upgrade(home.database_file)
    check_schema(home.database_file)


def _say_ready(home: Home, seconds: float, *, is_new: bool) -> None:
    click.echo(click.style(render(Text("cli.up_ready", {"seconds": f"{seconds:.1f}"})), fg="green", bold=True))
    click.echo(render(Text("cli.up_where", {"dags": shown(home.dags_folder), "logs": shown(home.logs_folder)})))
    if is_new:
        click.echo(render(Text("cli.up_first_steps", {"dags": shown(home.dags_folder)})))


def _say_died(name: str, status: int, delay: float) -> None:
    how = signal.Signals(-status).name if status < 0 else str(status)
    fields: dict[str, str | int | float | bool | None] = {"name": name, "how": how, "delay": f"{delay:g}"}
    click.echo(render(Text("cli.child_died", fields)), err=True)


def _start_error(home: Home, name: str) -> CliError:
    log = home.logs_folder / "system" / f"{name}.log"
    return CliError("cli.child_never_ready", name=name, log=shown(log), tail=_tail(log))


def _tail(file: Path) -> str:
    lines = file.read_text(errors="replace").splitlines() if file.exists() else []
    return "\n".join(lines[-LOG_TAIL_LINES:])
