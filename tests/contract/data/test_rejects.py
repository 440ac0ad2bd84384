"""Rows that are set aside: with the data, in its transaction, and only as long as its commit stands."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pytest

from mulgil.data import Table, checks
from mulgil.data.context import WriteContext
from mulgil.data.errors import CheckFailedError, PartitionValueError, SourceShapeError, TooManyBadRowsError
from mulgil.data.partition import parse_partitions
from mulgil.data.reject import BadRowLimit, BadRows
from mulgil.data.table_spec import TableSpec, WriteMode
from mulgil.data.target import Batches, NativeQuery
from mulgil.data.write import WriteRequest, write

SPEC = TableSpec(connection_id="there", name="flights", partition_by="day")
TYPED = Table("there", "flights", partition_by="day", columns={"id": "int16", "day": "date", "word": "varchar(3)"}).spec


@dataclass
class Broken:
    """A source some of whose lines can't be read."""

    table: pa.Table
    bad_lines: tuple[int, ...]
    limit: BadRowLimit

    @contextmanager
    def open(self):
        bad = BadRows(self.limit)
        try:
            yield Batches(self.table.schema, self._batches(bad), bad_rows=bad)
        except BaseException:
            bad.close()
            raise

    def _batches(self, bad):
        for line in self.bad_lines:
            error = SourceShapeError("data.target_failed", target="in.csv", detail=f"line {line} is broken")
            bad.add(error, source="in.csv", line=line, column="amount", raw={"id": str(line)})
        yield from self.table.to_batches()


def put(place, origin, *, limit=10, days=(5,), spec=SPEC, mode=WriteMode.REPLACE_PARTITION, **rest):
    """Write with a limit; `Broken` gets the same."""
    found = BadRowLimit.of(limit)
    context = WriteContext(
        clock=place.clock,
        run_uid=rest.pop("run_uid", "run"),
        run_id="scheduled__1",
        dag_id="dag",
        task_id="load",
        data_interval=place.context.data_interval,
        is_pure=rest.pop("is_pure", False),
        fault=rest.pop("fault", lambda _: None),
    )
    keys = parse_partitions([date(2013, 1, day) for day in days], grain=spec.grain, timezone="UTC")
    request = WriteRequest(
        spec=spec,
        mode=mode,
        partitions=keys if mode is WriteMode.REPLACE_PARTITION else (),
        bad_rows=found,
        rejects="flights__rejects" if found.accepts_any else None,
        source="somewhere",
        **rest,
    )
    if isinstance(origin, tuple):
        origin = Broken(origin[0], origin[1], found)
    elif isinstance(origin, pa.Table):
        origin = Broken(origin, (), found)
    return write(request, place.target, origin, context)


def rejects(place):
    if place.target.columns("flights__rejects") is None:
        return []
    query = NativeQuery(sql="select * from flights__rejects", reads=("flights__rejects",))
    with place.target.read(query) as batches:
        rows = pa.Table.from_batches(batches.batches, batches.schema).to_pylist()
    return sorted(rows, key=lambda row: (row["fence"], row["line"] or 0))


def test_what_the_source_set_aside_is_published_with_the_rest(place, make_rows):
    outcome = put(place, (make_rows(5, [1, 2]), (3, 7)))
    assert len(place.table()) == 2
    first, second = rejects(place)
    assert (first["source"], first["line"], first["column_name"]) == ("in.csv", 3, "amount")
    assert "line 3 is broken" in first["error"]
    assert json.loads(second["raw_row"]) == {"id": "7"}
    assert (first["table_name"], first["fence"], first["write_id"]) == (
        "main.flights",
        outcome.fence,
        outcome.records[0].write_id,
    )
    [told] = outcome.warnings
    assert (told.name, told.failing) == ("max_bad_rows=10", 2)
    assert "in.csv:3" in told.sample


def test_a_clean_load_makes_no_table_of_rejects(place, make_rows):
    outcome = put(place, make_rows(5, [1]))
    assert (outcome.warnings, rejects(place)) == ((), [])


def test_a_rerun_replaces_its_own_rejects_and_nobody_elses(place, make_rows):
    put(place, (make_rows(4, [1]), (4,)), days=[4])
    put(place, (make_rows(5, [2]), (5, 6)), days=[5])
    put(place, (make_rows(5, [2]), (5,)), days=[5], run_uid="again")
    assert [row["line"] for row in rejects(place)] == [4, 5]
    put(place, make_rows(5, [2]), days=[5], run_uid="mended")
    assert [row["line"] for row in rejects(place)] == [4]


def test_rejects_go_with_the_rows_that_a_whole_write_replaced(place, make_rows):
    put(place, (make_rows(4, [1]), (4,)), days=[4])
    put(place, (make_rows(5, [2]), (9,)), mode=WriteMode.REPLACE)
    assert [row["line"] for row in rejects(place)] == [9]
    put(place, (make_rows(4, [1]), (4,)), days=[4], run_uid="again")
    assert [row["line"] for row in rejects(place)] == [9, 4]


def test_a_failed_write_leaves_rows_and_rejects_as_they_were(place, make_rows):
    put(place, (make_rows(5, [1]), (1,)))
    with pytest.raises(CheckFailedError):
        put(place, (make_rows(5, [2, 3]), (2, 3)), checks=(checks.row_count(min=9),), run_uid="again")
    with pytest.raises(TooManyBadRowsError, match=r"> 2.*max_bad_rows=2(.|\n)*in.csv:1: .*line 1 is broken"):
        put(place, (make_rows(5, [4]), (1, 2, 3)), limit=2, run_uid="third")
    assert ([row[0] for row in place.table()], [row["line"] for row in rejects(place)]) == ([1], [1])
    assert place.leftovers() == []


