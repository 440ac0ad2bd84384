"""Excel files: cells as CSV would spell them, wrong ones by their names."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from mulgil.connectors.files import ExcelSource
from mulgil.connectors.files.excel_cells import as_text, cell_name, fits_kind, kind_of_cells
from mulgil.data.errors import SourceShapeError

AT, DAY = datetime(2013, 1, 5, 10, 30), datetime(2013, 1, 6)  # noqa: DTZ001 - Excel has no zones
PLAIN = {
    **dict(zip(("A1", "B1", "C1", "D1", "E1"), ("id", "at", "word", "ok", "day"), strict=True)),
    **dict(zip(("A2", "B2", "C2", "D2", "E2"), (1, AT, "x", True, DAY), strict=True)),
    **dict(zip(("A4", "B4", "D4", "E4"), (2, DAY, False, DAY), strict=True)),
}
LOWER = {
    "B3": "title",
    "B5": "id",
    "C5": "n",
    "B6": 1,
    "C6": 2,
    "B7": 2,
    "C7": "N/A",
    "B8": 3,
    "C8": 4,
    "C9": "#DIV/0!",
}


def test_types_are_those_of_the_cells(read, write_workbook):
    write_workbook("in.xlsx", {"S": PLAIN})
    table, _ = read(ExcelSource("in.xlsx"))
    assert [str(field.type) for field in table.schema] == ["double", "timestamp[us]", "string", "bool", "date32[day]"]
    assert [list(row.values()) for row in table.to_pylist()] == [
        [1.0, AT, "x", True, DAY.date()],
        [2.0, DAY, None, False, DAY.date()],
    ]


def test_declared_columns(read, write_workbook):
    write_workbook("in.xlsx", {"S": PLAIN})
    table, _ = read(ExcelSource("in.xlsx", sheet="S", columns={"id": "int64", "day": "date", "word": "string"}))
    assert table.to_pylist()[1] == {"id": 2, "day": date(2013, 1, 6), "word": None}


def test_a_table_that_starts_below(read, write_workbook):
    write_workbook("in.xlsx", {"S": {}, "T": LOWER})
    source = ExcelSource("in.xlsx", sheet=1, header_row=5, columns={"id": "int64", "n": "int64"})
    with pytest.raises(SourceShapeError, match=r"sheet 'T', cell C(7|9): .* in column 'n' is no int64"):
        read(source)
    table, bad = read(source, accept=2)
    assert table.to_pylist() == [{"id": 1, "n": 2}, {"id": 3, "n": 4}]
    assert sorted((row.line, row.column) for row in bad) == [(7, "n"), (9, "n")]
    assert "#DIV/0!" in " ".join(row.error for row in bad)
    with pytest.raises(SourceShapeError, match="cell C7: 'N/A' in column 'n' is no double"):
        read(ExcelSource("in.xlsx", sheet="T", header_row=5))


def test_cells_fit_by_their_kind():
    assert kind_of_cells(["", time(10, 30), "x"]) == "string"
    assert all(fits_kind(value, "string") for value in (time(10, 30), timedelta(hours=30), "x"))
    assert [as_text(value) for value in ("", True, 3.0, 1.5, time(10, 30), "가")] == [
        None,
        b"true",
        b"3",
        b"1.5",
        b"10:30:00",
        "가".encode(),
    ]
    assert [cell_name(0, 0), cell_name(6, 25), cell_name(6, 26), cell_name(9, 701), cell_name(9, 702)] == [
        "A1",
        "Z7",
        "AA7",
        "ZZ10",
        "AAA10",
    ]


@pytest.mark.parametrize(
    ("cells", "given", "words"),
    [
        ({"A1": "a", "B1": "a"}, {}, r"two columns of the header are called 'a' \(cells A1 and B1\)"),
        ({"A1": "a", "A2": 1, "B2": 2}, {}, "no name in cell B1"),
        ({"A1": "a"}, {"sheet": "T"}, "no sheet 'T'. Its sheets: 'S'"),
        ({"A1": "a"}, {"sheet": 3}, "no sheet '3'"),
        ({"A1": "a"}, {"columns": {"b": "int64"}}, "no column 'b'"),
    ],
)
def test_what_is_wrong_is_named(read, write_workbook, cells, given, words):
    write_workbook("in.xlsx", {"S": cells})
    with pytest.raises(SourceShapeError, match=words):
        read(ExcelSource("in.xlsx", **given))


def test_files_that_are_none_or_drift_apart(home, read, write_workbook):
    write_workbook("1.xlsx", {"S": {"A1": "a", "A2": 1}})
    path = write_workbook("2.xlsx", {"S": {"A1": "b", "A2": 1}})
    with pytest.raises(SourceShapeError, match=r"2.xlsx has other columns.*there: a.*here: b"):
        read(ExcelSource("*.xlsx"))
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(SourceShapeError, match=r"2.xlsx can't be read to its end"):
        read(ExcelSource("*.xlsx"))
