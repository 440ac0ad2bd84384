"""How lists and records are shown: a table for people, JSON or YAML for programs."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import TypeVar

import click

from mulgil.i18n import Text, render

Cell = str | int | float | bool | datetime | timedelta | Enum | None | Sequence["Cell"] | Mapping[str, "Cell"]
Record = Mapping[str, Cell]
CommandT = TypeVar("CommandT", bound=Callable[..., object])

STATE_COLORS = {
    "success": "green",
    "running": "bright_green",
    "failed": "red",
    "upstream_failed": "yellow",
    "up_for_retry": "yellow",
    "skipped": "magenta",
    "queued": "bright_black",
    "scheduled": "bright_black",
}


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
        _print_table(records) if records else click.echo(render(empty or Text("cli.nothing")))
    else:
        _print_plain([_plain(record) for record in records], output=output)


def show_record(record: Record, *, output: str) -> None:
    """Print one record: a line per field as a table, or one object."""
    if output != "table":
        _print_plain(_plain(record), output=output)
        return
    width = max(len(name) for name in record)
    for name, value in record.items():
        click.echo(f"{click.style(name.ljust(width), bold=True)}  {_cell(value)}")


def _print_table(records: Sequence[Record]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as RichText

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in records[0]:
        table.add_column(name, overflow="fold")
    for record in records:
        table.add_row(*(RichText(_cell(value), style=_style(value)) for value in record.values()))
    # Output that a program or a file takes is never wrapped at a guessed width.
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else 1000)
    console.print(table, soft_wrap=not sys.stdout.isatty())


def _style(value: Cell) -> str:
    return STATE_COLORS.get(str(value.value), "") if isinstance(value, Enum) else ""


def _cell(value: Cell) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return render(Text("cli.yes")) if value else render(Text("cli.no"))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, Mapping):
        return " ".join(f"{name}={_cell(item)}" for name, item in value.items()) or "-"
    return ", ".join(_cell(item) for item in value) or "-"


def _duration(value: timedelta) -> str:
    seconds = value.total_seconds()
    if seconds < 60:
        return f"{seconds:.2f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m{rest:02}s" if hours else f"{minutes}m{rest:02}s"


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
