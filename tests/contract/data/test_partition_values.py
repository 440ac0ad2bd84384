"""Partitions by value, and columns whose values other programs wrote in another form."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from mulgil.data.errors import DeclarationError, SchemaMismatchError
from mulgil.data.outcome import WriteStatus
from mulgil.data.partition import parse_partitions
from mulgil.data.table_spec import Grain, TableSpec, WriteMode
from mulgil.data.write import WriteRequest, find_committed, write

SPEC = TableSpec(connection_id="there", name="flights", partition_by="part", grain=Grain.VALUE)
VALUES = {
    "int64": (pa.int64(), 7, [7, "7", 7.0, "+07"], "p:7"),
    "string": (pa.string(), "7", ["7"], 'p:"7"'),
    "float": (pa.float64(), 7.0, [7, "7", 7.0, "7.00"], "p:7.0"),
    "bool": (pa.bool_(), True, [True, "true", "True", 1, "1"], "p:true"),
    "date": (pa.date32(), date(2013, 1, 5), [date(2013, 1, 5), "2013-01-05"], 'p:"2013-01-05"'),
}


@pytest.fixture
def put(place, origin_of):
    """Write one row into a value partition, however it is spelled."""
    runs = iter(range(1000))

    def do(value, part, kind, **given):
        table = pa.table({"id": [1], "part": pa.array([part], kind)})
        partitions = parse_partitions(value, grain=Grain.VALUE, timezone="UTC")
        request = WriteRequest(spec=SPEC, mode=WriteMode.REPLACE_PARTITION, partitions=partitions)
        context = place.context_of(run_uid=f"run{next(runs)}", **given)
        return request, context, write(request, place.target, origin_of(table), context)

    return do


@pytest.mark.parametrize("name", list(VALUES))
def test_equal_rows_have_equal_scopes_however_the_value_is_spelled(place, put, name):
    kind, part, spellings, scope = VALUES[name]
    for value in (*spellings, *reversed(spellings)):
        request, context, outcome = put(value, part, kind)
        assert outcome.scopes == (scope,)
        found = find_committed(request, place.target, context)
        assert found is not None
        assert found.scopes == (scope,)
    assert place.ledger() == {scope: 1}
    assert place.fetch("select count(*) from flights") == [(1,)]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("int64", ["seven", 7.5, True, "7.0"]),
        ("string", [7, 7.0, True]),
        ("float", ["x", "nan", True]),
        ("bool", ["yes", 2]),
        ("date", ["2013", 7]),
    ],
)
def test_what_is_no_value_of_the_column_is_refused(put, name, values):
    kind, part, spellings, _ = VALUES[name]
    put(spellings[0], part, kind)
    for value in values:
        with pytest.raises(DeclarationError, match="names no partition of flights: part is"):
            put(value, part, kind)


def test_a_first_write_finds_the_type_in_what_it_stages(put):
    with pytest.raises(DeclarationError, match=r"seven.*names no partition"):
        put("seven", 7, pa.int64())
    with pytest.raises(DeclarationError, match=r"only text, integers"):
        put("7", datetime(2013, 1, 5, tzinfo=UTC), pa.timestamp("us", "UTC"))


def test_a_retry_knows_that_the_try_before_it_committed(put):
    assert put("7", 7, pa.int64(), is_pure=True)[2].status is WriteStatus.COMMITTED
    request, context, _ = put("7", 7, pa.int64(), is_pure=True)
    assert context.run_uid != "again"
    assert request.partitions[0].key == '"7"'


STRAY = ["2013-01-05 10:00:00", "2013-01-05T10:00:00", "2013-01-05T10:00:00.000000Z", "2013-01-05", 1357380000, 1.5]


@pytest.mark.parametrize("value", STRAY)
def test_a_timestamp_in_another_form_is_refused_before_wrong_rows_go(tmp_path, make_place, origin_of, value):
    place = make_place("sqlite", tmp_path)
    connection = sqlite3.connect(place.file, isolation_level=None)
    connection.execute("create table flights (id integer, at timestamp)")
    connection.execute("insert into flights values (1, '2013-01-05T10:00:00.000000'), (2, ?)", [value])
    spec = TableSpec(connection_id="there", name="flights", partition_by="at", grain=Grain.DAY, timezone="UTC")
    table = pa.table({"id": [3], "at": pa.array([datetime(2013, 1, 5, 9, tzinfo=UTC)], pa.timestamp("us"))})
    with pytest.raises(SchemaMismatchError, match=rf"Column at of flights holds '{value}'"):
        place.load(origin_of(table), spec=spec)
    assert connection.execute("select count(*) from flights").fetchone() == (2,)
    connection.execute("delete from flights where id = 2")
    place.load(origin_of(table), spec=spec)
    assert connection.execute("select id from flights").fetchall() == [(3,)]
    connection.close()


def test_a_key_in_another_form_is_refused_before_rows_are_doubled(tmp_path, make_place, origin_of):
    place = make_place("sqlite", tmp_path)
    connection = sqlite3.connect(place.file, isolation_level=None)
    connection.execute("create table flights (day date, _mulgil_interval_end timestamp)")
    connection.execute("insert into flights values ('2013-01-05 00:00:00', null)")
    spec = TableSpec(connection_id="there", name="flights", key=("day",))
    table = pa.table({"day": [date(2013, 1, 5)]})
    with pytest.raises(SchemaMismatchError, match=r"Column day of flights holds '2013-01-05 00:00:00'"):
        place.load(origin_of(table), mode=WriteMode.MERGE, spec=spec)
    connection.close()


def test_an_index_that_went_with_a_renamed_table_is_in_nobodys_way(tmp_path, make_place):
    place = make_place("sqlite", tmp_path)
    spec = TableSpec(connection_id="there", name="flights", key=("id",))
    for name in ("a", "b"):
        place.load(pa.table({"id": [1]}), mode=WriteMode.MERGE, spec=spec, run_uid=name)
        with sqlite3.connect(place.file) as connection:
            connection.execute(f"alter table flights rename to flights_{name}")
        connection.close()
    place.load(pa.table({"id": [1]}), mode=WriteMode.MERGE, spec=spec, run_uid="c")
    assert place.fetch("select count(*) from flights") == [(1,)]
