"""From the body of an answer to an Arrow batch, without a Python object for each row."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from mulgil.data.errors import SourceError, SourceShapeError
from mulgil.data.json_rows import JsonRows, Record, field_names, kind_of, missing_column
from mulgil.data.reject import BadRows

if TYPE_CHECKING:
    import pyarrow as pa


class Page(msgspec.Struct, frozen=True):
    """A page: its own fields (without the records) and its records as they came."""

    fields: dict[str, object]
    records: list[Record]


def read_page(body: bytes, *, path: str | None, url: str, page: int) -> Page:
    """Take a body apart; `path` leads to the records (`data.items`), None = the body is the list of records.

    Raises:
        SourceShapeError: The body isn't JSON or isn't of this shape; names URL, page, expected and found.
    """
    try:
        if path is None:
            return Page({}, _records(body, "the body", url=url, page=page))
        names = _steps(body, path)
        fields: dict[str, object] = {}
        text, inner, where = body, fields, ""
        for name in names:
            text, inner = _into(text, inner, name, where=where, url=url, page=page)
            where = f"{where}.{name}" if where else name
        return Page(fields, _records(text, f"{path!r}", url=url, page=page))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        shown = body[:80].decode("utf-8", "replace")
        raise _misshapen(url, page, "JSON", f"{shown!r} ({error})") from error


def _steps(body: bytes, path: str) -> list[str]:
    """Return the fields on the way; a field whose name has a dot in it is one, where there is such a field."""
    if kind_of(body) == "an object" and path in msgspec.json.decode(body, type=dict[str, msgspec.Raw]):
        return [path]
    return path.split(".")


def _into(
    text: bytes, fields: dict[str, object], name: str, *, where: str, url: str, page: int
) -> tuple[bytes, dict[str, object]]:
    """Go one step into an object; its other fields are kept in `fields`."""
    expected = f"an object with {name!r}" + (f" in {where!r}" if where else "")
    if kind_of(text) != "an object":
        raise _misshapen(url, page, expected, kind_of(text))
    found = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    if name not in found:
        raise _misshapen(url, page, expected, f"an object with {', '.join(map(repr, found)) or 'nothing in it'}")
    inner = bytes(found.pop(name))
    fields |= {other: msgspec.json.decode(value) for other, value in found.items()}
    deeper: dict[str, object] = {}
    fields[name] = deeper
    return inner, deeper


def to_batch(page: Page, rows: JsonRows, bad_rows: BadRows, *, url: str, number: int, done: int) -> "pa.RecordBatch":
    """Return a page's records as a batch; `done` rows came before.

    Raises:
        SourceShapeError: A declared column is nowhere in the first page, or a record is no row.
        SourceError: There are no records to infer a schema from.
    """
    if not page.records and rows.schema is None:
        raise SourceError("http.nothing_to_infer", url=url)
    if done == 0 and page.records and rows.chooses and (name := missing_column(page.records, rows.names)) is not None:
        raise _misshapen(url, number, f"records with {name!r}", f"records with {field_names(page.records[0])}")
    parsed = rows.parse(page.records, finds_all=bad_rows.is_accepted)
    for bad in parsed.bad:
        where: Mapping[str, str | int] = {"url": url, "page": number, "row": bad.index + 1, "detail": bad.why}
        error = (
            SourceShapeError("http.wrong_value", column=bad.column, **where)
            if bad.column
            else SourceShapeError("http.wrong_record", **where)
        )
        raw = bytes(page.records[bad.index]).decode("utf-8", "backslashreplace")
        bad_rows.add(error, source=url, line=done + bad.index + 1, column=bad.column or None, raw=raw)
    return parsed.batch


def _records(body: bytes, where: str, *, url: str, page: int) -> list[Record]:
    if kind_of(body) != "a list":
        raise _misshapen(url, page, f"a list of records in {where}", kind_of(body))
    return list(msgspec.json.decode(body, type=list[msgspec.Raw]))


def _misshapen(url: str, page: int, expected: str, found: str) -> SourceShapeError:
    return SourceShapeError("http.wrong_shape", url=url, page=page, expected=expected, found=found)
