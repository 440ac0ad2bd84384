"""CSV files: forms, types, and everything that can be wrong with one."""

from __future__ import annotations

import bz2
import gzip
import lzma
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from mulgil.connectors.files import CsvSource
from mulgil.connectors.files.csv_reading import CsvReading
from mulgil.data.errors import DeclarationError, SourceError, SourceShapeError, TooManyBadRowsError

COLUMNS = {"a": "int64", "b": "string"}


@pytest.mark.parametrize(
    ("text", "given", "rows"),
    [
        ('a,b\n1,x\n2,"y,\nz"\n', {}, [(1, "x"), (2, "y,\nz")]),
        ("b,c,a\nx,9,1\n", {"columns": COLUMNS}, [(1, "x")]),
        ("a\tb\n1\t'x\ty'\n", {"delimiter": "\t", "quote": "'"}, [(1, "x\ty")]),
        ('a,b\n1,5" pipe\n', {}, [(1, '5" pipe')]),
        ('a,b\n1,5" pipe' + "x" * 200_000 + "\n", {}, [(1, '5" pipe' + "x" * 200_000)]),
        ('a,b\n1,"x\n', {"quote": None}, [(1, '"x')]),
        ("1,x\n2,y\n", {"columns": COLUMNS, "header": False}, [(1, "x"), (2, "y")]),
        ("\ufeffa,b\r\n1,x\r\n\r\n2,y", {}, [(1, "x"), (2, "y")]),
        (
            'a,b\nNA,NA\n"","NA"\n1,\n',
            {"columns": COLUMNS, "null_values": ("", "NA")},
            [(None, None), (None, "NA"), (1, None)],
        ),
        ("a,b\n1,NA\n 2 ,NULL\n", {"columns": COLUMNS}, [(1, "NA"), (2, "NULL")]),
        ("a,b\n", {"columns": COLUMNS}, []),
    ],
)
def test_forms(home, read, text, given, rows):
    (home / "in.csv").write_text(text, encoding="utf-8", newline="")
    table, _ = read(CsvSource("in.csv", **given))
    assert table.column_names == ["a", "b"]
    assert [tuple(row.values()) for row in table.to_pylist()] == rows


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("00712", pa.string()),
        (" 007", pa.string()),
        ("-01.5", pa.string()),
        ("99999999999999999998", pa.string()),
        ("9007199254740993\n0.5", pa.string()),
        ("0.12345678901234567891", pa.string()),
        ("0", pa.int64()),
        ("9007199254740993", pa.int64()),
        ("9007199254740992\n0.5", pa.float64()),
        ("0.30000000000000004", pa.float64()),
        ("0.50000000000000000000", pa.float64()),
        ("-0.5e10", pa.float64()),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_what_a_number_would_lose_stays_text(home, read, written, kind, encoding):
    lines = "".join(f"{line},1\n" for line in written.splitlines())
    (home / "in.csv").write_text(f"a,b\n{lines}", encoding=encoding)
    table, _ = read(CsvSource("in.csv", encoding=encoding))
    assert table.schema.types == [kind, pa.int64()]
    if kind == pa.string():
        assert table.column("a").to_pylist() == written.splitlines()


@pytest.mark.parametrize(
    ("first", "later"),
    [("1", "00712"), ("0.5", "99999999999999999998"), ("0.5", "9007199254740993"), ("0.5", "0.12345678901234567891")],
)
def test_a_later_number_that_would_lose_digits_is_refused(home, read, first, later):
    # The first block decides, and this one is in the second.
    (home / "in.csv").write_text("a,b\n" + f"{first},{'x' * 1000}\n" * 5000 + f"{later},y\n")
    with pytest.raises(SourceShapeError, match=rf"line 5002: '{later}' in column 'a' is no .*columns="):
        read(CsvSource("in.csv"))
    assert read(CsvSource("in.csv", columns={"a": "string"}))[0].column("a")[5000].as_py() == later


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_of_wide_letters_is_known_by_its_first_bytes(home, read, encoding):
    (home / "in.csv").write_text("a,b\n1,x\n", encoding=encoding)
    with pytest.raises(SourceShapeError, match=f"looks like {encoding}: .*Say encoding='{encoding}'") as refused:
        read(CsvSource("in.csv"))
    assert str(refused.value).isprintable()
    assert read(CsvSource("in.csv", encoding=encoding))[0].to_pylist() == [{"a": 1, "b": "x"}]


