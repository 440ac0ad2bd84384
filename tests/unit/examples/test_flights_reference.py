"""The independent totals: right on flights counted by hand and on January, and computed without our code."""

import ast
import io
import sys
from datetime import date
from pathlib import Path

import export_csv
import pytest
import reference

HEADER = "year,month,day,dep_delay,arr_delay,carrier,origin,dest"


@pytest.fixture(scope="module")
def january() -> reference.Totals:
    exported = io.BytesIO()
    first, last = date(2013, 1, 1), date(2013, 1, 31)
    export_csv.export(exported, first=first, last=last)
    return reference.totals(exported.getvalue().decode().splitlines(), first=first, last=last)


def test_counts_by_hand() -> None:
    lines = [
        HEADER,
        "2013,1,1,10,-5,AA,JFK,MIA",
        "2013,1,1,5,,AA,JFK,MIA",
        "2013,1,2,,,UA,EWR,IAH",
        "2013,1,3,99,99,AA,JFK,MIA",
    ]
    found = reference.totals(lines, first=date(2013, 1, 1), last=date(2013, 1, 2))
    assert found.as_json() == {
        "first": "2013-01-01",
        "last": "2013-01-02",
        "flights": 3,
        "days": {"2013-01-01": 2, "2013-01-02": 1},
        "carriers": {
            "AA": {"flights": 2, "mean_dep_delay": 7.5, "mean_arr_delay": -5.0},
            "UA": {"flights": 1, "mean_dep_delay": None, "mean_arr_delay": None},
        },
        "routes": {
            "EWR-IAH": {"flights": 1, "mean_dep_delay": None, "mean_arr_delay": None},
            "JFK-MIA": {"flights": 2, "mean_dep_delay": 7.5, "mean_arr_delay": -5.0},
        },
    }


def test_january_has_27004_flights(january: reference.Totals) -> None:
    assert january.flights == sum(january.days.values()) == 27_004
    assert sum(group.flights for group in january.carriers.values()) == 27_004
    assert sum(group.flights for group in january.routes.values()) == 27_004
    assert list(january.days) == [date(2013, 1, day) for day in range(1, 32)]


def test_january_means_divide_all_that_have_a_value(january: reference.Totals) -> None:
    departures = [group.dep_delay for group in january.carriers.values()]
    assert sum(mean.count for mean in departures) == 26_483
    assert january.carriers["UA"].flights == 4_637
    assert sum(mean.total for mean in departures) / 26_483 == pytest.approx(10.036665, abs=1e-6)


def test_imports_only_the_standard_library() -> None:
    tree = ast.parse(Path(reference.__file__).read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in imports if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_reads_a_file_of_the_whole_range(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "flights.csv"
    path.write_text(f"{HEADER}\n2013,1,1,10,-5,AA,JFK,MIA\n2013,1,9,10,-5,AA,JFK,MIA\n")
    assert reference.main(["--from", "2013-01-01", "--to", "2013-01-01", "--csv", str(path)]) == 0
    assert "1 flights on 1 days" in capsys.readouterr().out
