"""`mulgil connections …`. Secrets are never printed."""

import json
import sys

import click
import msgspec

from mulgil.cli._output import Record, output_option, show_records
from mulgil.cli.errors import ArgumentError
from mulgil.cli.session import Session, ensure_home
from mulgil.i18n import FieldValue, Text, nearest_name, render
from mulgil.model import Connection, JsonValue


@click.group(help=render(Text("cli.help_connections")))
def connections() -> None:
    """Commands on connections."""


@connections.command("list", help=render(Text("cli.help_connections_list")))
@output_option
@click.pass_obj
def list_connections(session: Session, output: str) -> None:
    """List connections, with secrets masked."""
    from mulgil.logstores import MASK, mask_urls

    rows: list[Record] = [
        {
            "connection_id": item.connection_id,
            "type": item.conn_type,
            "host": mask_urls(item.host),
            "port": item.port,
            "schema": mask_urls(item.schema),
            "login": mask_urls(item.login),
            "password": MASK if item.password else None,
            "extra": dict.fromkeys(item.extra, MASK),
        }
        for item in session.control.connections()
    ]
    show_records(rows, output=output, empty=Text("cli.no_connections"))


@connections.command("set", help=render(Text("cli.help_connections_set")))
@click.argument("connection_id")
@click.option("--type", "conn_type", required=True, metavar="TYPE", help=render(Text("cli.help_conn_type")))
@click.option("--host", default="", help=render(Text("cli.help_conn_host")))
@click.option("--port", type=int, help=render(Text("cli.help_conn_port")))
@click.option("--schema", default="", help=render(Text("cli.help_conn_schema")))
@click.option("--login", default="", help=render(Text("cli.help_conn_login")))
@click.option("--password", default="", help=render(Text("cli.help_conn_password")))
@click.option("--password-stdin", is_flag=True, help=render(Text("cli.help_conn_password_stdin")))
@click.option("--extra", default="{}", metavar="JSON", help=render(Text("cli.help_conn_extra")))
@click.option("--description", default="", help=render(Text("cli.help_description")))
@click.pass_obj
def set_connection(
    session: Session, connection_id: str, *, conn_type: str, host: str, port: int | None, schema: str, login: str,
    password: str, password_stdin: bool, extra: str, description: str,
) -> None:  # fmt: skip
    """Create or replace a connection."""
    try:
        extras = json.loads(extra)
    except json.JSONDecodeError as error:
        raise ArgumentError("cli.bad_extra", why=str(error)) from None
    try:
        extras = msgspec.convert(extras, dict[str, JsonValue])
    except msgspec.ValidationError as error:
        raise ArgumentError("cli.bad_extra", why=str(error)) from None
    new = Connection(
        connection_id=connection_id,
        conn_type=conn_type,
        host=host,
        port=port,
        schema=schema,
        login=login,
        password=sys.stdin.readline().rstrip("\n") if password_stdin else password,
        extra=extras,
        description=description,
    )
    ensure_home(session.home)
    session.control.put_connection(new)
    click.echo(render(Text("cli.saved", {"name": connection_id})))
    _warn_of_unknown_type(new)


def _warn_of_unknown_type(connection: Connection) -> None:
    """Say that no connector serves the type; a task's own code may, so it is no error."""
    from mulgil.data.connector import connection_types

    known = connection_types()
    if connection.conn_type in known:
        return
    nearest = nearest_name(connection.conn_type, known)
    fields: dict[str, FieldValue] = {
        "connection_id": connection.connection_id,
        "type": connection.conn_type,
        "known": ", ".join(known),
    }
    says = Text("cli.conn_type_unknown", fields)
    if nearest is not None:
        says = Text("cli.conn_type_misspelt", {**fields, "nearest": nearest})
    click.echo(f"{click.style(render(Text('cli.warning')), fg='yellow', bold=True)} {render(says)}", err=True)


@connections.command(help=render(Text("cli.help_connections_delete")))
@click.argument("connection_id")
@click.pass_obj
def delete(session: Session, connection_id: str) -> None:
    """Delete a connection."""
    session.control.delete_connection(connection_id)
    click.echo(render(Text("cli.deleted", {"name": connection_id})))