def test_declared_types(home, read):
    (home / "in.csv").write_text("d,t,m,k,f\n2013-01-05,2013-01-05T10:00:00+09:00,1.50,true,1e3\n,,,,\n")
    declared = {"d": "date", "t": "timestamp[us, UTC]", "m": "decimal(9, 2)", "k": "bool", "f": "float"}
    table, _ = read(CsvSource("in.csv", columns=declared))
    first, second = table.to_pylist()
    assert list(first.values()) == [
        date(2013, 1, 5),
        datetime(2013, 1, 5, 1, tzinfo=UTC),
        Decimal("1.50"),
        True,
        1000.0,
    ]
    assert set(second.values()) == {None}


@pytest.mark.parametrize("encoding", ["cp949", "euc-kr", "utf-16", "latin-1"])
def test_encodings(home, read, encoding):
    word = "é" if encoding == "latin-1" else "가나"
    (home / "in.csv").write_bytes(f'a,b\n1,"{word}"\n'.encode(encoding))
    table, _ = read(CsvSource("in.csv", encoding=encoding))
    assert table.to_pylist() == [{"a": 1, "b": word}]


PACKERS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": lambda data: _packed(data, "zstd"),
    "lz4": lambda data: _packed(data, "lz4"),
}


def _packed(data: bytes, codec: str) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, codec) as packed:
        packed.write(data)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("ending", PACKERS)
def test_packed_files_and_cut_ones(home, read, ending):
    data = b"a,b\n" + b"".join(b"%d,x%d\n" % (number, number) for number in range(300_000))
    packed = PACKERS[ending](data)
    (home / f"in.csv.{ending}").write_bytes(packed)
    source = CsvSource(f"in.csv.{ending}", columns=COLUMNS)
    assert read(source)[0].num_rows == 300_000
    (home / f"in.csv.{ending}").write_bytes(packed[:-20])
    with pytest.raises(SourceShapeError, match=rf"in.csv.{ending} can't be read to its end"):
        read(source)
    with pytest.raises(SourceShapeError):
        read(source, accept=1.0)


