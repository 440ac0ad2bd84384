"""What Arrow says of a file that it can't read, in words that name the row and the column."""

import csv
import re
from pathlib import Path

from mulgil.data.errors import SourceError, SourceShapeError
from mulgil.i18n import nearest_name

_VALUE = re.compile(r"In CSV column #(\d+): Row #(\d+): CSV conversion error to (.+?): invalid value '(.*)'", re.DOTALL)
_ROW = re.compile(r"CSV parse error: Row #(\d+): (.*)", re.DOTALL)
_MISSING = re.compile(r"Column '(.*)' in include_columns does not exist")
_LONGEST_VALUE = 80
_LONGEST_DETAIL = 200


def unreadable(file: Path, error: Exception) -> SourceError:
    """Return the error that says why a file can't be opened."""
    if isinstance(error, FileNotFoundError):
        return SourceError("files.missing", file=str(file))
    return SourceError("files.unreadable", file=str(file), detail=_detail(error))


def not_parquet(file: Path, error: Exception) -> SourceError:
    """Return the error that says why a Parquet file can't be opened."""
    if isinstance(error, OSError):
        return unreadable(file, error)
    return SourceShapeError("files.not_parquet", file=str(file), detail=_detail(error))


def broken(file: Path, error: Exception) -> SourceError:
    """Return the error that says where a file stops being readable."""
    return SourceShapeError("files.broken", file=str(file), detail=_detail(error))


def broken_csv(file: Path, error: Exception, *, delimiter: str) -> SourceError:
    """Return the error that says which row, column and value of a CSV file can't be read.

    Arrow counts the header as row 1, which makes a row's number that of its line, unless values hold line ends.
    """
    words = str(error)
    if found := _VALUE.search(words):
        return SourceShapeError(
            "files.csv_value",
            file=str(file),
            row=int(found[2]),
            column=_name(_header(file, delimiter), int(found[1])),
            type=found[3],
            value=found[4][:_LONGEST_VALUE],
        )
    if found := _ROW.search(words):
        detail = found[2][:_LONGEST_DETAIL].rstrip(".")
        return SourceShapeError("files.csv_row", file=str(file), row=int(found[1]), detail=detail)
    if found := _MISSING.search(words):
        return _missing_column(file, found[1], _header(file, delimiter))
    return unreadable(file, error) if isinstance(error, OSError) else broken(file, error)


def _missing_column(file: Path, column: str, header: list[str]) -> SourceError:
    guess = nearest_name(column, header)
    if guess is None:
        return SourceShapeError("files.column", file=str(file), column=column, columns=", ".join(header))
    return SourceShapeError("files.column_guess", file=str(file), column=column, guess=guess)


def _header(file: Path, delimiter: str) -> list[str]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return next(csv.reader(lines, delimiter=delimiter), [])
    except (OSError, UnicodeError, csv.Error):
        return []


def _name(header: list[str], number: int) -> str:
    return header[number] if number < len(header) else str(number + 1)


def _detail(error: Exception) -> str:
    words = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return words.strip().rstrip(".")