# Tables of files are two folders, swapped one after the other, as their page says.
@pytest.mark.parametrize("place", ["duckdb", "sqlite"], indirect=True)
def test_a_crash_leaves_both_or_neither(place, make_rows):
    put(place, (make_rows(5, [1]), (1,)))
    for point, ids, lines in (("K5", [1], [1]), ("K6", [1], [1]), ("K6c", [2, 3], [2, 3])):

        def crash(passed, point=point):
            if passed == point:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            put(place, (make_rows(5, [2, 3]), (2, 3)), run_uid=point, fault=crash)
        assert ([row[0] for row in place.table()], [row["line"] for row in rejects(place)]) == (ids, lines)
    again = put(place, (make_rows(5, [2, 3]), (2, 3)), run_uid="K6c", is_pure=True)
    assert again.status == "already_committed"
    assert [(told.name, told.failing) for told in again.warnings] == [("max_bad_rows=10", 2)]
    assert len(rejects(place)) == 2


def test_a_fraction_is_judged_at_the_end(place, make_rows):
    put(place, (make_rows(5, range(8)), (1, 2)), limit=0.2)
    with pytest.raises(TooManyBadRowsError, match="2 / 9"):
        put(place, (make_rows(5, range(7)), (1, 2)), limit=0.2, run_uid="again")
    assert len(place.table()) == 8


def test_without_a_limit_a_bad_row_is_the_error_that_it_is(place, make_rows):
    with pytest.raises(SourceShapeError, match="line 3 is broken"):
        put(place, (make_rows(5, [1]), (3,)), limit=None)
    assert place.target.columns("flights") is None


def test_values_that_do_not_fit_are_set_aside_with_their_row(place):
    day = date(2013, 1, 5)
    table = pa.table({"id": [1, 70_000, 3], "day": [day] * 3, "word": ["abc", "x", "abcd"]})
    put(place, table, spec=TYPED)
    assert [row[0] for row in place.table()] == [1]
    first, second = rejects(place)
    assert (first["source"], first["line"], first["column_name"]) == ("somewhere", 2, "id")
    assert "70000" in first["error"]
    assert json.loads(first["raw_row"])["id"] == 70_000
    assert (second["line"], second["column_name"]) == (3, "word")
    assert place.ledger() == {"p:2013-01-05": 1}


def test_rows_outside_of_the_partitions_are_set_aside_where_that_is_asked(place, make_rows):
    rows = pa.concat_tables([make_rows(5, [1]), make_rows(6, [2])])
    with pytest.raises(PartitionValueError, match="lie outside"):
        put(place, rows)
    put(place, rows, rejects_outside=True)
    assert [row[0] for row in place.table()] == [1]
    [reject] = rejects(place)
    assert "2013-01-06" in reject["error"]
    assert reject["column_name"] == "day"


def test_a_row_without_a_partition_is_set_aside_too(place, make_rows):
    nothing = pa.table({"id": [9], "day": pa.array([None], pa.date32()), "word": ["x"]})
    put(place, pa.concat_tables([make_rows(5, [1]), nothing]), rejects_outside=True)
    [reject] = rejects(place)
    assert "no value in the partition column" in reject["error"]


def test_checks_of_severity_reject_set_rows_aside(place, make_rows):
    rows = pa.concat_tables([make_rows(5, [1]), make_rows(5, [2], word="odd"), make_rows(5, [3], word=None)])
    wanted = (
        checks.accepted_values("word", ["old"], severity="reject"),
        checks.not_null("word", severity="reject"),
    )
    outcome = put(place, rows, checks=wanted)
    assert [row[0] for row in place.table()] == [1]
    assert {row["error"] for row in rejects(place)} == {
        "Row 2 fails check accepted_values(word).",
        "Row 3 fails check not_null(word).",
    }
    assert [check.passed for check in outcome.checks if "max_bad" not in check.name] == [True, True]


def test_rejects_of_a_query(place):
    sql = "select 1 as id, 'a' as word union all select 70000, 'b'"
    spec = Table("there", "flights", columns={"id": "int16", "word": "text"}).spec
    put(place, NativeQuery(sql=sql), spec=spec, mode=WriteMode.REPLACE)
    assert [json.loads(row["raw_row"]) for row in rejects(place)] == [{"id": 70000, "word": "b"}]
    assert place.fetch("select id from flights") == [(1,)]


def test_rows_keep_their_numbers_whatever_left_before_them(place):
    day, other = date(2013, 1, 5), date(2013, 1, 6)
    table = pa.table(
        {"id": [70_000, 2, 70_001, 4, 5], "day": [day, other, day, day, other], "word": ["a", "b", "c", "d", "e"]}
    )
    put(place, table, spec=TYPED, rejects_outside=True)
    found = {(row["line"], json.loads(row["raw_row"])["word"]) for row in rejects(place)}
    assert found == {(1, "a"), (2, "b"), (3, "c"), (5, "e")}
    assert any(row["error"].startswith("Row 5 lies outside") for row in rejects(place))


def test_many_rejects_are_kept(place, make_rows):
    put(place, (make_rows(5, [1]), tuple(range(1, 6001))), limit=1.0)
    assert len(rejects(place)) == 6000
