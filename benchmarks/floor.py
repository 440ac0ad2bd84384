"""What the machine itself allows: forks, commits, interpreter starts."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Record, per_second, wall_ms

# A zygote's imports: what an attempt needs, and a user's dag file.
ZYGOTE_IMPORTS = "import mulgil.worker.zygote, mulgil.worker.attempt, mulgil.sdk"
FORK_LOOP = """
import gc, json, sys
sys.path.insert(0, sys.argv[1])
from benchmarks.floor import fork_rates
gc.collect(); gc.freeze()
print(json.dumps(fork_rates()))
"""


def measure(record: Record) -> None:
    """Measure every floor."""
    record.add("floor.python_start_ms", wall_ms([sys.executable, "-c", ""]))
    record.add("floor.fork_bare_per_s", _fork_rates_of("import os"))
    record.add("floor.fork_zygote_per_s", _fork_rates_of(ZYGOTE_IMPORTS))
    record.add("floor.sqlite_full_commits_per_s", _commit_rates())


def fork_rates() -> list[float]:
    """Fork, leave and reap, one after another."""
    return per_second(_fork_once)


def _fork_once() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _fork_rates_of(imports: str) -> list[float]:
    import json

    root = str(Path(__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", f"{imports}\n{FORK_LOOP}", root], check=True, capture_output=True, text=True
    )
    rates: list[float] = json.loads(done.stdout)
    return rates


def _commit_rates() -> list[float]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        connection = sqlite3.connect(Path(folder) / "floor.db", isolation_level=None)
        connection.execute("pragma journal_mode=wal")
        connection.execute("pragma synchronous=full")
        connection.execute("create table item (id integer primary key, value text)")
        rates = per_second(lambda: connection.execute("insert into item (value) values ('x')").close())
        connection.close()
    return rates
