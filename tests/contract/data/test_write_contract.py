"""The write contract, over every target."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime

import msgspec
import pyarrow as pa
import pytest

from mulgil.data import checks
from mulgil.data.errors import (
    CheckFailedError,
    ConnectionLostError,
    DeclarationError,
    LedgerConflictError,
    PartitionValueError,
    SchemaMismatchError,
    StaleWriteError,
)
from mulgil.data.outcome import WriteStatus
from mulgil.data.partition import parse_partitions, partitions_of_interval
from mulgil.data.table_spec import Grain, TableSpec, WriteMode
from mulgil.data.target import NativeQuery
from mulgil.data.write import WriteRequest, collect_garbage, find_committed, write
from mulgil.model import DataInterval


def test_a_write_holds_exactly_its_rows_and_is_recorded_with_them(place, make_rows):
    outcome = place.load(make_rows(5, range(3)))
    assert (outcome.status, outcome.rows) == (WriteStatus.COMMITTED, 3)
    assert place.table() == [(n, "2013-01-05", "old") for n in range(3)]
    [record] = outcome.records
    assert (record.scope, record.rows, record.mode) == ("p:2013-01-05", 3, "replace_partition")
    assert record.write_id == '["run",0,"load",-1,0]'
    assert record.producer == '["dag","load",-1,0,"2013-01-05T00:00:00+00:00","2013-01-06T00:00:00+00:00"]'
    assert record.build_id.startswith("b1:")
    assert record.bytes > 0
    assert place.target.read_ledger("flights").commits == (record,)
    [entry] = place.fetch("select table_name, format, opened, partition_by, grain, timezone from _mulgil_tables")
    assert entry == ("main.flights", 1, outcome.fence, "day", "day", None)


def test_writing_again_leaves_what_one_write_leaves(place, make_rows):
    for number in range(3):
        place.load(make_rows(5, range(4)), run_uid=f"run{number}")
    assert len(place.table()) == 4
    assert place.ledger() == {"p:2013-01-05": 4}


def test_other_partitions_stay(place, make_rows):
    place.load(make_rows(4, range(2)), [4])
    place.load(make_rows(5, range(10, 13)), [5])
    place.load(make_rows(5, [10], word="new"), [5], run_uid="again")
    assert place.table() == [(0, "2013-01-04", "old"), (1, "2013-01-04", "old"), (10, "2013-01-05", "new")]


def test_an_empty_result_empties_the_partition(place, make_rows):
    place.load(make_rows(4, [1]), [4])
    place.load(make_rows(5, [2]), [5])
    outcome = place.load(make_rows(5, []), [5], run_uid="again")
    assert (outcome.status, outcome.rows) == (WriteStatus.COMMITTED, 0)
    assert place.table() == [(1, "2013-01-04", "old")]
    assert place.ledger() == {"p:2013-01-04": 1, "p:2013-01-05": 0}


def test_several_partitions_in_one_publish(place, make_rows):
    both = pa.concat_tables([make_rows(5, [1, 2]), make_rows(6, [3])])
    outcome = place.load(both, [5, 6])
    assert place.ledger() == {"p:2013-01-05": 2, "p:2013-01-06": 1}
    assert {record.fence for record in outcome.records} == {outcome.fence}


def test_replace_replaces_everything(place, make_rows):
    place.load(make_rows(4, [1]), [4])
    place.load(make_rows(5, [2, 3], word="new"), mode=WriteMode.REPLACE)
    assert [row[0] for row in place.table()] == [2, 3]
    assert place.ledger() == {"p:2013-01-04": 1, "*": 2}


def test_a_pure_write_that_is_committed_is_not_made_again(place, make_rows, origin_of):
    first = place.load(make_rows(5, [1]), is_pure=True)
    origin = origin_of(make_rows(5, [1, 2]))
    told = []
    again = place.load(origin, is_pure=True, committed=told.append)
    assert (again.status, again.records, again.checks) == (
        WriteStatus.ALREADY_COMMITTED,
        first.records,
        first.checks,
    )
    assert told == [again]
    assert origin.opened == 0


def test_any_other_task_writes_again(place, make_rows):
    place.load(make_rows(5, [1]))
    assert place.load(make_rows(5, [1, 2])).status is WriteStatus.COMMITTED
    assert len(place.table()) == 2


def test_a_clear_makes_a_new_write(place, make_rows):
    place.load(make_rows(5, [1]), is_pure=True)
    assert place.load(make_rows(5, [1, 2]), is_pure=True, clear_number=1).status is WriteStatus.COMMITTED


def test_the_ledger_tells_whether_a_write_is_committed(place, make_rows):
    spec = TableSpec(connection_id="there", name="flights", partition_by="day")
    request = WriteRequest(
        spec=spec,
        mode=WriteMode.REPLACE_PARTITION,
        partitions=parse_partitions(date(2013, 1, 5), grain=Grain.DAY, timezone="UTC"),
    )
    assert find_committed(request, place.target, place.context) is None
    place.load(make_rows(5, [1]))
    found = find_committed(request, place.target, place.context)
    assert found is not None
    assert found.rows == 1
    assert find_committed(request, place.target, replace(place.context, clear_number=1)) is None


def test_fences_rise_whatever_the_clock_does(place, make_rows):
    first = place.load(make_rows(5, [1])).fence
    place.clock.instant = datetime(2001, 1, 1, tzinfo=UTC)
    second = place.load(make_rows(5, [1])).fence
    assert second == first + 1


def test_fences_rise_when_a_copy_is_restored(place, make_rows):
    place.load(make_rows(5, [1]))
    copy = place.back_up()
    late = place.load(make_rows(5, [2])).fence
    place.restore(copy)
    assert place.load(make_rows(5, [3])).fence > late


# ── Writers in each other's way ──────────────────────────────────────────────────────────────────────────


def test_a_late_zombie_writes_nothing_and_is_content(place, make_rows, origin_of):
    newer = []

    def overtake():
        newer.append(place.load(make_rows(5, [2], word="new"), target=place.new_target(), run_uid="other"))

    outcome = place.load(origin_of(make_rows(5, [1]), before=overtake))
    assert (outcome.status, outcome.superseded_by, outcome.records) == (
        WriteStatus.SUPERSEDED,
        newer[0].fence,
        (),
    )
    assert place.table() == [(2, "2013-01-05", "new")]
    assert place.leftovers() == []


def test_a_write_overtaken_by_replace_is_superseded(place, make_rows, origin_of):
    def overtake():
        place.load(make_rows(6, [2]), mode=WriteMode.REPLACE, target=place.new_target(), run_uid="other")

    assert place.load(origin_of(make_rows(5, [1]), before=overtake)).status is WriteStatus.SUPERSEDED
    assert place.table() == [(2, "2013-01-06", "old")]


def test_an_older_write_of_another_partition_publishes(place, make_rows, origin_of):
    def overtake():
        place.load(make_rows(6, [2]), [6], target=place.new_target(), run_uid="other")

    assert place.load(origin_of(make_rows(5, [1]), before=overtake)).status is WriteStatus.COMMITTED
    assert len(place.table()) == 2


def test_a_write_that_is_overtaken_in_part_begins_anew(place, make_rows, origin_of):
    def overtake():
        if origin.opened == 1:
            place.load(make_rows(5, [9]), [5], target=place.new_target(), run_uid="other")

    both = pa.concat_tables([make_rows(5, [1]), make_rows(6, [2])])
    origin = origin_of(both, before=overtake)
    outcome = place.load(origin, [5, 6])
    assert (outcome.status, origin.opened) == (WriteStatus.COMMITTED, 2)
    assert [row[0] for row in place.table()] == [1, 2]


def test_a_write_that_is_overtaken_for_ever_gives_up(place, make_rows, origin_of):
    def overtake():
        place.load(make_rows(5, [9]), [5], target=place.new_target(), run_uid=f"other{origin.opened}")

    origin = origin_of(pa.concat_tables([make_rows(5, [1]), make_rows(6, [2])]), before=overtake)
    with pytest.raises(StaleWriteError, match="5 times"):
        place.load(origin, [5, 6])
    assert origin.opened == 5
    assert [row[0] for row in place.table()] == [9]


def test_an_answer_lost_in_commit_is_found_in_the_ledger(place, make_rows):
    lost = []

    def fault(point):
        if point == "K6c":
            lost.append(point)
            raise ConnectionLostError("data.connection_lost", target="place", detail="no answer")

    outcome = place.load(make_rows(5, [1, 2]), fault=fault)
    assert (outcome.status, outcome.rows, lost) == (WriteStatus.COMMITTED, 2, ["K6c"])
    assert len(place.table()) == 2


def test_a_connection_lost_before_commit_publishes_once(place, make_rows):
    lost = []

    def fault(point):
        if point == "K6" and not lost:
            lost.append(point)
            raise ConnectionLostError("data.connection_lost", target="place", detail="cut")

    assert place.load(make_rows(5, [1, 2]), fault=fault).status is WriteStatus.COMMITTED
    assert len(place.table()) == 2


@pytest.mark.parametrize("point", ["K0", "K1", "K2", "K3", "K4", "K5", "K6"])
def test_an_error_before_the_commit_leaves_the_table_alone(place, make_rows, point):
    place.load(make_rows(5, [1]))

    def fault(passed):
        if passed == point:
            raise RuntimeError(point)

    with pytest.raises(RuntimeError, match=point):
        place.load(make_rows(5, [2]), run_uid="other", fault=fault)
    assert place.table() == [(1, "2013-01-05", "old")]
    assert place.leftovers() == []


# ── Audit ────────────────────────────────────────────────────────────────────────────────────────────────


def test_rows_outside_the_partition_are_refused_and_shown(place, make_rows):
    place.load(make_rows(5, [1]))
    page = pa.concat_tables([make_rows(5, [2]), make_rows(6, [3], word="stray")])
    with pytest.raises(PartitionValueError, match=r"1 rows .*2013-01-05.*stray"):
        place.load(page, run_uid="other")
    assert [row[0] for row in place.table()] == [1]


def test_rows_without_a_partition_value_are_refused(place):
    table = pa.table({"id": [1, 2], "day": pa.array([None, date(2013, 1, 5)]), "word": ["a", "b"]})
    with pytest.raises(PartitionValueError, match="1 rows for flights have no value in the partition column day"):
        place.load(table)


def test_a_key_is_checked_without_being_asked(place, make_rows):
    with pytest.raises(CheckFailedError, match=r"unique\(id\).*1 rows"):
        place.load(make_rows(5, [1, 1]))
    with pytest.raises(CheckFailedError, match=r"not_null\(id\)"):
        place.load(pa.table({"id": pa.array([None], pa.int64()), "day": [date(2013, 1, 5)], "word": ["a"]}))


@pytest.mark.parametrize(
    ("check", "name"),
    [
        (checks.not_null("word"), "not_null"),
        (checks.unique("word"), "unique"),
        (checks.accepted_values("word", ["fine"]), "accepted_values"),
        (checks.row_count(min=4), "row_count"),
        (checks.row_count(max=2), "row_count"),
        (checks.sql("select * from staged where id > 1", name="small ids"), "small ids"),
        (checks.sql("with big as (select * from staged where id > 1) select * from big;", name="cte"), "cte"),
    ],
)
def test_a_failing_check_leaves_the_table_unchanged(place, make_rows, check, name):
    place.load(make_rows(5, [7]))
    bad = pa.table({"id": [1, 2, 3], "day": [date(2013, 1, 5)] * 3, "word": ["fine", "odd", None]}).set_column(
        2, "word", pa.array(["odd", "odd", None])
    )
    with pytest.raises(CheckFailedError, match=name):
        place.load(bad, checks=(check,), run_uid="other")
    assert [row[0] for row in place.table()] == [7]
    warned = place.load(bad, checks=(msgspec.structs.replace(check, severity=checks.Severity.WARN),), run_uid="third")
    assert [result.severity for result in warned.warnings] == [checks.Severity.WARN]
    assert place.target.read_ledger("flights").commits[0].checks.count('"passed":false') == 1


@pytest.mark.parametrize(
    "check",
    [
        checks.not_null("id", "word"),
        checks.unique("id", "word"),
        checks.accepted_values("word", ["old", "it's"]),
        checks.row_count(min=2, max=2),
        checks.sql("select * from staged where id < 0"),
    ],
)
def test_a_check_that_holds_lets_the_write_pass(place, make_rows, check):
    outcome = place.load(make_rows(5, [1, 2]), checks=(check,))
    assert outcome.status is WriteStatus.COMMITTED
    assert all(result.passed for result in outcome.checks)


def test_columns_must_be_the_tables(place, make_rows):
    place.load(make_rows(5, [1]))
    day = [date(2013, 1, 5)]
    with pytest.raises(SchemaMismatchError, match=r"has a column extra"):
        place.load(pa.table({"id": [1], "day": day, "word": ["a"], "extra": [1]}), run_uid="b")
    with pytest.raises(SchemaMismatchError, match=r"has no column word"):
        place.load(pa.table({"id": [1], "day": day}), run_uid="c")
    with pytest.raises(SchemaMismatchError, match=r"Column word of flights is"):
        place.load(pa.table({"id": [1], "day": day, "word": [1.5]}), run_uid="d")
    with pytest.raises(SchemaMismatchError, match=r"twice"):
        place.load(pa.table([[1], day, ["a"], ["b"]], names=["id", "day", "word", "WORD"]), run_uid="e")
    assert [row[0] for row in place.table()] == [1]


def test_columns_come_in_any_order_and_case_and_narrower(place, make_rows):
    place.load(make_rows(5, [1]))
    table = pa.table({"WORD": ["x"], "Day": [date(2013, 1, 5)], "id": pa.array([2], pa.int32())})
    place.load(table, run_uid="other")
    assert place.table() == [(2, "2013-01-05", "x")]


def test_a_column_of_nulls_has_no_type_but_a_place(place, make_rows):
    nulls = pa.table({"id": [1], "day": [date(2013, 1, 5)], "word": pa.nulls(1)})
    with pytest.raises(SchemaMismatchError, match="column word holds only NULLs"):
        place.load(nulls)
    place.load(make_rows(5, [1]), run_uid="b")
    place.load(nulls, run_uid="c")
    assert place.fetch("select word from flights") == [(None,)]


def test_a_table_keeps_its_partitioning(place, make_rows):
    place.load(make_rows(5, [1]))
    monthly = TableSpec(connection_id="there", name="flights", partition_by="day", grain=Grain.MONTH)
    partitions = parse_partitions("2013-01", grain=Grain.MONTH, timezone="UTC")
    request = WriteRequest(spec=monthly, mode=WriteMode.REPLACE_PARTITION, partitions=partitions)
    with pytest.raises(LedgerConflictError, match="day by day; this task declares day by month"):
        write(request, place.target, None, place.context)  # type: ignore[arg-type]


# ── Timestamps ───────────────────────────────────────────────────────────────────────────────────────────


def _hours(*hours: int, zone: str | None = "UTC") -> pa.Table:
    kind = pa.timestamp("us", zone)
    at = [datetime(2013, 1, 5, hour, 30, tzinfo=UTC if zone else None) for hour in hours]
    return pa.table({"id": list(range(len(hours))), "at": pa.array(at, kind)})


@pytest.mark.parametrize("zone", ["UTC", None])
def test_hours_of_a_timestamp(place, zone):
    spec = TableSpec(connection_id="there", name="flights", partition_by="at", grain=Grain.HOUR)
    for hour in (6, 7, 6):
        request = WriteRequest(
            spec=spec,
            mode=WriteMode.REPLACE_PARTITION,
            partitions=parse_partitions(f"2013-01-05T{hour:02}Z", grain=Grain.HOUR, timezone="UTC"),
        )
        origin = _origin(_hours(hour, zone=zone))
        write(request, place.target, origin, place.context)
    assert place.ledger() == {"p:2013-01-05T06Z": 1, "p:2013-01-05T07Z": 1}
    assert place.fetch("select count(*) from flights") == [(2,)]


def test_local_days_of_a_timestamp(place):
    spec = TableSpec(
        connection_id="there", name="flights", partition_by="at", grain=Grain.DAY, timezone="America/New_York"
    )
    interval = DataInterval(datetime(2013, 1, 4, 5, tzinfo=UTC), datetime(2013, 1, 5, 5, tzinfo=UTC))
    partitions = partitions_of_interval(interval, grain=Grain.DAY, timezone="America/New_York")
    request = WriteRequest(spec=spec, mode=WriteMode.REPLACE_PARTITION, partitions=partitions)
    write(request, place.target, _origin(_hours(2, 4)), place.context)
    with pytest.raises(PartitionValueError, match="1 rows"):
        write(request, place.target, _origin(_hours(4, 5)), replace(place.context, run_uid="other"))
    assert place.ledger() == {"p:2013-01-04": 2}


def test_a_timestamp_needs_a_zone_for_days(place):
    spec = TableSpec(connection_id="there", name="flights", partition_by="at")
    request = WriteRequest(
        spec=spec,
        mode=WriteMode.REPLACE_PARTITION,
        partitions=parse_partitions("2013-01-05", grain=Grain.DAY, timezone="UTC"),
    )
    with pytest.raises(DeclarationError, match="say whose days by timezone"):
        write(request, place.target, _origin(_hours(4)), place.context)


def test_values_as_partitions(place, make_rows):
    spec = TableSpec(connection_id="there", name="flights", partition_by="word", grain=Grain.VALUE)
    for word in ("it's", "b", "it's"):
        request = WriteRequest(
            spec=spec,
            mode=WriteMode.REPLACE_PARTITION,
            partitions=parse_partitions(word, grain=Grain.VALUE, timezone="UTC"),
        )
        write(request, place.target, _origin(make_rows(5, [1], word=word)), place.context)
    assert place.ledger() == {'p:"it\'s"': 1, 'p:"b"': 1}
    assert place.fetch("select count(*) from flights") == [(2,)]


# ── Queries, stages ──────────────────────────────────────────────────────────────────────────────────────


def test_a_query_is_staged_inside_the_target_and_names_its_inputs(place, make_rows):
    read = place.load(make_rows(5, [1, 2, 3]))
    spec = TableSpec(connection_id="there", name="daily", key=("day",), partition_by="day")
    request = WriteRequest(
        spec=spec,
        mode=WriteMode.REPLACE_PARTITION,
        partitions=parse_partitions("2013-01-05", grain=Grain.DAY, timezone="UTC"),
    )
    query = NativeQuery(
        sql="select day, count(*) as n, max(word) as word from flights where id > ? group by day",
        params=(1,),
        reads=("flights",),
        scopes=request.scopes(place.context),
    )
    for run in ("a", "b"):
        outcome = write(request, place.target, query, replace(place.context, run_uid=run, task_id="sum"))
    assert [(str(row[0]), *row[1:]) for row in place.fetch("select * from daily")] == [("2013-01-05", 2, "old")]
    assert outcome.records[0].input_commits == f'["main.flights[p:2013-01-05]@{read.fence}"]'


def test_a_query_that_reads_no_table_can_be_the_first_write(place):
    request = WriteRequest(spec=TableSpec(connection_id="there", name="numbers"), mode=WriteMode.REPLACE)
    write(request, place.target, NativeQuery(sql="select ? as number", params=(7,)), place.context)
    assert place.fetch("select number from numbers") == [(7,)]


def test_a_query_streams_out_of_the_target(place, make_rows):
    read = place.load(make_rows(5, range(30_000)))
    with place.target.read(
        NativeQuery(sql="select * from flights where id < ?", params=(25_000,), reads=("flights",))
    ) as found:
        batches = list(found.batches)
    assert found.inputs == (f"main.flights@{read.fence}",)
    assert found.schema == make_rows(5, []).schema
    assert sum(batch.num_rows for batch in batches) == 25_000
    assert batches


def test_garbage_is_what_dead_writers_left(place, make_rows):
    place.load(make_rows(5, [1]))
    with place.target.create_stage("_mulgil_stage_alive_1"):
        folder = place.stages
        for name in ("_mulgil_stage_dead_1.parquet", "_mulgil_stage_dead_1.lock", "_mulgil_stage_bare_2.sqlite"):
            (folder / name).touch()
        assert collect_garbage(place.target) == ("_mulgil_stage_bare_2", "_mulgil_stage_dead_1")
        assert all("alive" in name for name in place.leftovers())
        place.target.remove_stage("_mulgil_stage_alive_1")
        assert place.leftovers()
    assert place.leftovers() == []


def test_progress_counts_rows(place, make_rows, origin_of):
    seen = []
    place.load(origin_of(make_rows(5, range(2500))), progress=lambda rows, total: seen.append((rows, total)))
    assert seen == [(1000, 2500), (2000, 2500), (2500, 2500)]


def test_fault_points_are_passed_in_order(place, make_rows):
    seen = []
    place.load(make_rows(5, []), fault=seen.append, publishing=lambda told: seen.append(told.scopes))
    assert seen == ["K0", "K1", "K2", "K3", "K4", "K5", ("p:2013-01-05",), "K6", "K6c", "K7", "K8", "K9"]


def _origin(table: pa.Table):
    from contextlib import contextmanager
    from types import SimpleNamespace

    from mulgil.data.target import Batches

    @contextmanager
    def opened():
        yield Batches(table.schema, iter(table.to_batches()))

    return SimpleNamespace(open=opened)


@pytest.mark.parametrize("broken", ["dead_stages", "remove_stage"])
def test_a_committed_write_never_fails_for_what_others_left(place, make_rows, monkeypatch, broken):
    folder = place.stages
    folder.mkdir(parents=True)
    (folder / "_mulgil_stage_foreign_1.lock").touch()

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(place.target), broken, refuse)
    assert place.load(make_rows(5, [1])).status is WriteStatus.COMMITTED


def test_another_users_stage_is_left_alone(place, make_rows, monkeypatch):
    folder = place.stages
    folder.mkdir(parents=True)
    for name in ("_mulgil_stage_foreign_1.lock", "_mulgil_stage_foreign_1.parquet", "_mulgil_stage_own_2.parquet"):
        (folder / name).touch()
    opened = os.open

    def guarded(path, *given, **more):
        if "foreign" in str(path):
            raise PermissionError(13, "Permission denied")
        return opened(path, *given, **more)

    monkeypatch.setattr(os, "open", guarded)
    assert place.load(make_rows(5, [1])).status is WriteStatus.COMMITTED
    assert place.leftovers() == ["_mulgil_stage_foreign_1.lock", "_mulgil_stage_foreign_1.parquet"]
