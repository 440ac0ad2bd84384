"""`import mulgil` stays light: the promise that a dag file costs nothing to load."""

import json
import subprocess
import sys

import pytest

HEAVY = (
    "alembic",
    "click",
    "cryptography",
    "duckdb",
    "fastapi",
    "httpx",
    "jinja2",
    "numpy",
    "pandas",
    "pyarrow",
    "rich",
    "sqlalchemy",
)

AUTHORING = "from mulgil import DAG, Table, checks, dag, load, task, transform"


def _modules_after(statement: str) -> set[str]:
    code = f"{statement}\nimport sys, json\nprint(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    return {name.partition(".")[0] for name in json.loads(output)}


@pytest.mark.parametrize("statement", ["import mulgil", AUTHORING, "import mulgil.cli.main"])
def test_loads_no_heavy_library(statement: str) -> None:
    loaded = _modules_after(statement) - ({"click"} if "cli" in statement else set())
    assert loaded.isdisjoint(HEAVY), f"{statement!r} loads {sorted(loaded & set(HEAVY))}"
