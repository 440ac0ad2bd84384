"""`mulgil run FILE` and `python file.py`, as people type them."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

SALES = """
from mulgil import Table, dag, task, transform

sales = Table("warehouse", "sales", partition_by="day")


@dag(schedule="@daily", start_date="2026-01-01")
def sales_daily():
    loaded = transform("select {{ ds }} as day, range as store from range(3)", into=sales)

    @task
    def announce(ds, params=None):
        print("in:", ds)
        if ds == "2026-01-03":
            raise ValueError("a bad day")

    loaded >> announce()


pipeline = sales_daily()

if __name__ == "__main__":
    pipeline.cli()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sales.py"
    path.write_text(SALES, encoding="utf-8")
    return path


def typed(*words: str, cwd: Path, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        input=given,
        env={**os.environ, "MULGIL_LANG": "en", "MULGIL_HOME": str(cwd / "home")},
    )


def test_a_range_is_run_and_shown(file: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    done = typed(
        *("-m", "mulgil.cli.main", "run", "sales.py", "--from", "2026-01-01", "--to", "2026-01-02"),
        *("--connection", "warehouse=duckdb:w.duckdb"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "2026-01-02 announce │ in: 2026-01-02" in done.stderr
    assert "2 of 2 runs succeeded" in done.stdout
    with duckdb.connect(str(tmp_path / "home" / "w.duckdb"), read_only=True) as warehouse:
        assert warehouse.execute("select count(*), count(distinct day) from sales").fetchall() == [(6, 2)]
    assert list((tmp_path / "home").glob("mulgil.db*")) == []


def test_a_failure_is_explained_and_told_by_the_exit_code(file: Path, tmp_path: Path) -> None:
    done = typed("sales.py", "--date", "2026-01-03", "--task", "announce", cwd=tmp_path)
    assert done.returncode == 1
    assert "announce: ValueError: a bad day" in done.stdout
    assert 'raise ValueError("a bad day")' in done.stderr


def test_the_debugger_opens_where_a_task_raises(file: Path, tmp_path: Path) -> None:
    command = ("sales.py", "--date", "2026-01-03", "--task", "announce", "--pdb")
    done = typed(*command, cwd=tmp_path, given="print('ds is', ds)\nq\n")
    assert "ds is 2026-01-03" in done.stdout + done.stderr
