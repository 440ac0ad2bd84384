"""How `mulgil doctor` judges what it sees."""

from collections import namedtuple
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path

import pytest

from mulgil.cli.checkup import DagFiles, Verdict, check_clock, check_dag_files, check_installation
from mulgil.cli.checkup.home import check_home
from mulgil.cli.checkup.installation import Requirement, is_within, read_requirement
from mulgil.config import Home
from mulgil.i18n import MulgilError, Text
from mulgil.model import DagBecameStale, Event, ImportFailure

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")


class Clock:
    def __init__(self, by: timedelta = timedelta(0)) -> None:
        self.by = by

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by

    def monotonic(self) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("version", "versions", "is_in"),
    [
        ("8.1.7", "<9,>=8.1", True),
        ("8.1", ">=8.1.0", True),
        ("8.0.9", ">=8.1,<9", False),
        ("9.0.0rc1", ">=8.1,<9", False),
        ("10", ">=9", True),
        ("2.0.36", "<3,>=2.0.36", True),
        ("1.4", "~=1.3", True),
        ("1.2", "!=1.2", False),
        ("1.2.3", "==1.2", True),
        ("anything", "", True),
    ],
)
def test_versions(version: str, versions: str, is_in: bool) -> None:
    assert is_within(version, versions) is is_in


@pytest.mark.parametrize(
    ("line", "requirement"),
    [
        ("click<9,>=8.1", Requirement("click", "<9,>=8.1")),
        ("tzdata", Requirement("tzdata", "")),
        ('openpyxl>=3.1; extra == "excel"', Requirement("openpyxl", ">=3.1", "excel")),
        ("some-thing[fast] (>=1) ; python_version < '4' and extra == 'x'", Requirement("some-thing", ">=1", "x")),
    ],
)
def test_requirements(line: str, requirement: Requirement) -> None:
    assert read_requirement(line) == requirement


def test_this_installation_is_whole() -> None:
    assert {one.verdict for one in check_installation("3.11.7")} == {Verdict.OK}


def test_a_python_that_does_not_fit_and_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    known = metadata.version

    def version(name: str) -> str:
        if name == "click":
            raise metadata.PackageNotFoundError(name)
        return "0.1" if name == "jinja2" else known(name)

    monkeypatch.setattr(metadata, "version", version)
    found = {one.says.code: one.verdict for one in check_installation("3.9.1")}
    assert found["doctor.python_wrong"] is Verdict.FAIL
    assert found["doctor.package_missing"] is Verdict.FAIL
    assert found["doctor.package_version"] is Verdict.WARN
    assert "doctor.packages" not in found


@pytest.mark.parametrize(
    ("by", "newest", "codes"),
    [
        (timedelta(0), None, ["doctor.clock"]),
        (timedelta(minutes=1), None, ["doctor.clock_apart"]),
        (timedelta(0), timedelta(hours=1), ["doctor.clock", "doctor.clock_behind"]),
        (timedelta(0), -timedelta(hours=1), ["doctor.clock"]),
    ],
)
def test_the_clock(by: timedelta, newest: timedelta | None, codes: list[str], tmp_path: Path) -> None:
    clock = Clock(by)
    event = None if newest is None else Event(at=clock.now() + newest, payload=DagBecameStale("v"))
    assert [one.says.code for one in check_clock(clock, tmp_path, newest=event)] == [*codes, "doctor.zones"]


def test_a_clock_that_is_far_off_fails(tmp_path: Path) -> None:
    finding = next(iter(check_clock(Clock(timedelta(hours=1)), tmp_path, newest=None)))
    assert (finding.verdict, finding.remedy) == (Verdict.FAIL, Text("doctor.clock_apart_remedy"))


@pytest.mark.parametrize(("free_mb", "verdict"), [(50, "fail"), (500, "warn"), (5000, "ok")])
def test_the_disk(free_mb: int, verdict: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage(0, 0, free_mb * 1024 * 1024))
    found = {one.check: one.verdict for one in check_home(Home(tmp_path, tmp_path))}
    assert found["disk"] == verdict


def test_dag_files(tmp_path: Path) -> None:
    failure = ImportFailure(bundle="b", file="x.py", line=3, error=Text("doctor.not_running"), at=NOW)
    found = list(check_dag_files(tmp_path, DagFiles(("d",), (failure,))))
    assert [(one.verdict, one.says.fields["where"]) for one in found] == [(Verdict.FAIL, "x.py:3")]
    [fine] = check_dag_files(tmp_path, DagFiles(("d", "e"), ()))
    assert (fine.verdict, fine.says.fields["count"]) == (Verdict.OK, 2)
    assert [one.verdict for one in check_dag_files(tmp_path, None)] == [Verdict.WARN]
    assert [one.verdict for one in check_dag_files(tmp_path, MulgilError("doctor.not_running"))] == [Verdict.FAIL]
