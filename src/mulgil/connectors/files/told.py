"""What is wrong with a file, in words that name the line and the column."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mulgil.data.errors import SourceError, SourceShapeError
from mulgil.i18n import nearest_name

if TYPE_CHECKING:
    import pyarrow as pa

_LONGEST_VALUE = 80
_LONGEST_DETAIL = 200


def unreadable(file: Path, error: Exception) -> SourceError:
    """Return the error that says why a file can't be opened, or read to its end."""
    if isinstance(error, FileNotFoundError):
        return SourceError("files.missing", file=str(file))
    if isinstance(error, OSError) and error.errno is not None:
        return SourceError("files.unreadable", file=str(file), detail=_detail(error))
    return broken(file, error)


def not_parquet(file: Path, error: Exception) -> SourceError:
    """Return the error that says why a Parquet file can't be opened."""
    if isinstance(error, OSError) and error.errno is not None:
        return unreadable(file, error)
    return SourceShapeError("files.not_parquet", file=str(file), detail=_detail(error))


def broken(file: Path, error: Exception) -> SourceError:
    """Return the error that says where a file stops being readable."""
    return SourceShapeError("files.broken", file=str(file), detail=_detail(error))


def wrong_length(file: Path, line: int, *, expected: int, found: int, row: str) -> SourceError:
    """Return the error of a row with too many or too few fields."""
    return SourceShapeError(
        "files.csv_row", file=str(file), line=line, expected=expected, found=found, row=row[:_LONGEST_DETAIL]
    )


def wrong_value(file: Path, line: int, *, column: str, type: str, value: bytes) -> SourceError:
    """Return the error of a field that is no value of its column."""
    text = value.decode("utf-8", "backslashreplace")[:_LONGEST_VALUE]
    return SourceShapeError("files.csv_value", file=str(file), line=line, column=column, type=type, value=text)


def broken_quote(file: Path, line: int, detail: str) -> SourceError:
    """Return the error of a quoted field that doesn't end."""
    return SourceShapeError("files.csv_quote", file=str(file), line=line, detail=detail)


def long_row(file: Path, most_bytes: int) -> SourceError:
    """Return the error of a row that is longer than rows may be."""
    return SourceShapeError("files.csv_long", file=str(file), size=most_bytes // 1024**2)


def column_twice(file: Path, name: str, first: int, second: int) -> SourceError:
    """Return the error of two columns of one name."""
    return SourceShapeError("files.column_twice", file=str(file), column=name, first=first, second=second)


def missing_column(file: Path, column: str, found: Sequence[str]) -> SourceError:
    """Return the error of a declared column that the file doesn't have."""
    guess = nearest_name(column, found)
    if guess is None:
        return SourceShapeError("files.column", file=str(file), column=column, columns=", ".join(found))
    return SourceShapeError("files.column_guess", file=str(file), column=column, guess=guess)


def other_names(file: Path, missing: Sequence[str], more: Sequence[str]) -> SourceError:
    """Return the error of a file whose columns have other names than those of the first."""
    return SourceShapeError(
        "files.other_columns", file=str(file), expected=", ".join(missing) or "-", found=", ".join(more) or "-"
    )


def other_columns(file: Path, expected: "pa.Schema", found: "pa.Schema") -> SourceError:
    """Return the error of a file whose columns aren't those of the first; names what differs."""
    more = [field for field in found if field.name not in expected.names]
    less = [field for field in expected if field.name not in found.names]
    other = [field for field in found if field.name in expected.names and expected.field(field.name) != field]
    return SourceShapeError(
        "files.other_columns",
        file=str(file),
        expected=_listed([*less, *(expected.field(field.name) for field in other)]),
        found=_listed([*more, *other]),
    )


def wrong_line(file: Path, line: int, *, column: str, detail: str) -> SourceError:
    """Return the error of a line that is no row of JSON."""
    where: dict[str, str | int] = {"file": str(file), "line": line, "detail": detail[:_LONGEST_DETAIL]}
    if column:
        return SourceShapeError("files.json_line_value", column=column, **where)
    return SourceShapeError("files.json_line", **where)


def wrong_record(file: Path, record: int, *, column: str, detail: str) -> SourceError:
    """Return the error of a JSON record, counted from 1, that is no row."""
    where: dict[str, str | int] = {"file": str(file), "record": record, "detail": detail[:_LONGEST_DETAIL]}
    if column:
        return SourceShapeError("files.json_value", column=column, **where)
    return SourceShapeError("files.json_record", **where)


def _listed(fields: "Sequence[pa.Field]") -> str:
    return ", ".join(f"{field.name} {field.type}" for field in fields) or "-"


def _detail(error: Exception) -> str:
    words = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return words.strip().rstrip(".")[:_LONGEST_DETAIL]
