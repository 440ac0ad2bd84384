"""JSON lines and JSON lists: shapes, drift, and wrong records by their place."""

from __future__ import annotations

import gzip
import json
from datetime import date
from decimal import Decimal

import pytest

from mulgil.connectors.files import JsonLinesSource, JsonSource, json_list
from mulgil.data.errors import SourceError, SourceShapeError

COLUMNS = {"a": "int64", "b": "string"}


def test_lines(home, read):
    (home / "in.jsonl").write_text('\ufeff{"a":1,"b":"x"}\n\n{"a":2,"b":"y"}\r\n  \n{"b":"z"}', newline="")
    assert read(JsonLinesSource("in.jsonl"))[0].to_pylist() == [
        {"a": 1, "b": "x"},
        {"a": 2, "b": "y"},
        {"a": None, "b": "z"},
    ]


def test_declared_columns_choose_and_type(home, read):
    (home / "in.jsonl").write_text('{"m":1.50,"z":[1],"d":"2013-01-05"}\n{"n":{"k":[1]}}\n')
    declared = {"m": "decimal(9, 2)", "d": "date"}
    assert read(JsonLinesSource("in.jsonl", columns=declared))[0].to_pylist() == [
        {"m": Decimal("1.50"), "d": date(2013, 1, 5)},
        {"m": None, "d": None},
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
@pytest.mark.parametrize("source", [JsonLinesSource, JsonSource])
def test_a_file_of_wide_letters_is_known_by_its_first_bytes(home, read, source, encoding):
    (home / "in.json").write_text('[{"a":1}]\n', encoding=encoding)
    with pytest.raises(SourceShapeError, match=f"looks like {encoding}: .*Save it as UTF-8"):
        read(source("in.json"))


def test_what_is_no_text_is_shown_without_control_letters(home, read):
    (home / "in.jsonl").write_bytes(b'{"a":1}\n\x1b[31m\x00\n')
    with pytest.raises(SourceShapeError, match="line 2") as refused:
        read(JsonLinesSource("in.jsonl"))
    assert str(refused.value).isprintable()


def test_whole_numbers_that_a_float_holds_are_kept(home, read):
    (home / "in.jsonl").write_text('{"a":0.5,"b":"12345678901234567"}\n{"a":9007199254740992}\n{"a":1e300}\n')
    with pytest.raises(SourceError):
        read(JsonLinesSource("in.jsonl", columns={"a": "int64"}))
    (home / "in.jsonl").write_text('{"a":0.5,"b":"12345678901234567"}\n{"a":9007199254740992}\n')
    assert read(JsonLinesSource("in.jsonl"))[0].column("a").to_pylist() == [0.5, 2.0**53]


@pytest.mark.parametrize(
    ("text", "columns", "words"),
    [
        ('{"a":1}\n{"a":\n{"a":3}\n', None, "line 2: .*truncated"),
        ('{"a":1}\n{"a":\n2}\n', None, "line 2: .*truncated"),
        ('{"a":1}{"a":5}\n{"a":2}\n', None, "line 1: .*trailing"),
        ('{"a":1}\n[1]\n', None, r"line 2: an object was expected, found a list"),
        ('{"a":1}\n{"a":"x"}\n', None, "line 2, field 'a': \"x\" is no int64"),
        ('{"a":1}\n{"a":300}\n', {"a": "int8"}, "line 2, field 'a': 300 is no int8"),
        ('{"a":1}\n{"a":99999999999999999999}\n', None, "line 2, field 'a': 99999999999999999999 is no int64"),
        ('{"a":99999999999999999999}\n', None, "line 1: .*beyond 64 bits; declare"),
        ('{"a":0.5}\n{"a":9007199254740993}\n', None, "line 2, field 'a': 9007199254740993 would be rounded.*columns="),
        ('{"a":9007199254740993}\n{"a":0.5}\n', None, "line [12], field 'a': "),
        ('{"a":0.5}\n{"a":99999999999999999998}\n', None, "line 2, field 'a': 99999999999999999998 would be rounded"),
        ('{"a":[0.5]}\n{"a":[1,9007199254740993]}\n', None, "line 2, field 'a': 9007199254740993 would be rounded"),
        ('{"a":"2013-01-05"}\n{"a":"2013-02-30"}\n', {"a": "date"}, "line 2, field 'a': \"2013-02-30\" is no date"),
        (b'{"a":"x"}\n{"a":"\xff"}\n', None, "line 2: .*can't decode byte 0xff"),
        ('{"a":1,"a":2}\n', None, "line 1: .*twice"),
        ('{"a":1}\n' * 700_000 + '{"a":1,"b":2}\n', None, "line 700001, field 'b': the records before it have no"),
        ('{"aa":1}\n', {"a": "int64"}, "no record has the field 'a'.*'aa'"),
        ("", None, "no records.*Declare columns"),
    ],
)
def test_a_wrong_line_is_named(home, read, text, columns, words):
    (home / "in.jsonl").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SourceError, match=words):
        read(JsonLinesSource("in.jsonl", columns=columns))


