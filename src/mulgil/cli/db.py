"""`mulgil db …`."""

import click

from mulgil.cli._output import output_option, show_record
from mulgil.cli.errors import NoHomeError
from mulgil.cli.session import Session, make_home, shown
from mulgil.i18n import MulgilError, Text, render


@click.group(help=render(Text("cli.help_db")))
def db() -> None:
    """Commands on the metadata database."""


@db.command(help=render(Text("cli.help_db_upgrade")))
@click.pass_obj
def upgrade(session: Session) -> None:
    """Create the database, or back it up and upgrade its schema."""
    from mulgil.stores import sql

    make_home(session.home)
    outcome = sql.upgrade(session.home.database_file)
    if outcome.backup is not None:
        click.echo(render(Text("cli.db_backed_up", {"file": shown(outcome.backup)})))
    if outcome.old == outcome.new:
        click.echo(render(Text("cli.db_current", {"version": outcome.new})))
    else:
        click.echo(render(Text("cli.db_upgraded", {"old": outcome.old, "new": outcome.new})))


@db.command(help=render(Text("cli.help_db_check")))
@output_option
@click.pass_obj
def check(session: Session, output: str) -> None:
    """Say whether the database fits this program."""
    from mulgil.stores import sql

    if not session.home.database_file.exists():
        raise NoHomeError("cli.no_home", home=str(session.home.path))
    version = sql.check_schema(session.home.database_file)
    damage = sql.find_damage(session.home.database_file)
    if damage:
        raise MulgilError.of(damage[0])
    if output == "table":
        click.echo(render(Text("cli.db_current", {"version": version})))
    else:
        show_record({"schema_version": version}, output=output)
