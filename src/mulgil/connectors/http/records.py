"""From the body of an answer to an Arrow batch, without a Python object for each row.

The envelope is scanned, the records stay slices of the body, and Arrow's JSON reader parses them all at
once, with the declared types where there are some.
"""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from mulgil.data.errors import SourceError, SourceShapeError

if TYPE_CHECKING:
    import pyarrow as pa

_KINDS = {ord("{"): "an object", ord("["): "a list", ord('"'): "a string", ord("t"): "true", ord("f"): "false"}


class Page(msgspec.Struct, frozen=True):
    """A page: its own fields (without the records) and its records as they came."""

    envelope: dict[str, object]
    records: list[msgspec.Raw]


def read_page(body: bytes, *, field: str | None, url: str, page: int) -> Page:
    """Take a body apart; `field` holds the records, None = the body is the list of records.

    Raises:
        SourceShapeError: The body isn't JSON or isn't of this shape; names URL, page, expected and found.
    """
    try:
        if field is None:
            return Page({}, _records(body, "the body", url=url, page=page))
        if _kind(body) != "an object":
            raise _misshapen(url, page, f"an object with {field!r}", _kind(body))
        fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        if field not in fields:
            found = f"an object with {', '.join(map(repr, fields)) or 'nothing in it'}"
            raise _misshapen(url, page, f"an object with {field!r}", found)
        records = _records(bytes(fields.pop(field)), f"{field!r}", url=url, page=page)
        return Page({name: msgspec.json.decode(value) for name, value in fields.items()}, records)
    except msgspec.DecodeError as error:
        shown = body[:80].decode("utf-8", "replace")
        raise _misshapen(url, page, "JSON", f"{shown!r} ({error})") from error


def to_batch(page: Page, schema: "pa.Schema | None", *, url: str, number: int) -> "pa.RecordBatch":
    """Return a page's records as a batch; without `schema` it is inferred.

    Raises:
        SourceShapeError: A declared column is nowhere in the page, or a value doesn't fit its column.
        SourceError: There are no records to infer a schema from.
    """
    import pyarrow as pa

    if not page.records:
        if schema is None:
            raise SourceError("http.nothing_to_infer", url=url)
        return pa.RecordBatch.from_pylist([], schema)
    if schema is not None:
        _require_columns(page.records, schema.names, url=url, page=number)
    try:
        return _parsed(page.records, schema)
    except pa.ArrowInvalid as error:
        expected = "values of the columns' types" if schema is None else _shown(schema)
        raise _misshapen(url, number, expected, str(error)) from error


def _parsed(records: Sequence[msgspec.Raw], schema: "pa.Schema | None") -> "pa.RecordBatch":
    import pyarrow as pa
    import pyarrow.json as reader

    lines = b"\n".join(records)
    options = reader.ParseOptions(
        explicit_schema=None if schema is None else pa.schema([_readable(field) for field in schema]),
        newlines_in_values=lines.count(b"\n") != len(records) - 1,
        unexpected_field_behavior="infer" if schema is None else "ignore",
    )
    block = reader.ReadOptions(use_threads=False, block_size=len(lines) + 1)
    table = reader.read_json(io.BytesIO(lines), read_options=block, parse_options=options)
    if schema is not None:
        table = table.select(schema.names).cast(schema)
    return table.combine_chunks().to_batches()[0]


def _readable(field: "pa.Field") -> "pa.Field":
    """Return how Arrow's JSON reader can take a column: it has no dates, which are cast from text."""
    import pyarrow as pa

    return field.with_type(pa.string()) if pa.types.is_date(field.type) else field


def _records(body: bytes, where: str, *, url: str, page: int) -> list[msgspec.Raw]:
    if _kind(body) != "a list":
        raise _misshapen(url, page, f"a list of records in {where}", _kind(body))
    records = msgspec.json.decode(body, type=list[msgspec.Raw])
    for number, record in enumerate(records):
        if _kind(record) != "an object":
            raise _misshapen(url, page, f"objects in {where}", f"{_kind(record)} as item {number}")
    return records


def _require_columns(records: Sequence[msgspec.Raw], names: Sequence[str], *, url: str, page: int) -> None:
    first: Mapping[str, object] = msgspec.json.decode(records[0], type=dict[str, msgspec.Raw])
    for name in names:
        if name in first:
            continue
        quoted = msgspec.json.encode(name)
        if not any(quoted in record for record in map(bytes, records)):
            raise _misshapen(url, page, f"records with {name!r}", f"records with {', '.join(map(repr, first))}")


def _kind(value: "bytes | msgspec.Raw") -> str:
    head = bytes(value)[:64].lstrip()[:1]
    if not head:
        return "nothing"
    return _KINDS.get(head[0], "null" if head == b"n" else "a number" if head in b"-0123456789" else "something else")


def _shown(schema: "pa.Schema") -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)


def _misshapen(url: str, page: int, expected: str, found: str) -> SourceShapeError:
    return SourceShapeError("http.wrong_shape", url=url, page=page, expected=expected, found=found)
