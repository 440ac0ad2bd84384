"""Rows per second into the embedded targets, beside the target's own way, and the memory that it takes.

Each sample is a child process with everything imported before its clock starts: ours runs a dag of one `load`
with `dag.test()`, the rival runs what a person would write by hand. Both begin with no database file.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.measure import SAMPLES, Record
from benchmarks.scratch import WorkloadError

ROWS = 1_000_000
MANY_ROWS = 5_000_000
PAGE_ROWS = 10_000
JSON_PAGES = 30
COLUMNS = {
    "id": "BIGINT",
    "day": "DATE",
    "a": "INTEGER",
    "b": "INTEGER",
    "c": "BIGINT",
    "x": "DOUBLE",
    "y": "DOUBLE",
    "z": "DOUBLE",
    "name": "VARCHAR",
    "code": "VARCHAR",
}
MAKE = """
COPY (
    SELECT i AS id, DATE '2013-01-05' AS day, (i % 1000)::INTEGER AS a, (i * 7 % 100003)::INTEGER AS b,
           i * 31 AS c, (i / 7)::DOUBLE AS x, sqrt(i)::DOUBLE AS y, ((i % 97) / 4)::DOUBLE AS z,
           'name ' || (i * 17 % 50021) AS name, substr(md5(i::VARCHAR), 1, 8) AS code
    FROM range({rows}) AS numbers(i)
) TO '{file}' (FORMAT parquet)
"""
OURS = """
import json, resource, sys, time
import duckdb, pyarrow, pyarrow.compute, pyarrow.json, pyarrow.parquet, sqlite3, urllib3
from mulgil import Table, dag, load
from mulgil.connectors.files import ParquetSource
from mulgil.connectors.http import HttpSource, PageNumber

kind, target, source = sys.argv[1:4]
table = Table("there", "t", partition_by="day")

@dag(schedule="@daily", start_date="2013-01-01")
def bench():
    if source.startswith("http"):
        pages = PageNumber(size_parameter="per_page", size=PAGE_ROWS)
        load(HttpSource("api", "/rows", pages=pages, columns=COLUMNS), into=table)
    else:
        load(ParquetSource(source), into=table)

made = bench()
began = time.perf_counter()
result = made.test("2013-01-05", connections={"there": f"{kind}:{target}", "api": f"http:{source}"})
took = time.perf_counter() - began
if not result.succeeded:
    sys.exit(f"the run failed: {result}")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seconds": took, "peak_mb": peak}))
"""
DUCKDB_BY_HAND = """
import json, sys, time
import duckdb, pyarrow

_, target, source = sys.argv[1:4]
began = time.perf_counter()
with duckdb.connect(target) as connection:
    connection.execute(f"CREATE TABLE t ({COLUMNS})")
    connection.execute(f"INSERT INTO t SELECT * FROM '{source}'")
print(json.dumps({"seconds": time.perf_counter() - began}))
"""
SQLITE_BY_HAND = """
import json, sqlite3, sys, time
import pyarrow.parquet as pq

_, target, source = sys.argv[1:4]
began = time.perf_counter()
connection = sqlite3.connect(target, isolation_level=None)
connection.execute("PRAGMA journal_mode=wal")
connection.execute("PRAGMA synchronous=full")
connection.execute("BEGIN")
connection.execute(f"CREATE TABLE t ({COLUMNS})")
marks = ", ".join("?" * COUNT)
for batch in pq.ParquetFile(source).iter_batches():
    columns = [column.to_pylist() for column in batch.columns]
    columns[1] = [day.isoformat() for day in columns[1]]
    connection.executemany(f"INSERT INTO t VALUES ({marks})", zip(*columns))
connection.execute("COMMIT")
connection.close()
print(json.dumps({"seconds": time.perf_counter() - began}))
"""
API = """
import json, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
import duckdb

rows = duckdb.sql(f"SELECT * FROM '{sys.argv[1]}' LIMIT {PAGES * PAGE_ROWS}").to_arrow_table().to_pylist()
pages = [rows[start : start + PAGE_ROWS] for start in range(0, len(rows), PAGE_ROWS)]
bodies = [json.dumps({"items": page, "pages": len(pages), "total": len(rows)}, default=str).encode() for page in pages]

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = bodies[int(parse_qs(urlsplit(self.path).query)["page"][0]) - 1]
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""
TYPES_FOR_JSON = {
    "BIGINT": "int64",
    "INTEGER": "int32",
    "DOUBLE": "double",
    "VARCHAR": "string",
    "DATE": "date32",
}


