"""What is written into files by the standard library comes back the same, wherever blocks and lines end."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mulgil.connectors.files import (
    CsvSource,
    FileSource,
    JsonLinesSource,
    JsonSource,
    json_list,
    json_source,
)
from mulgil.data.cursor import Mark
from mulgil.data.reject import BadRowLimit, BadRows
from mulgil.data.source import Reading
from mulgil.model import DataInterval

WORDS = st.text(
    st.one_of(st.sampled_from(",;\"'\n\r {}[]\\:"), st.characters(codec="utf-8", exclude_characters="\x00")), max_size=8
)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(st.tuples(NUMBERS, WORDS, WORDS), max_size=12)
COLUMNS = {"n": "int64", "a": "string", "b": "string"}


def read(
    source: FileSource, name: str, data: bytes, *, accept: int = 0
) -> tuple[list[dict[str, object]], list[int | None]]:
    """Return the rows of a file, and the lines that were set aside."""
    with tempfile.TemporaryDirectory() as folder, BadRows(BadRowLimit.of(accept)) as bad:
        (Path(folder) / name).write_bytes(data)
        reading = Reading(
            runtime=SimpleNamespace(resolve_path=lambda path: Path(folder) / path),  # type: ignore[arg-type]
            interval=DataInterval.at(datetime(2013, 1, 1, tzinfo=UTC)),
            timezone="UTC",
            bad_rows=bad,
        )
        with source.open(reading) as batches:
            table = pa.Table.from_batches(list(batches.batches), batches.schema)
        return table.to_pylist(), [row.line for row in bad.rows()]


def as_csv(rows: list[tuple[object, ...]], *, delimiter: str, quoting: int, end: str) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every border of blocks be met: JSON is cut every few bytes."""
    monkeypatch.setattr(json_source, "_BLOCK_BYTES", 7)
    monkeypatch.setattr(json_list, "_BLOCK_BYTES", 7)


@given(
    rows=ROWS,
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_csv_comes_back(rows, delimiter, quoting, end):
    if quoting == csv.QUOTE_MINIMAL:
        # Which Python before 3.13 writes without quotes, though it ends a line.
        rows = [(number, a.replace("\r", ""), b.replace("\r", "")) for number, a, b in rows]
    data = as_csv(rows, delimiter=delimiter, quoting=quoting, end=end)
    found, _ = read(CsvSource("in.csv", columns=COLUMNS, delimiter=delimiter), "in.csv", data)
    # An empty field is text only where it is quoted.
    empty = "" if quoting == csv.QUOTE_ALL else None
    assert found == [{"n": number, "a": a or empty, "b": b or empty} for number, a, b in rows]


@given(rows=ROWS, wrong=st.sets(st.integers(0, 11)), is_short=st.booleans())
def test_wrong_csv_rows_are_found_by_their_lines(rows, wrong, is_short):
    written = [(row if at not in wrong else row[:2] if is_short else ("x", *row[1:])) for at, row in enumerate(rows)]
    data = as_csv(written, delimiter=",", quoting=csv.QUOTE_ALL, end="\n")
    found, lines = read(CsvSource("in.csv", columns=COLUMNS), "in.csv", data, accept=20)
    assert found == [{"n": n, "a": a, "b": b} for at, (n, a, b) in enumerate(rows) if at not in wrong]
    rows_of_lines = list(csv.reader(io.StringIO(data.decode(), newline="")))
    assert len(rows_of_lines) == len(rows) + 1
    starts, reader = [], csv.reader(io.StringIO(data.decode(), newline=""))
    line = 1
    for _ in reader:
        starts.append(line)
        line = reader.line_num + 1
    assert lines == [starts[at + 1] for at in range(len(rows)) if at in wrong]


VALUES = st.recursive(st.one_of(st.none(), NUMBERS, WORDS), lambda inner: st.lists(inner, max_size=3), max_leaves=4)
RECORDS = st.lists(
    st.fixed_dictionaries({"n": NUMBERS, "a": WORDS}, optional={"z": VALUES, "}": WORDS}), min_size=1, max_size=12
)


@pytest.mark.usefixtures("small_blocks")
@given(records=RECORDS, indent=st.sampled_from([None, 1]), is_ascii=st.booleans())
@settings(max_examples=60)
def test_json_comes_back(records, indent, is_ascii):
    expected = [{"n": record["n"], "a": record["a"]} for record in records]
    columns = {"n": "int64", "a": "string"}
    text = json.dumps(records, indent=indent, ensure_ascii=is_ascii)
    assert read(JsonSource("in.json", columns=columns), "in.json", text.encode())[0] == expected
    lines = "\n".join(json.dumps(record, ensure_ascii=is_ascii) for record in records)
    assert read(JsonLinesSource("in.jsonl", columns=columns), "in.jsonl", lines.encode())[0] == expected
    wrapped = json.dumps({"more": [1], "data": {"items": records, "x": None}})
    assert (
        read(JsonSource("in.json", columns=columns, records="data.items"), "in.json", wrapped.encode())[0] == expected
    )


@pytest.mark.usefixtures("small_blocks")
@given(records=RECORDS, wrong=st.dictionaries(st.integers(0, 11), st.sampled_from(['{"n"', '{"n": "x"}', "7", "}{"])))
@settings(max_examples=60)
def test_wrong_json_lines_are_found(records, wrong):
    lines = [wrong.get(at) or json.dumps(record) for at, record in enumerate(records)]
    source = JsonLinesSource("in.jsonl", columns={"n": "int64"})
    found, told = read(source, "in.jsonl", "\n".join(lines).encode(), accept=20)
    assert told == [at + 1 for at in range(len(records)) if at in wrong]
    assert found == [{"n": record["n"]} for at, record in enumerate(records) if at not in wrong]


INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 - both kinds are drawn
MARKED = st.one_of(
    NUMBERS.map(lambda value: (value, pa.int64())),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: (value, pa.float64())),
    WORDS.map(lambda value: (value, pa.string())),
    st.dates(date(1900, 1, 1), date(2200, 1, 1)).map(lambda value: (value, pa.date32())),
    INSTANTS.map(lambda value: (value, pa.timestamp("us"))),
    INSTANTS.map(lambda value: (value.replace(tzinfo=UTC), pa.timestamp("us", "Asia/Seoul"))),
    st.decimals(-(10**9), 10**9, places=3).map(lambda value: (value, pa.decimal128(20, 3))),
)


@given(MARKED)
def test_a_mark_is_the_value_that_was_found(marked):
    value, kind = marked
    mark = Mark.of_scalar(pa.scalar(value, kind))
    assert mark.scalar(kind) == pa.scalar(value, kind)
    assert mark.value == value
    assert Mark.of(value).scalar(kind) == mark.scalar(kind)


def test_a_mark_keeps_nanoseconds():
    scalar = pa.scalar(1, pa.timestamp("ns"))
    mark = Mark.of_scalar(scalar)
    assert mark.scalar(pa.timestamp("ns")) == scalar
    assert mark.value == datetime(1970, 1, 1)  # noqa: DTZ001 - as the column is
    assert Mark.of(Decimal("1.5")).value == Decimal("1.5")
    assert str(Mark.of(datetime(2013, 1, 5, tzinfo=UTC) + timedelta(seconds=1))) == "2013-01-05T00:00:01Z"
