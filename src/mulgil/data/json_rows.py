"""From JSON records to Arrow, many at once, and which of them is wrong when Arrow refuses.

Arrow's reader parses a block of records without a Python object for each row. It says of a wrong record
little that helps, takes two records on one line for two and one record on two lines for one, and lets
bytes through that are no text. So the number of rows is compared with the number of records, and a block
that is refused is halved until the wrong records stand alone; only those are looked at in Python.

The first records decide the columns where none are declared. From then on a field that they didn't have
is wrong, not dropped, and so is a value of another type. Where columns are declared they choose: other
fields are left out.
"""

import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import pyarrow as pa

Record = bytes | msgspec.Raw
_KINDS = {
    ord("{"): "an object",
    ord("["): "a list",
    ord('"'): "a string",
    ord("t"): "true",
    ord("f"): "false",
    ord("n"): "null",
}
_NUMBER = b"-0123456789"
_LONGEST_SHOWN = 80
# From here on 64 bits don't hold a whole number.
_TOO_LARGE = float(2**63)
# From here on a float holds only some whole numbers.
_INEXACT = float(2**53)
_LONG_NUMBER = re.compile(rb"\d{16}")


class BadRecord(msgspec.Struct, frozen=True):
    """A record that is no row: its place among those given, the column if one is to blame, and why."""

    index: int
    column: str
    why: str


class Parsed(msgspec.Struct, frozen=True):
    """The rows of some records, and the records that are none."""

    batch: "pa.RecordBatch"
    bad: tuple[BadRecord, ...] = ()


def kind_of(value: Record) -> str:
    """Say what kind of JSON value this is, by its first letter."""
    head = bytes(value)[:64].lstrip()[:1]
    if not head:
        return "nothing"
    return _KINDS.get(head[0], "a number" if head in _NUMBER else "something else")


