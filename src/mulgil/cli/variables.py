"""`mulgil variables …`."""

import click

from mulgil.cli._output import Record, output_option, show_records
from mulgil.cli.errors import ArgumentError
from mulgil.cli.session import Session, ensure_home
from mulgil.i18n import Text, render
from mulgil.model import Variable


@click.group(help=render(Text("cli.help_variables")))
def variables() -> None:
    """Commands on variables."""


@variables.command("list", help=render(Text("cli.help_variables_list")))
@output_option
@click.pass_obj
def list_variables(session: Session, output: str) -> None:
    """List variables without their values."""
    rows: list[Record] = [{"key": item.key, "description": item.description} for item in session.control.variables()]
    show_records(rows, output=output, empty=Text("cli.no_variables"))


@variables.command(help=render(Text("cli.help_variables_get")))
@click.argument("key")
@click.pass_obj
def get(session: Session, key: str) -> None:
    """Print a variable's value."""
    for item in session.control.variables():
        if item.key == key:
            click.echo(item.value)
            return
    raise ArgumentError("cli.no_such_variable", key=key)


@variables.command("set", help=render(Text("cli.help_variables_set")))
@click.argument("key")
@click.argument("value")
@click.option("--description", default="", help=render(Text("cli.help_description")))
@click.pass_obj
def set_variable(session: Session, key: str, value: str, description: str) -> None:
    """Create or replace a variable."""
    ensure_home(session.home)
    session.control.put_variable(Variable(key=key, value=value, description=description))
    click.echo(render(Text("cli.saved", {"name": key})))


@variables.command(help=render(Text("cli.help_variables_delete")))
@click.argument("key")
@click.pass_obj
def delete(session: Session, key: str) -> None:
    """Delete a variable."""
    session.control.delete_variable(key)
    click.echo(render(Text("cli.deleted", {"name": key})))
