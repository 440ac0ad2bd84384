"""`mulgil init`: what it writes runs, by the very commands that it prints."""

import os
import shlex
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tools.installation import wait_until

MULGIL = [sys.executable, "-m", "mulgil.cli.main"]
DAYS = 7


@pytest.fixture
def around(tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose home folder and sockets are below a scratch folder."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("MULGIL")}
    return {**known, "HOME": str(tmp_path), "MULGIL_LANG": "en", "XDG_RUNTIME_DIR": str(tmp_path)}


def commands(said: str) -> list[list[str]]:
    """Return the `mulgil` commands that `mulgil init` printed, without their remarks."""
    lines = [line.strip().partition("    ")[0] for line in said.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("mulgil ")]


def days(project: Path) -> int:
    """Return how many days the app's table has."""
    if not (project / "app.sqlite").exists():
        return 0
    with sqlite3.connect(f"file:{project / 'app.sqlite'}?mode=ro", uri=True) as app:
        has_table = app.execute("select 1 from sqlite_master where name = 'daily_sales'").fetchall()
        return int(app.execute("select count(distinct day) from daily_sales").fetchone()[0]) if has_table else 0


def test_the_starter_runs_by_the_commands_that_init_prints(tmp_path: Path, around: dict[str, str]) -> None:
    made = subprocess.run([*MULGIL, "init", "shop"], cwd=tmp_path, env=around, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert "cd shop" in made.stdout
    run_once, up = commands(made.stdout)
    project = tmp_path / "shop"
    ran = subprocess.run([*MULGIL, *run_once], cwd=project, env=around, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert days(project) == 1
    with subprocess.Popen([*MULGIL, *up], cwd=project, env=around, stdout=subprocess.PIPE) as running:
        try:
            wait_until(lambda: days(project) == DAYS, 120, "every day of the starter")
        finally:
            running.send_signal(signal.SIGINT)
            running.communicate(timeout=60)
    assert running.returncode == 0
    checked = subprocess.run(
        [*MULGIL, "--home", ".", "doctor"], cwd=project, env=around, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout


def test_init_overwrites_nothing_unless_it_is_told_to(tmp_path: Path, around: dict[str, str]) -> None:
    def init(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*MULGIL, "init", *options], cwd=tmp_path, env=around, capture_output=True, text=True)

    (tmp_path / "README.md").write_text("mine")
    refused = init()
    assert refused.returncode == 1
    assert "has files of these names already: README.md." in refused.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"README.md"}
    assert init("--force").returncode == 0
    assert (tmp_path / "README.md").read_text().startswith("# A pipeline to start from")
    assert (tmp_path / ".gitignore").exists()
    assert (tmp_path / "dags" / ".mulgilignore").exists()
