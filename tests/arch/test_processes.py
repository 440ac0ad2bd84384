"""What each long-lived process has in memory, and what it can't have: user code's loader, stores, engines."""

import json
import subprocess
import sys

import pytest

# What imports dag files, and what dag files use.
AUTHORING = ("mulgil.sdk", "mulgil.data", "mulgil.connectors", "mulgil.dagfiles", "jinja2", "duckdb", "pyarrow")
STORES = ("mulgil.stores", "sqlite3", "sqlalchemy")

PROCESSES = [
    # ADR 0001: the scheduler never runs user code.
    pytest.param("mulgil.scheduler.process", AUTHORING, id="the scheduler loads nothing that authors use"),
    # ADR 0007: workers have no store; ADR 0006: the daemon imports no user code.
    pytest.param("mulgil.worker.daemon", AUTHORING + STORES, id="the worker daemon has no store and no user code"),
    # Forked before anything that could be half done: no thread, no store, no engine.
    pytest.param("mulgil.worker.start", AUTHORING + STORES, id="the nursery is forked from next to nothing"),
    pytest.param("mulgil.cli.up", (*AUTHORING, *STORES), id="the supervisor knows only processes"),
]


@pytest.mark.parametrize(("module", "forbidden"), PROCESSES)
def test_process_loads_nothing_it_must_not_have(module: str, forbidden: tuple[str, ...]) -> None:
    code = f"import {module}, json, sys\nprint(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True).stdout
    loaded: list[str] = json.loads(output)
    assert not [
        name for name in loaded if name.startswith(tuple(f"{root}." for root in forbidden)) or name in forbidden
    ]
