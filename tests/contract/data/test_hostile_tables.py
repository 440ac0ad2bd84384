"""Tables and queries as others leave them: dropped, collated, with names of ours, with types nobody keeps."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import duckdb
import pyarrow as pa
import pytest

from mulgil.data.errors import QueryError, SchemaMismatchError
from mulgil.data.modes import ModeOptions
from mulgil.data.outcome import WriteStatus
from mulgil.data.partition import parse_partitions
from mulgil.data.table_spec import Grain, TableSpec, WriteMode
from mulgil.data.target import NativeQuery
from mulgil.data.write import WriteRequest, write

BIG = 9007199254740993  # a double has no place for it
PLAIN = TableSpec(connection_id="there", name="flights")


def test_a_committed_write_is_made_again_where_somebody_dropped_its_table(place, make_rows):
    given = {"mode": WriteMode.REPLACE, "spec": PLAIN, "is_pure": True}
    assert place.load(make_rows(5, range(3)), **given).status is WriteStatus.COMMITTED
    place.drop("flights")
    assert place.load(make_rows(5, range(3)), **given).status is WriteStatus.COMMITTED
    assert len(place.table()) == 3


@pytest.mark.parametrize("kind", ["duckdb", "sqlite"])
def test_a_value_partition_is_its_letters_whatever_the_columns_collation(kind, make_place, tmp_path, origin_of):
    place = make_place(kind, tmp_path)
    connection = duckdb.connect(str(place.file)) if kind == "duckdb" else sqlite3.connect(place.file)
    connection.execute("create table flights (c text collate nocase, n bigint)")
    connection.execute("insert into flights values ('KR', 1), ('kr', 2)")
    connection.commit()
    connection.close()
    request = WriteRequest(
        spec=TableSpec(connection_id="there", name="flights", partition_by="c", grain=Grain.VALUE),
        mode=WriteMode.REPLACE_PARTITION,
        partitions=parse_partitions("kr", grain=Grain.VALUE, timezone="UTC"),
    )
    write(request, place.target, origin_of(pa.table({"c": ["kr"], "n": [5]})), place.context)
    assert sorted(place.fetch("select c, n from flights")) == [("KR", 1), ("kr", 5)]


def test_versions_of_a_table_that_has_words_of_ours_as_columns(place):
    at = datetime(2013, 1, 5, tzinfo=UTC)
    table = pa.table({"id": [1, 2], "since": [at, at], "place": ["a", "b"], "gone": [1, 2], "b_gone": [3, 4]})
    spec = TableSpec(connection_id="there", name="flights", key=("id",))
    place.load(table, mode=WriteMode.SCD2, spec=spec, options=ModeOptions(valid_from="since"))
    found = place.fetch("select id, place, gone, b_gone from flights order by id")
    assert [tuple(row) for row in found] == [(1, "a", 1, 3), (2, "b", 2, 4)]


@pytest.mark.parametrize("kind", ["duckdb", "files"])
def test_sums_of_whole_numbers_stay_exact(kind, make_place, tmp_path):
    place = make_place(kind, tmp_path)
    summed = NativeQuery(sql=f"SELECT sum(v) AS n, [sum(v)] AS l FROM (VALUES ({BIG}::BIGINT), (2)) AS x(v)")
    place.load(summed, mode=WriteMode.REPLACE, spec=PLAIN)
    assert place.fetch("select n, l[1] from flights") == [(BIG + 2, BIG + 2)]
    assert [column.type for column in place.target.columns("flights")] == ["BIGINT", "BIGINT[]"]


@pytest.mark.parametrize("kind", ["duckdb", "files"])
def test_what_cannot_be_kept_is_refused(kind, make_place, tmp_path):
    place = make_place(kind, tmp_path)
    with pytest.raises(SchemaMismatchError, match=r"Column at of the query is a TIME WITH TIME ZONE"):
        place.load(NativeQuery(sql="SELECT '12:00:00+02'::TIMETZ AS at"), mode=WriteMode.REPLACE, spec=PLAIN)
    with pytest.raises(QueryError, match=r"out of range for the destination type INT64"):
        place.load(
            NativeQuery(sql=f"SELECT sum(v) AS n FROM (VALUES ({2**63 - 1}::BIGINT), (2)) AS x(v)"),
            mode=WriteMode.REPLACE,
            spec=PLAIN,
        )
    assert place.target.columns("flights") is None
