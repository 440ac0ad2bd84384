"""Reads the tables that the example made, as an outsider would: DuckDB and SQLite, nothing of mulgil."""

import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

import duckdb
from stage import Stage

WAREHOUSE_TABLES = (
    "raw.flights",
    "raw.weather",
    "raw.airlines",
    "raw.airports",
    "mart.carrier_daily",
    "mart.route_delay",
)
APP_TABLE = "carrier_daily"


class Digest(NamedTuple):
    """What a table holds, whatever the order of its rows."""

    rows: int
    sha256: str


Digests = dict[str, Digest]


@dataclass(frozen=True)
class CarrierTotal:
    """One carrier over all days; the means are over the flights that have a delay recorded."""

    carrier: str
    name: str
    flights: int
    dep_delay: float | None
    arr_delay: float | None


def digests(stage: Stage) -> Digests:
    """Return the digest of every table of the pipeline."""
    found: Digests = {}
    with duckdb.connect(str(stage.warehouse), read_only=True) as warehouse:
        for name in WAREHOUSE_TABLES:
            found[name] = _digest(warehouse.execute(f"select cast(columns(*) as varchar) from {name}").fetchall())
    with sqlite3.connect(f"file:{stage.app}?mode=ro", uri=True) as app:
        found[f"app {APP_TABLE}"] = _digest(app.execute(f"select * from {APP_TABLE}").fetchall())
    return found


def flight_count(stage: Stage) -> int:
    """Return how many flights were loaded."""
    with duckdb.connect(str(stage.warehouse), read_only=True) as warehouse:
        [(count,)] = warehouse.execute("select count(*) from raw.flights").fetchall()
    return int(count)


def carrier_totals(stage: Stage) -> list[CarrierTotal]:
    """Return every carrier's totals, the largest first."""
    query = """
        select carrier, any_value(carrier_name), sum(flights),
               sum(dep_delay_minutes) / nullif(sum(departed), 0), sum(arr_delay_minutes) / nullif(sum(arrived), 0)
        from mart.carrier_daily group by carrier order by sum(flights) desc, carrier
    """
    with duckdb.connect(str(stage.warehouse), read_only=True) as warehouse:
        return [
            CarrierTotal(row[0], row[1], int(row[2]), row[3], row[4]) for row in warehouse.execute(query).fetchall()
        ]


def _digest(rows: list[tuple[object, ...]]) -> Digest:
    lines = sorted(repr(row) for row in rows)
    return Digest(len(lines), sha256("\n".join(lines).encode()).hexdigest()[:16])
