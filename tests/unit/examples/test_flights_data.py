"""The committed files are what the build tool promises, and the tool refuses anything else."""

from dataclasses import replace
from pathlib import Path

import build_flights_data as tool
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

AIRLINES = next(dataset for dataset in tool.DATASETS if dataset.name == "airlines")


@pytest.fixture(scope="module")
def flights(flights_folder: Path) -> pa.Table:
    return pq.read_table(flights_folder / "flights.parquet")


@pytest.fixture
def sdist(tmp_path: Path) -> Path:
    (tmp_path / tool.PACKAGE / "data").mkdir(parents=True)
    (tmp_path / tool.PACKAGE / "data" / "airlines.csv").write_text('carrier,name\nUA,"United, Inc."\nAA,American\n')
    (tmp_path / "PKG-INFO").write_text(f"Name: {tool.PACKAGE}\nVersion: {tool.VERSION}\nLicense: CC0\n")
    return tmp_path


@pytest.mark.parametrize("dataset", tool.DATASETS, ids=lambda dataset: dataset.name)
def test_file_has_the_declared_form(dataset: tool.Dataset, flights_folder: Path) -> None:
    table = pq.read_table(flights_folder / f"{dataset.name}.parquet")
    assert table.schema.equals(dataset.schema)
    assert table.num_rows == dataset.rows
    assert table.group_by(list(dataset.key)).aggregate([]).num_rows == dataset.rows
    assert table.equals(table.sort_by([(column, "ascending") for column in dataset.order]))


@pytest.mark.parametrize("name", ["flights", "weather"])
def test_each_month_is_one_row_group(name: str, flights_folder: Path) -> None:
    with pq.ParquetFile(flights_folder / f"{name}.parquet") as file:
        months = [set(file.read_row_group(i, columns=["month"])["month"].to_pylist()) for i in range(12)]
        assert file.num_row_groups == 12
    assert months == [{month} for month in range(1, 13)]


def test_38444_flights_fall_on_another_utc_day(flights: pa.Table) -> None:
    utc = flights["time_hour"].cast(pa.timestamp("us"))
    is_same_day = pc.and_(pc.equal(pc.month(utc), flights["month"]), pc.equal(pc.day(utc), flights["day"]))
    assert pc.sum(pc.invert(is_same_day)).as_py() == 38_444


def test_missing_values_are_null(flights: pa.Table) -> None:
    missing = {name: flights[name].null_count for name in flights.column_names if flights[name].null_count}
    assert missing == {
        "dep_time": 8_255,
        "dep_delay": 8_255,
        "arr_time": 8_713,
        "arr_delay": 9_430,
        "tailnum": 2_512,
        "air_time": 9_430,
    }


def test_notice_is_the_one_the_tool_writes(flights_folder: Path) -> None:
    assert (flights_folder / "NOTICE.md").read_text(encoding="utf-8") == tool.notice()


def test_files_stay_small(flights_folder: Path) -> None:
    assert sum(path.stat().st_size for path in flights_folder.iterdir()) < 8_000_000


def test_reads_sorted_with_declared_types(sdist: Path) -> None:
    table = tool.read(replace(AIRLINES, rows=2), sdist)
    assert table.schema.equals(AIRLINES.schema)
    assert table.to_pylist() == [
        {"carrier": "AA", "name": "American"},
        {"carrier": "UA", "name": "United, Inc."},
    ]


def test_refuses_another_number_of_rows(sdist: Path) -> None:
    with pytest.raises(tool.FlightsDataError, match="2 rows and 2 keys, expected 16"):
        tool.read(AIRLINES, sdist)


@pytest.mark.parametrize(
    ("content", "message"),
    [("carrier,name\nAA,NA\n", "'name' with null values"), ("carrier,title\nAA,American\n", "field names")],
)
def test_refuses_other_content(sdist: Path, content: str, message: str) -> None:
    (sdist / tool.PACKAGE / "data" / "airlines.csv").write_text(content)
    with pytest.raises(tool.FlightsDataError, match=message):
        tool.read(replace(AIRLINES, rows=1), sdist)


def test_refuses_another_licence(sdist: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (sdist / "PKG-INFO").write_text(f"Name: {tool.PACKAGE}\nVersion: {tool.VERSION}\nLicense: GPL\n")
    output = tmp_path / "output"
    assert tool.main(["--sdist", str(sdist), "--output", str(output)]) == 1
    assert "GPL" in capsys.readouterr().err
    assert not output.exists()
