"""`mulgil pools …`."""

import click

from mulgil.cli._output import Record, output_option, show_records
from mulgil.cli.session import Session
from mulgil.i18n import Text, render
from mulgil.model import Pool


@click.group(help=render(Text("cli.help_pools")))
def pools() -> None:
    """Commands on pools."""


@pools.command("list", help=render(Text("cli.help_pools_list")))
@output_option
@click.pass_obj
def list_pools(session: Session, output: str) -> None:
    """List pools."""
    rows: list[Record] = [
        {"name": pool.name, "slots": pool.slots, "description": pool.description} for pool in session.control.pools()
    ]
    show_records(rows, output=output)


@pools.command("set", help=render(Text("cli.help_pools_set")))
@click.argument("name")
@click.argument("slots", type=click.IntRange(min=-1))
@click.option("--description", default="", help=render(Text("cli.help_description")))
@click.pass_obj
def set_pool(session: Session, name: str, slots: int, description: str) -> None:
    """Create or change a pool; -1 slots = no limit."""
    session.control.put_pool(Pool(name=name, slots=slots, description=description))
    click.echo(render(Text("cli.saved", {"name": name})))


@pools.command(help=render(Text("cli.help_pools_delete")))
@click.argument("name")
@click.pass_obj
def delete(session: Session, name: str) -> None:
    """Delete a pool."""
    session.control.delete_pool(name)
    click.echo(render(Text("cli.deleted", {"name": name})))
