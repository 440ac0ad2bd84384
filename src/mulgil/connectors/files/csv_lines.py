"""CSV files row by row, in Python: for headers, for the lines of wrong rows, and for quotes that never end.

Only the header and what is wrong is read so; good rows never are.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

import msgspec

from mulgil.connectors.files.opening import open_bytes

if TYPE_CHECKING:
    from _csv import Reader


# A row must fit into a block, and so must a field.
BLOCK_BYTES = 4 * 1024 * 1024
_NEAR = 64 * 1024


class CsvForm(msgspec.Struct, frozen=True, kw_only=True):
    """How a CSV file is written."""

    delimiter: str = ","
    quote: str | None = '"'
    encoding: str = "utf-8"
    has_header: bool = True
    null_values: tuple[str, ...] = ("",)


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let the standard library read fields of the length that we do; its limit is the process's."""
    before = csv.field_size_limit(BLOCK_BYTES)
    try:
        yield
    finally:
        csv.field_size_limit(before)


@contextmanager
def _text(file: Path, form: CsvForm) -> Iterator[IO[str]]:
    encoding = "utf-8-sig" if form.encoding == "utf-8" else form.encoding
    with ExitStack() as opened:
        stream = open_bytes(file, opened)
        yield opened.enter_context(io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline=""))


def _rows(lines: IO[str], form: CsvForm, *, strict: bool = False) -> "Reader":
    quoting: Literal[0, 3] = csv.QUOTE_NONE if form.quote is None else csv.QUOTE_MINIMAL
    return csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote, quoting=quoting, strict=strict)


def first_row(file: Path, form: CsvForm) -> list[str]:
    """Return the fields of a file's first row; empty if there is none, or it can't be read."""
    try:
        with _long_fields(), _text(file, form) as lines:
            return next((row for row in _rows(lines, form) if row), [])
    except (OSError, UnicodeError, csv.Error):
        return []


def broken_quote(file: Path, form: CsvForm) -> tuple[int, str] | None:
    """Return the line in which a quoted field begins that never ends (or ends badly), and what is wrong with it."""
    with _long_fields(), _text(file, form) as lines:
        rows = _rows(lines, form, strict=True)
        start = 1
        try:
            for _ in rows:
                start = rows.line_num + 1
        except csv.Error as error:
            return (start, str(error)) if _has_quote(file, form, start) else None
    return None


def _has_quote(file: Path, form: CsvForm, line: int) -> bool:
    """Whether there is a quote near the start of a row, which begins at `line`; if not, it is long by itself."""
    with _text(file, form) as lines:
        for _ in range(line - 1):
            lines.readline()
        return (form.quote or "") in lines.read(_NEAR)


class CsvLines:
    """Says at which line of a file a row starts. Cheap as long as the rows asked for come in their order."""

    def __init__(self, file: Path, form: CsvForm) -> None:
        """Read nothing yet."""
        self._file = file
        self._form = form
        self._opened = ExitStack()
        self._rows: Reader | None = None
        self._row = 0
        self._found = (0, 0, list[str]())

    def find(self, row: int) -> tuple[int, list[str]]:
        """Return line and fields of a row; the first one, header or not, is row 1, and blank lines are none."""
        if self._rows is None or row < self._row:
            self._opened.close()
            self._rows = _rows(self._opened.enter_context(_text(self._file, self._form)), self._form)
            self._row = 0
        try:
            with _long_fields():
                while self._row < row:
                    line = self._rows.line_num + 1
                    if fields := next(self._rows):
                        self._row += 1
                        self._found = (self._row, line, fields)
        except (StopIteration, csv.Error, OSError):
            return row, []
        return self._found[1], self._found[2]

    def close(self) -> None:
        """Close the file."""
        self._opened.close()
