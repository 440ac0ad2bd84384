"""The demonstration of the main job on real data; the January of the flights stands in test_backfill_flights."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

FLIGHTS = Path(__file__).parents[2] / "examples" / "nyc_flights"


@pytest.mark.long
def test_the_demonstration_holds(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(FLIGHTS / "demo.py"), "--home", str(tmp_path / "demo")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    facts = json.loads(done.stdout.splitlines()[-1].removeprefix("demo: "))
    assert facts == {"tables_equal": True, "runs": 14, "tries_killed": 3, "rows_flights": 12_208}
