"""How lists and records are shown: a table for people, JSON or YAML for programs."""

import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeVar

import click

from mulgil.cli._table import Cell, Record, cell_text, print_table
from mulgil.i18n import Text, render

__all__ = ["Cell", "Record", "output_option", "show_record", "show_records"]

CommandT = TypeVar("CommandT", bound=Callable[..., object])


def output_option(command: CommandT) -> CommandT:
    """Add `--output table|json|yaml` to a command."""
    choice = click.Choice(["table", "json", "yaml"])
    option = click.option(
        "--output", "-o", type=choice, default="table", show_default=True, help=render(Text("cli.help_output"))
    )
    return option(command)


def show_records(records: Sequence[Record], *, output: str, empty: Text | None = None) -> None:
    """Print records of one shape; `empty` is said instead of an empty table."""
    if output == "table":
        _show_table(records) if records else click.echo(render(empty or Text("cli.nothing")))
    else:
        _print_plain([_plain(record) for record in records], output=output)


def show_record(record: Record, *, output: str) -> None:
    """Print one record: a line per field as a table, or one object."""
    if output != "table":
        _print_plain(_plain(record), output=output)
        return
    width = max(len(name) for name in record)
    for name, value in record.items():
        click.echo(f"{click.style(name.ljust(width), bold=True)}  {cell_text(value)}")


def _show_table(records: Sequence[Record]) -> None:
    # Output that a program or a file takes is never wrapped at a guessed width.
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    print_table(records, file=sys.stdout, width=width)


def _plain(value: Cell) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(_plain(name)): _plain(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item) for item in value]
    return value


def _print_plain(value: object, *, output: str) -> None:
    if output == "json":
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
        return
    import yaml

    click.echo(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), nl=False)