def test_wrong_lines_are_set_aside(home, read):
    lines = ['{"a"', '{"a":1}', "[1]", '{"a":"x"}', '{"a":5,"b":1}', '{"a":6}']
    (home / "in.jsonl").write_text("\n".join(lines) + "\n" + '{"a":7}\n' * 700_000 + "nope")
    table, bad = read(JsonLinesSource("in.jsonl"), accept=9)
    assert (table.num_rows, table.column_names) == (700_002, ["a"])
    assert [(row.line, row.column) for row in bad] == [(1, None), (3, None), (4, "a"), (5, "b"), (700_007, None)]


def test_a_cut_file_is_an_error(home, read):
    (home / "in.jsonl.gz").write_bytes(gzip.compress(b'{"a":1}\n' * 1000)[:-9])
    with pytest.raises(SourceShapeError, match="can't be read to its end"):
        read(JsonLinesSource("in.jsonl.gz"))


def test_a_list_is_read_in_a_stream(home, read):
    rows = [{"a": number, "b": '},{"\\', "n": [{"k": 1}, {"k": 2}]} for number in range(60_000)]
    for name, text in {
        "tight.json": json.dumps(rows, separators=(",", ":")),
        "wide.json": json.dumps(rows, indent=1),
    }.items():
        (home / name).write_text(text)
        table, _ = read(JsonSource(name))
        assert table.column("a").to_pylist() == list(range(60_000))
        assert set(table.column("b").to_pylist()) == {'},{"\\'}
    (home / "cut.json").write_text(json.dumps(rows)[:-10])
    with pytest.raises(SourceShapeError, match=r"record \d+ or later: no JSON list of objects"):
        read(JsonSource("cut.json"))


def test_a_list_of_large_objects_is_cut_between_them(home, read, monkeypatch):
    monkeypatch.setattr(json_list, "_BLOCK_BYTES", 16_384)
    inner = [{"k": number, "s": "}, {["} for number in range(2_000)]
    (home / "in.json").write_text(json.dumps([{"a": number, "n": inner} for number in range(4)]))
    assert read(JsonSource("in.json", columns={"a": "int64"}))[0].column("a").to_pylist() == [0, 1, 2, 3]


def test_a_list_that_is_broken_early_is_told_before_it_is_read_whole(home, read):
    rows = ",".join('{"a":1}' for _ in range(700_000))
    (home / "in.json").write_text(f'[{{"a":1}},{{"a":}},{rows}]')
    with pytest.raises(SourceShapeError, match=r"record 1 or later: .*malformed"):
        read(JsonSource("in.json"))


@pytest.mark.parametrize(
    ("text", "records", "found"),
    [
        ('[{"a":1},{"a":2}]', None, [1, 2]),
        (" [ ] ", None, []),
        ('{"d":{"items":[{"a":3}]}}', "d.items", [3]),
        ('{"d":{"itms":[]}}', "d.items", "nothing at 'd.items'.*'itms'"),
        ('{"a":1}', None, "no JSON list; found an object.*records="),
        ('[{"a":1},{"a":"x"},3]', None, "record 2, field 'a': \"x\" is no int64"),
        ('[{"a":1} {"a":2}]', None, "record 1 or later"),
    ],
)
def test_lists(home, read, text, records, found):
    (home / "in.json").write_text(text)
    source = JsonSource("in.json", records=records, columns={"a": "int64"})
    if isinstance(found, list):
        assert read(source)[0].column("a").to_pylist() == found
        return
    with pytest.raises(SourceShapeError, match=found):
        read(source)


def test_wrong_records_of_a_list_are_set_aside(home, read):
    (home / "in.json").write_text('[{"a":1},{"a":"x"},3,{"a":4}]')
    table, bad = read(JsonSource("in.json"), accept=2)
    assert table.column("a").to_pylist() == [1, 4]
    assert [(row.line, row.column, row.raw) for row in bad] == [(2, "a", '"{\\"a\\":\\"x\\"}"'), (3, None, '"3"')]
