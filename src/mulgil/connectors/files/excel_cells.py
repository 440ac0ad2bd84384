"""Cells of a sheet: where they stand, what kind of column they make, and what they are as text.

Cells become text as CSV would spell them, so that Excel files and CSV files have the same rules for what
fits a type.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

Cell = object
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ERROR_CELL = re.compile(rb'<c\b(?=[^>]*\st="e")[^>]*\sr="([A-Z]+\d+)"[^>]*>.*?<v>([^<]*)</v>', re.DOTALL)
_LETTERS = 26


def cell_name(row: int, column: int) -> str:
    """Return how Excel calls a cell, counted from 0: `B7`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def row_of(cell: str) -> int:
    """Return the row of a cell, counted from 0."""
    return int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1


def kind_of_cells(values: Sequence[Cell]) -> str:
    """Return the type of a column, as authors declare it, that the first value shows; empty where there is none."""
    first = next((value for value in values if value != ""), None)
    match first:
        case None:
            return ""
        case bool():
            return "bool"
        case int() | float():
            return "float64"
        case date():
            dated = [value for value in values if isinstance(value, date)]
            return "timestamp[us]" if any(_has_time(value) for value in dated) else "date"
        case _:
            return "string"


def as_text(value: Cell) -> bytes | None:
    """Return what CSV would write; None for an empty cell."""
    match value:
        case "" | None:
            return None
        case str():
            return value.encode()
        case bool():
            return b"true" if value else b"false"
        case float() if value.is_integer():
            return str(int(value)).encode()
        case datetime() if not _has_time(value):
            return value.date().isoformat().encode()
        case date() | time():
            return value.isoformat().encode()
        case _:
            return str(value).encode()


def fits_kind(value: Cell, kind: str) -> bool:
    """Whether a cell is of the kind that its column was seen to have."""
    match kind:
        case "bool":
            return isinstance(value, bool)
        case "float64":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "date" | "timestamp[us]":
            return isinstance(value, date)
        case _:
            return isinstance(value, str | time | timedelta)


def error_cells(file: Path, sheet: str) -> dict[str, str]:
    """Return the cells of a sheet that hold an error such as `#DIV/0!`, by their names.

    The reader gives them as empty cells; only Excel's own format is looked into.
    """
    try:
        with ZipFile(file) as packed:
            found = _ERROR_CELL.finditer(packed.read(_part(packed, sheet)))
            return {match[1].decode(): match[2].decode() for match in found}
    except (BadZipFile, KeyError, ElementTree.ParseError, StopIteration):
        return {}


def _part(packed: ZipFile, sheet: str) -> str:
    workbook = ElementTree.fromstring(packed.read("xl/workbook.xml"))
    relation = next(each.get(_RELATION) for each in workbook.iter(f"{_MAIN}sheet") if each.get("name") == sheet)
    relations = ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))
    target = next(str(each.get("Target")) for each in relations if each.get("Id") == relation)
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _has_time(value: date) -> bool:
    return isinstance(value, datetime) and value.time() != time()


def numbered(rows: Iterable[Sequence[Cell]], width: int, *, kept: frozenset[int]) -> Iterator[tuple[int, list[Cell]]]:
    """Yield each row that isn't empty, or is one of `kept`, with its number from 0, filled up to `width` cells."""
    for number, row in enumerate(rows):
        if number in kept or any(value != "" for value in row):
            yield number, [*row, *[""] * (width - len(row))]