class JsonRows:
    """Parses records into batches of one schema, which the first records decide unless it is given."""

    def __init__(self, schema: "pa.Schema | None", *, chooses: bool = True) -> None:
        """Keep a schema that is known already; unless it `chooses`, records may have no other fields."""
        self.schema = schema
        self.chooses = chooses and schema is not None

    @property
    def names(self) -> list[str]:
        """The columns that are known so far."""
        return [] if self.schema is None else list(self.schema.names)

    def parse(self, records: Sequence[Record], *, finds_all: bool = False) -> Parsed:
        """Return the rows of `records`, and those that are wrong.

        Without `finds_all` the first wrong one ends the search, and the batch is worth nothing.
        """
        import pyarrow as pa

        if self.schema is None:
            self.schema = self._inferred(records)
        search = _Search(self, records, finds_all=finds_all)
        batches = search.halved(0, len(records))
        table = pa.Table.from_batches(batches, self.schema).combine_chunks()
        found = table.to_batches() or [pa.RecordBatch.from_pylist([], self.schema)]
        return Parsed(found[0], tuple(search.bad))

    def block(self, records: Sequence[Record]) -> "pa.RecordBatch":
        """Return exactly one row for each record.

        Raises:
            pa.ArrowInvalid: Some record is wrong.
        """
        import pyarrow as pa

        text = b"\n".join(records)
        try:
            text.decode()
        except UnicodeDecodeError as error:
            raise pa.ArrowInvalid(str(error)) from error
        table = _read(text, self.schema, is_strict=not self.chooses)
        if self.schema is not None and not self.chooses and _may_round(table, text):
            for record in records:
                if rounded := _rounded(record, table.schema):
                    raise pa.ArrowInvalid(rounded[1])
        if table.num_rows != len(records):
            raise pa.ArrowInvalid(f"{len(records)} records make {table.num_rows} rows")
        schema = self.schema if self.schema is not None else table.schema
        batches = table.select(schema.names).cast(schema).combine_chunks().to_batches()
        return batches[0] if batches else pa.RecordBatch.from_pylist([], schema)

    def _inferred(self, records: Sequence[Record]) -> "pa.Schema":
        """Return the schema of the longest run of records that has one, from the first that is one."""
        import pyarrow as pa

        for start in range(len(records)):
            found = self._infer(records[start : start + 1])
            if found is None:
                continue
            low, high = start + 1, len(records)
            middle = high
            while low < high:
                schema = self._infer(records[start:middle])
                if schema is None:
                    high = middle - 1
                else:
                    found, low = schema, middle
                middle = (low + high + 1) // 2
            return found
        return pa.schema([])

    def _infer(self, records: Sequence[Record]) -> "pa.Schema | None":
        import pyarrow as pa

        try:
            return self.block(records).schema
        except pa.ArrowInvalid:
            return None

    def reason(self, record: Record) -> tuple[str, str]:
        """Return the column to blame, or "", and why the record is no row."""
        import pyarrow as pa

        if kind_of(record) != "an object":
            return "", f"an object was expected, found {kind_of(record)}: {shown(record)}"
        try:
            bytes(record).decode()
            fields = msgspec.json.decode(record, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return "", f"{error}: {shown(record)}"
        schema = self.schema if self.schema is not None else pa.schema([])
        if not schema.names:
            return "", self._inference_error(record)
        if not self.chooses and (more := [name for name in fields if name not in schema.names]):
            return more[0], f"the records before it have no field {more[0]!r}"
        if not self.chooses and (rounded := _rounded(record, schema)):
            return rounded
        for field in schema:
            if field.name in fields and not self._fits(field, fields[field.name]):
                return field.name, f"{shown(fields[field.name])} is no {field.type}"
        return "", shown(record)

    def _inference_error(self, record: Record) -> str:
        import pyarrow as pa

        try:
            JsonRows(None).block([record])
        except pa.ArrowInvalid as error:
            return str(error)
        return shown(record)

    def _fits(self, field: "pa.Field", value: msgspec.Raw) -> bool:
        import pyarrow as pa

        alone = JsonRows(pa.schema([field]))
        try:
            alone.block([msgspec.json.encode({field.name: value})])
        except pa.ArrowInvalid:
            return False
        return True


class _Search:
    """Parses in halves what can't be parsed as a whole."""

    def __init__(self, rows: JsonRows, records: Sequence[Record], *, finds_all: bool) -> None:
        self.rows = rows
        self.records = records
        self.finds_all = finds_all
        self.bad: list[BadRecord] = []

    def halved(self, start: int, end: int) -> "list[pa.RecordBatch]":
        """Return the rows of the good ones from `start` to `end`; note the others."""
        import pyarrow as pa

        if start == end or (self.bad and not self.finds_all):
            return []
        try:
            return [self.rows.block(self.records[start:end])]
        except pa.ArrowInvalid:
            if end - start > 1:
                middle = (start + end) // 2
                return self.halved(start, middle) + self.halved(middle, end)
        column, why = self.rows.reason(self.records[start])
        self.bad.append(BadRecord(start, column, why))
        return []


def _read(text: bytes, schema: "pa.Schema | None", *, is_strict: bool) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.json as reader

    unexpected = "infer" if schema is None else "error" if is_strict else "ignore"
    options = reader.ParseOptions(
        explicit_schema=None if schema is None else pa.schema([_readable(field) for field in schema]),
        newlines_in_values=True,
        unexpected_field_behavior=unexpected,
    )
    block = reader.ReadOptions(use_threads=False, block_size=len(text) + 1)
    table = reader.read_json(io.BytesIO(text), read_options=block, parse_options=options)
    if schema is None:
        _refuse_rounding(table)
    return table


def _refuse_rounding(table: "pa.Table") -> None:
    """Refuse whole numbers beyond 64 bits, which would be inferred as floats and lose digits."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for field, column in zip(table.schema, table.columns, strict=True):
        if pa.types.is_floating(field.type) and (pc.max(pc.abs(column)).as_py() or 0) >= _TOO_LARGE:
            raise pa.ArrowInvalid(f"{field.name} holds a number beyond 64 bits; declare the column's type")


def _may_round(table: "pa.Table", text: bytes) -> bool:
    """Whether there may be a whole number that a column of floats doesn't hold; says no quickly."""
    import pyarrow as pa
    import pyarrow.compute as pc

    def is_large(column: "pa.ChunkedArray") -> bool:
        if pa.types.is_floating(column.type):
            return bool((pc.max(pc.abs(column)).as_py() or 0) >= _INEXACT)
        return pa.types.is_nested(column.type) and "double" in str(column.type)

    return any(map(is_large, table.columns)) and _LONG_NUMBER.search(text) is not None


def _rounded(record: Record, schema: "pa.Schema") -> tuple[str, str] | None:
    """Return the column of a whole number that a float doesn't hold, and what would become of it."""
    fields = json.loads(bytes(record))
    for field in schema:
        number = _inexact(fields.get(field.name), field.type)
        if number is not None:
            return field.name, f"{number} would be rounded in a column of floats ({field.type})"
    return None


def _inexact(value: object, kind: "pa.DataType") -> int | None:
    import pyarrow as pa

    if isinstance(value, int) and pa.types.is_floating(kind):
        return value if abs(value) >= _TOO_LARGE or int(float(value)) != value else None
    found: list[int | None] = []
    if isinstance(value, dict) and pa.types.is_struct(kind):
        found = [_inexact(value.get(field.name), field.type) for field in kind]
    elif isinstance(value, list) and pa.types.is_list(kind):
        found = [_inexact(item, kind.value_type) for item in value]
    return next((number for number in found if number is not None), None)


def _readable(field: "pa.Field") -> "pa.Field":
    """Return how Arrow's JSON reader can take a column: it has no dates, which are cast from text."""
    import pyarrow as pa

    return field.with_type(pa.string()) if pa.types.is_date(field.type) else field


def missing_column(records: Sequence[Record], names: Sequence[str]) -> str | None:
    """Return the first of `names` that no record has, or None; wrong records are for others to refuse."""
    if not records or kind_of(records[0]) != "an object":
        return None
    first = _fields(records[0])
    for name in names:
        quoted = msgspec.json.encode(name)
        if name not in first and not any(quoted in bytes(record) for record in records):
            return name
    return None


def field_names(record: Record) -> str:
    """List the fields of a record for an error."""
    return ", ".join(map(repr, _fields(record))) or "nothing in it"


def shown(value: Record) -> str:
    """Return the beginning of a value, without what would move a terminal."""
    text = bytes(value)[:_LONGEST_SHOWN].decode("utf-8", "replace").strip()
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def _fields(record: Record) -> Mapping[str, object]:
    try:
        return msgspec.json.decode(record, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
