"""How the fate of a command is told: applied, refused, or waiting for a scheduler."""

import sys
from datetime import datetime

import click

from mulgil.cli._output import Cell, show_record
from mulgil.cli._runs import in_zone
from mulgil.cli._table import cell_text
from mulgil.i18n import MulgilError, Text, render
from mulgil.messages import Applied, Refused
from mulgil.ports import Submitted

_INSTANTS = frozenset({"interval_start", "interval_end"})


def report(submitted: Submitted, *, output: str, zone: str | None = None) -> None:
    """Show what the owner answered; people see instants in `zone`.

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
        details = "  ".join(f"{name}={_shown(name, value, zone)}" for name, value in record.items() if name != "status")
        click.echo(f"{click.style(render(Text('cli.done')), fg='green')} {details}".rstrip())
    sys.stdout.flush()


def _shown(name: str, value: Cell, zone: str | None) -> str:
    """Return a fact as lists show it."""
    if name in _INSTANTS and isinstance(value, str):
        return cell_text(in_zone(datetime.fromisoformat(value), zone))
    return cell_text(value)