def measure(record: Record) -> None:
    """Measure every embedded target."""
    with tempfile.TemporaryDirectory(prefix="mulgil-bench-") as scratch:
        folder = Path(scratch)
        source = _parquet(folder, ROWS)
        _measure_json(record, folder, source)
        _measure_duckdb(record, folder, source)
        _measure_sqlite(record, folder, source)


def _measure_duckdb(record: Record, folder: Path, source: Path) -> None:
    ours = [_sample(OURS, "duckdb", folder, source, ROWS) for _ in range(SAMPLES)]
    native = [_sample(DUCKDB_BY_HAND, "duckdb", folder, source, ROWS) for _ in range(SAMPLES)]
    key = "data.duckdb.replace_partition_1m"
    record.add(f"{key}.rows_per_s", [ROWS / sample["seconds"] for sample in ours])
    record.add(f"{key}.of_native_ratio", _ratios(ours, native))
    record.add("data.duckdb.peak_1m_mb", [sample["peak_mb"] for sample in ours])
    many = _parquet(folder, MANY_ROWS)
    large = _sample(OURS, "duckdb", folder, many, MANY_ROWS)
    record.add("data.duckdb.peak_5m_mb", [large["peak_mb"]])
    many.unlink()


def _measure_sqlite(record: Record, folder: Path, source: Path) -> None:
    ours = [_sample(OURS, "sqlite", folder, source, ROWS) for _ in range(SAMPLES)]
    by_hand = [_sample(SQLITE_BY_HAND, "sqlite", folder, source, ROWS) for _ in range(SAMPLES)]
    key = "data.sqlite.replace_partition_1m"
    record.add(f"{key}.rows_per_s", [ROWS / sample["seconds"] for sample in ours])
    record.add(f"{key}.of_executemany_speed_ratio", _ratios(by_hand, ours))
    record.add("data.sqlite.peak_1m_mb", [sample["peak_mb"] for sample in ours])


def _measure_json(record: Record, folder: Path, source: Path) -> None:
    rows = JSON_PAGES * PAGE_ROWS
    head = f"PAGES, PAGE_ROWS = {JSON_PAGES}, {PAGE_ROWS}\n"
    with subprocess.Popen([sys.executable, "-c", head + API, str(source)], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = f"http://127.0.0.1:{int(server.stdout.readline())}"
            samples = [_sample(OURS, "duckdb", folder, address, rows) for _ in range(SAMPLES)]
        finally:
            server.kill()
    record.add("data.duckdb.json_pages.rows_per_s", [rows / sample["seconds"] for sample in samples])


def _parquet(folder: Path, rows: int) -> Path:
    import duckdb

    file = folder / f"{rows}.parquet"
    with duckdb.connect() as connection:
        connection.execute(MAKE.format(rows=rows, file=file))
    return file


def _sample(script: str, kind: str, folder: Path, source: Path | str, rows: int) -> dict[str, float]:
    """Run a script into a new database file, check what is in it, and return what it measured."""
    target = folder / f"bench.{kind}"
    if script is OURS:
        columns = {name: TYPES_FOR_JSON[kept] for name, kept in COLUMNS.items()}
        head = f"PAGE_ROWS, COLUMNS = {PAGE_ROWS}, {columns!r}\n"
    else:
        listed = ", ".join(f"{name} {kept}" for name, kept in COLUMNS.items())
        head = f"COLUMNS, COUNT = {listed!r}, {len(COLUMNS)}\n"
    done = subprocess.run(
        [sys.executable, "-c", head + script, kind, str(target), str(source)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    if done.returncode != 0:
        raise WorkloadError(f"a load failed: {(done.stdout + done.stderr).strip()[-800:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if (count := _count(kind, target)) != rows:
        raise WorkloadError(f"{count} rows were written, not {rows}")
    for path in folder.glob("bench.*"):
        path.unlink() if path.is_file() else _empty(path)
    return found


def _empty(path: Path) -> None:
    for each in path.iterdir():
        each.unlink()
    path.rmdir()


def _count(kind: str, file: Path) -> int:
    query = "SELECT count(*) FROM t"
    if kind == "duckdb":
        import duckdb

        with duckdb.connect(str(file), read_only=True) as connection:
            return int(connection.execute(query).fetchall()[0][0])
    import sqlite3

    with closing(sqlite3.connect(file)) as database:
        return int(database.execute(query).fetchall()[0][0])


def _ratios(above: Sequence[dict[str, float]], below: Sequence[dict[str, float]]) -> list[float]:
    pairs = zip(above, below, strict=True)
    return [one["seconds"] / other["seconds"] for one, other in pairs]
