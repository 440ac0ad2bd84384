"""`mulgil version`."""

import platform
import sys

import click

from mulgil.cli._output import output_option, show_record
from mulgil.i18n import Text, render
from mulgil.model import VERSION


@click.command(help=render(Text("cli.help_version")))
@output_option
def version(output: str) -> None:
    """Show the versions of the program and of what it runs on."""
    show_record(
        {"mulgil": VERSION, "python": platform.python_version(), "platform": platform.platform(), "path": sys.prefix},
        output=output,
    )
