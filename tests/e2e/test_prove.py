"""`mulgil prove` finds what is wrong in each careless pipeline, and nothing in careful ones."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CARELESS = Path(__file__).parent / "careless"
DAYS = ("--from", "2026-02-03", "--to", "2026-02-04")
FLIGHTS = Path(__file__).parents[2] / "examples" / "nyc_flights" / "nyc_flights.py"
# The file, a check that must fail, and the code of a cause or fact that must be told.
FAULTS = {
    "clock_in_sql": ("statements", "prove.what_sql_clock"),
    "clock_in_python": ("later", "prove.cause_clock"),
    "plain_insert": ("again", "prove.cause_repeated"),
    "raw_append": ("again", "prove.cause_repeated"),
    "delete_then_insert": ("killed", "prove.cause_half"),
    "wrong_partition": ("runs", "data.rows_outside_partition"),
    "random_ids": ("again", "prove.cause_values"),
    "latest_partition": ("again", "prove.cause_values"),
    "any_rows": ("statements", "prove.what_sql_limit"),
    "run_order": ("order", "prove.cause_order"),
}


@pytest.fixture
def proof_facts(proof: dict[str, float | str | bool]) -> dict[str, float | str | bool]:
    """What this session proved, under a name that leaves `proof` to the proofs themselves."""
    return proof


def prove(file: Path, home: Path, *options: str, others: tuple[str, ...] = ()) -> tuple[int, dict[str, Any]]:
    scratch = (f"warehouse=duckdb:{home}/w.duckdb", f"app=sqlite:{home}/app.sqlite", f"notes=sqlite:{home}/n.sqlite")
    connections = [word for target in (*scratch, *others) for word in ("--connection", target)]
    command = [sys.executable, "-m", "mulgil.cli.main", "--home", str(home), "prove", str(file), "--output", "json"]
    done = subprocess.run(
        [*command, *connections, *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MULGIL_LANG": "en"},
    )
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def codes(check: dict[str, Any]) -> set[str]:
    said = [finding[part] for finding in check["findings"] for part in ("what", "cause") if finding[part]]
    return {text["code"] for text in said}


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_found_and_named(name: str, tmp_path: Path, proof_facts: dict[str, float | str | bool]) -> None:
    check_name, told = FAULTS[name]
    kills = () if check_name == "killed" else ("--quick",)
    code, proof = prove(CARELESS / f"{name}.py", tmp_path, *DAYS, *kills)
    failed = {check["name"]: check for check in proof["checks"] if check["verdict"] == "failed"}
    assert code == 1
    assert not proof["holds"]
    assert check_name in failed
    assert told in codes(failed[check_name])
    assert not list(tmp_path.glob("*.sqlite")), "a real target was touched"
    assert not list(tmp_path.glob("*.duckdb")), "a real target was touched"
    found = proof_facts.get("prove.careless_found", 0)
    proof_facts["prove.careless_found"] = int(found) + 1


@pytest.mark.long
def test_a_careful_pipeline_is_proven_and_reported(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    code, proof = prove(CARELESS / "good.py", tmp_path, *DAYS, "--report", str(report))
    assert [check for check in proof["checks"] if check["verdict"] == "failed"] == []
    assert code == 0
    killed = next(check for check in proof["checks"] if check["name"] == "killed")
    assert killed["tried"] > 30
    text = report.read_text(encoding="utf-8")
    assert "Proven" in text
    assert "`warehouse:raw.sales`" in text


@pytest.mark.long
def test_the_flights_are_proven(
    tmp_path: Path, flights_api: Callable[..., str], proof_facts: dict[str, float | str | bool]
) -> None:
    url = flights_api("--unavailable-rate", "0", "--reset-rate", "0")
    code, proof = prove(FLIGHTS, tmp_path, "--date", "2013-01-05", others=(f"flights_api=http:{url}",))
    assert [check["findings"] for check in proof["checks"]] == [[]] * 7
    assert code == 0
    killed = next(check for check in proof["checks"] if check["name"] == "killed")
    assert killed["tried"] == 7 * 11
    proof_facts["prove.flights_kills"] = killed["tried"]


def test_days_that_are_alike_are_doubted(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for day, amount in (("2026-02-03", 5), ("2026-02-04", 7)):
        (inbox / f"{day}.csv").write_text(f"store,amount\na,{amount}\nb,{amount + 1}\n", encoding="utf-8")
    code, proof = prove(CARELESS / "latest_file.py", tmp_path, *DAYS, "--quick", "--variable", f"inbox={inbox}")
    doubtful = {check["name"]: check for check in proof["checks"] if check["verdict"] == "doubtful"}
    assert code == 0
    assert codes(doubtful["alike"]) == {"prove.what_alike"}
