"""The long-lived processes as commands: `mulgil scheduler`, `mulgil dag-processor`, `mulgil worker`.

`mulgil up` runs them for people; each can also be run alone. This module wires their adapters.
"""

import os
from collections.abc import Callable
from typing import TypeVar

import click

from mulgil.cli._home_lock import schedulers_lock
from mulgil.cli.session import Session, open_store
from mulgil.config import load_settings
from mulgil.i18n import Text, render

CommandT = TypeVar("CommandT", bound=Callable[..., object])


def _supervised(command: CommandT) -> CommandT:
    """Add the two descriptors that a supervisor passes; without them the process lives by itself."""
    ready = click.option("--ready-fd", type=int, hidden=True)
    life = click.option("--life-fd", type=int, hidden=True)
    return life(ready(command))


def _announcer(ready_fd: int | None) -> Callable[[], None]:
    def announce() -> None:
        if ready_fd is not None:
            os.write(ready_fd, b"ready\n")
            os.close(ready_fd)

    return announce


@click.command(help=render(Text("cli.help_scheduler")))
@_supervised
@click.pass_obj
def scheduler(session: Session, *, life_fd: int | None, ready_fd: int | None) -> None:
    """Run the scheduler until it is told to end."""
    from mulgil.scheduler import Surroundings, run_scheduler
    from mulgil.stores.sql import DoorbellListener
    from mulgil.system import SystemClock, SystemIds, SystemJitter

    settings = load_settings(session.home)
    store = open_store(session.home)
    with schedulers_lock(session.home):
        surroundings = Surroundings(
            store=store,
            bell=DoorbellListener(session.home),
            clock=SystemClock(),
            ids=SystemIds(),
            jitter=SystemJitter(),
        )
        run_scheduler(session.home, settings, surroundings, life_fd=life_fd, when_ready=_announcer(ready_fd))


@click.command("dag-processor", help=render(Text("cli.help_dag_processor")))
@_supervised
@click.pass_obj
def dag_processor(session: Session, *, life_fd: int | None, ready_fd: int | None) -> int:
    """Parse dag files and publish their versions until it is told to end."""
    from mulgil.dagfiles import run_dag_processor
    from mulgil.ports import DagFileStore, Doorbell
    from mulgil.system import SystemClock

    def connect() -> tuple[DagFileStore, Doorbell]:
        from mulgil.stores.sql import SocketDoorbell

        return open_store(session.home), SocketDoorbell(session.home)

    return run_dag_processor(
        session.home,
        load_settings(session.home),
        connect=connect,
        clock=SystemClock(),
        life_fd=life_fd,
        when_ready=_announcer(ready_fd),
    )


@click.command(help=render(Text("cli.help_worker")))
@_supervised
@click.pass_obj
def worker(session: Session, *, life_fd: int | None, ready_fd: int | None) -> None:
    """Run tasks until it is told to end."""
    from mulgil.worker.start import run_worker

    run_worker(session.home, load_settings(session.home), life_fd=life_fd, when_ready=_announcer(ready_fd))
