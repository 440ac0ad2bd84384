"""Records as a table that fits a terminal: what is to be copied, such as a run id, is never broken."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, TextIO

from mulgil.i18n import Text, render

if TYPE_CHECKING:
    from rich.table import Table

Cell = str | int | float | bool | datetime | timedelta | Enum | None | Sequence["Cell"] | Mapping[str, "Cell"]
Record = Mapping[str, Cell]

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
REASON = "reason"
# What may be broken over lines: sentences and lists, nothing that people copy.
FOLDED = frozenset(
    {"description", "upstream", "reads", "writes", "runs", "file", "operator", "scope", "extra", "writers", "readers"}
)
FOLDED_WIDTH = 12
# What a narrow terminal does without, first things first; JSON and YAML always have it all.
OPTIONAL = ("write_id", "max_tries", "started_at", "type", "interval_end", "duration", "fence", "operator")
GAP = 2
LABELS_SHOWN = 3


def print_table(records: Sequence[Record], *, file: TextIO, width: int | None) -> None:
    """Print records of one shape, at least one; without a width nothing is left out, folded or moved.

    On a terminal the reasons stand below the table, a line each.
    """
    from rich.console import Console

    if width is None:
        # Wide enough for anything: nobody looks at it as it stands.
        Console(file=file, width=100_000).print(_table(records), soft_wrap=True)
        return
    shown = [{name: value for name, value in record.items() if name != REASON} for record in records]
    names = _fitting(shown, width)
    shown = [{name: record[name] for name in names} for record in shown]
    console = Console(file=file, width=max(width, _needed(shown, names)))
    console.print(_table(shown))
    for line in _reasons(records):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _table(records: Sequence[Record]) -> "Table":
    from rich.table import Table
    from rich.text import Text as RichText

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0))
    for name in records[0]:
        is_folded = name in FOLDED
        width = None if is_folded else _width(records, name)
        table.add_column(name, overflow="fold", no_wrap=not is_folded, min_width=width)
    for record in records:
        table.add_row(*(RichText(cell_text(value), style=_style(value)) for value in record.values()))
    return table


def _fitting(records: Sequence[Record], width: int) -> tuple[str, ...]:
    names = tuple(records[0])
    for optional in OPTIONAL:
        if _needed(records, names) <= width:
            break
        names = tuple(name for name in names if name != optional)
    return names


def _needed(records: Sequence[Record], names: Sequence[str]) -> int:
    widths = (_width(records, name) for name in names)
    fixed = (min(width, FOLDED_WIDTH) if name in FOLDED else width for name, width in zip(names, widths, strict=True))
    return sum(fixed) + GAP * len(names)


def _width(records: Sequence[Record], name: str) -> int:
    from rich.cells import cell_len

    return max(cell_len(name), *(cell_len(cell_text(record[name])) for record in records))


def _reasons(records: Sequence[Record]) -> list[str]:
    """Return a line per reason, in the order of the records that it is for."""
    labels: dict[str, list[str]] = {}
    for record in records:
        if record.get(REASON):
            labels.setdefault(cell_text(record[REASON]), []).append(_label(record))
    return [f"{_short_list(names)}: {reason}" for reason, names in labels.items()]


def _short_list(names: Sequence[str]) -> str:
    shown = ", ".join(names[:LABELS_SHOWN])
    return shown if len(names) <= LABELS_SHOWN else f"{shown}, … (+{len(names) - LABELS_SHOWN})"


def _label(record: Record) -> str:
    """Return what a reason is for: the task instance, or the run."""
    index = record.get("map_index")
    name = cell_text(record.get("task_id") or record.get("run_id"))
    return name if index is None else f"{name}[{cell_text(index)}]"


def _style(value: Cell) -> str:
    return STATE_COLORS.get(str(value.value), "") if isinstance(value, Enum) else ""


def cell_text(value: Cell) -> str:
    """Return a value as people read it."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return render(Text("cli.yes")) if value else render(Text("cli.no"))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}{_offset(value)}"
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, Mapping):
        return " ".join(f"{name}={cell_text(item)}" for name, item in value.items()) or "-"
    return ", ".join(cell_text(item) for item in value) or "-"


def _duration(value: timedelta) -> str:
    seconds = value.total_seconds()
    if seconds < 60:
        return f"{seconds:.2f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02}m{rest:02}s" if hours else f"{minutes}m{rest:02}s"


def _offset(value: datetime) -> str:
    return "Z" if not value.utcoffset() else value.replace(microsecond=0).isoformat()[len("2013-01-05T06:00:00") :]