@pytest.mark.parametrize(
    ("data", "given", "words"),
    [
        (b"a,b\n1,2\n3\n", {}, "line 3: 1 fields instead of 2: 3"),
        (b'a,b\n\n"1\n2",2\n3,4,5\n', {}, "line 5: 3 fields instead of 2: 3,4,5"),
        (b"a,b\n1,x\n300,y\n", {"columns": {"a": "int8"}}, "line 3: '300' in column 'a' is no int8"),
        (b"a,b\n1,x\n1e400,y\n", {"columns": {"a": "float"}}, "line 3: '1e400' in column 'a' is no double"),
        (b"a,b\n1.505,x\n", {"columns": {"a": "decimal(9, 2)"}}, r"line 2: '1.505' in column 'a' is no decimal128"),
        (b"a,b\n1,x\n2,\xb0\xa1\n", {}, r"line 3 \(byte 11\): the bytes b0 a1 0a are no text in utf-8.*cp949"),
        (b"a,\xff\n1,x\n", {}, r"line 1 \(byte 3\)"),
        (b"a,b\n1,x\n2,\xff\xff\n", {"encoding": "cp949"}, r"line 3 \(byte 11\).* no text in cp949"),
        (b"a,b\na,\n", {"columns": {"a": "binary", "b": "int64"}, "null_values": ()}, None),
        (b'a,b\n1,"x\n2,y\n3,z\n', {}, "line 2: a quoted field begins here that doesn't end"),
        (b'a,b\n1,"x\n' + b"2,y\n" * 2_000_000, {}, "line 2: a quoted field begins here"),
        (b"a,b,a\n1,2,3\n", {}, "two columns called 'a': columns 1 and 3"),
        (b"a,b,a\n1,2,3\n", {"columns": COLUMNS}, "two columns called 'a'"),
        (b"a,bb\n1,2\n", {"columns": COLUMNS}, "no column 'b'.*did you mean 'bb'"),
        (b"a,b\n1," + b"x" * 13_000_000 + b"\n", {}, "a row of more than 4 MiB"),
        (b"", {}, "Empty CSV file"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_column(home, read, data, given, words):
    (home / "in.csv").write_bytes(data)
    if words is None:
        assert read(CsvSource("in.csv", **given))[0].num_rows == 1
        return
    with pytest.raises(SourceShapeError, match=f"in.csv.*{words}"):
        read(CsvSource("in.csv", **given))


def test_wrong_rows_are_set_aside_with_their_lines(home, read):
    good = b"".join(b"%d,x\n" % number for number in range(400_000))
    wrong = b'z,6\n"x\ny"\n7\n2,\xff\n9,9,9\n'
    (home / "in.csv").write_bytes(b"a,b\n\n" + good + wrong + good + b"q,\n")
    table, bad = read(CsvSource("in.csv", columns=COLUMNS), accept=6)
    assert table.column("a").to_pylist() == [*range(400_000)] * 2
    assert [(row.line, row.column, row.raw) for row in bad] == [
        (400_003, "a", '["z","6"]'),
        (400_004, None, '"\\"x\\ny\\""'),
        (400_006, None, '"7"'),
        (400_007, "b", '["2","\ufffd"]'),
        (400_008, None, '"9,9,9"'),
        (800_009, "a", '["q",""]'),
    ]
    with pytest.raises(TooManyBadRowsError):
        read(CsvSource("in.csv", columns=COLUMNS), accept=5)


def test_files_of_a_pattern_are_read_in_the_order_of_their_names(home, read):
    (home / "there").mkdir()
    for name, text in {"b.csv": "b,a\ny,2\n", "a.csv": "a,b\n1,x\n", "c.txt": "no"}.items():
        (home / "there" / name).write_text(text)
    (home / "there" / "d.csv").mkdir()
    table, _ = read(CsvSource("*.csv", connection_id="files"))
    assert table.to_pylist() == [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ("a,b\nx,y\n", "2.csv, line 2: 'x' in column 'a' is no int64"),
        ("a,c\n1,y\n", "2.csv has other columns.*Only there: b. Only here: c"),
        ("a\n1\n", "2.csv has other columns.*Only there: b"),
        ("a,b,c\n1,y,z\n", "2.csv has other columns.*Only here: c"),
    ],
)
def test_files_that_drift_apart(home, read, second, words):
    (home / "1.csv").write_text("a,b\n1,x\n")
    (home / "2.csv").write_text(second)
    with pytest.raises(SourceShapeError, match=words):
        read(CsvSource("*.csv"))


def test_a_file_that_is_written_while_it_is_read_is_an_error(home, read, monkeypatch):
    (home / "1.csv").write_text("a,b\n1,x\n")
    (home / "2.csv").write_text("a,b\n2,y\n")
    numbers = CsvReading._numbers

    def write_meanwhile(reading: CsvReading, *arguments: int) -> object:
        if reading.file.name == "2.csv":
            (home / "2.csv").write_text("a,b\n2,y\n3,z\n")
        return numbers(reading, *arguments)

    monkeypatch.setattr(CsvReading, "_numbers", write_meanwhile)
    with pytest.raises(SourceError, match=r"2.csv was written while it was read"):
        read(CsvSource("*.csv"))


def test_no_file_is_an_error_unless_it_is_allowed(home, read):
    for path in ("none*.csv", "none.csv"):
        with pytest.raises(SourceError, match="none"):
            read(CsvSource(path, columns=COLUMNS))
        table, _ = read(CsvSource(path, columns=COLUMNS, allow_empty=True))
        assert (table.num_rows, table.column_names) == (0, ["a", "b"])
        with pytest.raises(SourceError, match="Declare columns"):
            read(CsvSource(path, allow_empty=True))


def test_forms_that_can_not_be():
    with pytest.raises(DeclarationError, match="needs columns"):
        CsvSource("in.csv", header=False)
    with pytest.raises(DeclarationError, match="no encoding 'utf-9'"):
        CsvSource("in.csv", encoding="utf-9")
