"""Whatever other programs wrote into a SQLite column: a write deletes exactly its partition's rows, or refuses."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from mulgil.connectors.sqlite.target import SqliteTarget
from mulgil.data.context import WriteContext
from mulgil.data.errors import SchemaMismatchError
from mulgil.data.partition import parse_partitions
from mulgil.data.patience import Patience
from mulgil.data.table_spec import Grain, TableSpec, WriteMode
from mulgil.data.target import Batches
from mulgil.data.write import WriteRequest, write
from mulgil.model import DataInterval
from mulgil.system import SystemClock

START = datetime(2013, 1, 4, tzinfo=UTC)
DAY = date(2013, 1, 5)
SPECS = {
    "timestamp": TableSpec(connection_id="there", name="t", partition_by="at", timezone="UTC"),
    "timestamptz": TableSpec(connection_id="there", name="t", partition_by="at", timezone="UTC"),
    "date": TableSpec(connection_id="there", name="t", partition_by="at"),
}
KINDS = {"timestamp": pa.timestamp("us"), "timestamptz": pa.timestamp("us", "UTC"), "date": pa.date32()}


def _canonical(instant: datetime, declared: str) -> str:
    if declared == "date":
        return instant.date().isoformat()
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f") + ("Z" if declared == "timestamptz" else "")


FORMS = (
    lambda at: at.strftime("%Y-%m-%d %H:%M:%S"),
    lambda at: at.strftime("%Y-%m-%d %H:%M:%S.%f"),
    lambda at: at.strftime("%Y-%m-%dT%H:%M:%S"),
    lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
    lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    lambda at: at.strftime("%Y-%m-%dT%H:%M"),
    lambda at: at.strftime("%Y-%m-%d"),
    lambda at: at.strftime("%d/%m/%Y"),
    lambda at: at.astimezone(timezone(timedelta(hours=9))).isoformat(),
    lambda at: at.timestamp(),
    lambda at: int(at.timestamp()),
    lambda at: int(at.timestamp() * 1000),
    lambda at: at.strftime("%Y-%m-%d").encode(),
)
INSTANTS = st.datetimes(datetime(2013, 1, 4), datetime(2013, 1, 7), timezones=st.just(UTC))  # noqa: DTZ001 - in UTC
MANY = st.lists(INSTANTS, max_size=8)
ODD = st.lists(st.tuples(INSTANTS, st.sampled_from(FORMS)), max_size=2)


@settings(max_examples=60)
@given(st.sampled_from(sorted(SPECS)), MANY, ODD)
def test_exactly_the_partition_goes_or_the_write_is_refused(declared, usual, odd):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "app.sqlite"
        values = [_canonical(at, declared) for at in usual]
        values += [at.date().isoformat() if declared == "date" and form is FORMS[6] else form(at) for at, form in odd]
        with closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute(f"create table t (id integer, at {declared})")
            connection.executemany("insert into t values (?, ?)", list(enumerate(values)))
        strays = [value for value in values if not _is_canonical(value, declared)]
        refused = False
        try:
            _write_day(file, declared)
        except SchemaMismatchError:
            refused = True
        with closing(sqlite3.connect(file)) as connection:
            left = [row[0] for row in connection.execute("select at from t order by id")]
        if strays:
            assert refused
        if refused:
            assert strays
            assert left == values
        else:
            kept = [value for value in values if not value.startswith("2013-01-05")]
            assert sorted(left) == sorted([*kept, _canonical(START + timedelta(days=1), declared)])


def _is_canonical(value: object, declared: str) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return _canonical(datetime.fromisoformat(value).replace(tzinfo=UTC), declared) == value
    except ValueError:
        return False


def _write_day(file: Path, declared: str) -> None:
    at = START + timedelta(days=1)
    value = at.date() if declared == "date" else at if declared == "timestamptz" else at.replace(tzinfo=None)
    table = pa.table({"id": [1000], "at": pa.array([value], KINDS[declared])})

    class Rows:
        @contextmanager
        def open(self):
            yield Batches(table.schema, iter(table.to_batches()))

    clock = SystemClock()
    context = WriteContext(
        clock=clock,
        run_uid=str(time.monotonic_ns()),
        run_id="scheduled__1",
        dag_id="dag",
        task_id="load",
        data_interval=DataInterval(at, at + timedelta(days=1)),
    )
    request = WriteRequest(
        spec=SPECS[declared],
        mode=WriteMode.REPLACE_PARTITION,
        partitions=parse_partitions(DAY, grain=Grain.DAY, timezone="UTC"),
    )
    write(request, SqliteTarget(file, patience=Patience(clock, 20.0)), Rows(), context)
