"""How the fate of a command is told: applied, refused, or waiting for a scheduler."""

import sys

import click

from mulgil.cli._output import show_record
from mulgil.i18n import MulgilError, Text, render
from mulgil.messages import Applied, Refused
from mulgil.ports import Submitted


def report(submitted: Submitted, *, output: str) -> None:
    """Show what the owner answered.

    Raises:
        MulgilError: The command was refused.
    """
    match submitted.answer:
        case Refused(reason=reason):
            raise MulgilError.of(reason)
        case Applied(facts=facts):
            record = {"status": "applied", **facts}
        case _:
            record = {"status": "waiting", "command_id": submitted.command_id}
            click.echo(render(Text("cli.command_waits")), err=True)
    if output != "table":
        show_record(record, output=output)
    elif submitted.answer is not None:
        details = "  ".join(f"{name}={value}" for name, value in record.items() if name != "status")
        click.echo(f"{click.style(render(Text('cli.done')), fg='green')} {details}".rstrip())
    sys.stdout.flush()
