"""The reference as a user runs it: one program that runs the export as another."""

import json
import subprocess
import sys
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[3] / "examples" / "nyc_flights" / "reference.py"


def run(*options: str) -> str:
    command = [sys.executable, str(REFERENCE), "--from", "2013-01-01", "--to", "2013-01-31", *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_json_of_january() -> None:
    totals = json.loads(run("--json"))
    assert totals["flights"] == 27_004
    assert (len(totals["days"]), len(totals["carriers"])) == (31, 16)


def test_table_of_january() -> None:
    assert run().startswith("2013-01-01 to 2013-01-31: 27,004 flights on 31 days\n")
