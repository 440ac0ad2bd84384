"""Append, merge, insert_only and scd2, over every target: what holds exactly, in which order, how often."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pyarrow as pa
import pytest

from mulgil.data.errors import (
    CheckFailedError,
    ConnectionLostError,
    DeclarationError,
    LateRowsError,
    OutOfOrderError,
    SchemaMismatchError,
)
from mulgil.data.modes import ModeOptions
from mulgil.data.outcome import WriteStatus
from mulgil.data.table_spec import TableSpec, WriteMode

KEYED = TableSpec(connection_id="there", name="flights", key=("id",))
BARE = TableSpec(connection_id="there", name="flights")
SCHEMA = pa.schema([("id", pa.int64()), ("word", pa.string())])


def rows(*pairs, schema=SCHEMA):
    columns = [list(column) for column in zip(*pairs, strict=True)] or [[] for _ in schema]
    return pa.table(dict(zip(schema.names, columns, strict=True)), schema=schema)


@pytest.fixture
def write(place, make_interval):
    """Write rows as the run of one day of January; every call is a run of its own."""
    runs = iter(range(1000))

    def do(day, table, mode, **given):
        given.setdefault("run_uid", f"run{next(runs)}")
        given.setdefault("spec", KEYED)
        given.setdefault("data_interval", make_interval(day))
        return place.load(table, mode=WriteMode(mode), **given)

    return do


@pytest.fixture
def words(place):
    return lambda: [tuple(row) for row in place.fetch("select id, word from flights order by id, word")]


# ── append ───────────────────────────────────────────────────────────────────────────────────────────────


def test_appended_rows_add_up_and_a_rerun_replaces_its_own(write, words, place):
    write(1, rows((1, "a"), (1, "a")), "append", spec=BARE)
    outcome = write(2, rows((1, "a")), "append", spec=BARE)
    assert words() == [(1, "a")] * 3
    write(1, rows((7, "b")), "append", spec=BARE)
    assert words() == [(1, "a"), (7, "b")]
    [scope] = outcome.scopes
    assert scope.startswith("w:")
    assert outcome.records[0].mode == "append"
    assert place.columns() == ["id", "word", "_mulgil_write"]
    assert place.fetch(f"select count(*) from flights where _mulgil_write = '{scope[2:]}'") == [(1,)]
    write(1, rows(), "append", spec=BARE)
    assert words() == [(1, "a")]


def test_map_indexes_and_tasks_append_apart(write, words):
    for index in range(3):
        write(1, rows((index, "a")), "append", spec=BARE, map_index=index)
    write(1, rows((9, "b")), "append", spec=BARE, task_id="other")
    write(1, rows((5, "again")), "append", spec=BARE, map_index=1)
    assert words() == [(0, "a"), (2, "a"), (5, "again"), (9, "b")]


def test_a_table_without_our_column_is_appended_to_by_a_dedup_key_only(write, words, place):
    write(1, rows((1, "a"), (2, "b")), "replace")
    with pytest.raises(SchemaMismatchError, match=r"no column _mulgil_write.*dedup_key="):
        write(2, rows((3, "c")), "append", spec=BARE)
    by_id = ModeOptions(dedup_key=("id",))
    for _ in range(2):
        write(2, rows((2, "B"), (3, "c")), "append", spec=BARE, options=by_id)
    assert words() == [(1, "a"), (2, "B"), (3, "c")]
    assert place.columns() == ["id", "word"]
    with pytest.raises(CheckFailedError, match=r"unique\(id\)"):
        write(2, rows((4, "x"), (4, "y")), "append", spec=BARE, options=by_id)


# ── merge ────────────────────────────────────────────────────────────────────────────────────────────────

BATCHES = {
    1: rows((1, "one"), (2, "one")),
    2: rows((2, "two"), (3, "two")),
    3: rows((1, "three"), (4, "three")),
}
MERGED = [(1, "three"), (2, "two"), (3, "two"), (4, "three")]


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 1, 2, 1, 3)])
def test_merged_intervals_give_the_same_in_any_order(write, words, place, order):
    for day in order:
        write(day, BATCHES[day], "merge")
    assert words() == MERGED
    assert place.columns() == ["id", "word", "_mulgil_interval_end"]
    assert len(place.ledger()) == 3
    assert all(scope.startswith("i:") for scope in place.ledger())


def test_a_merge_run_again_replaces_its_rows_and_keeps_what_vanished(write, words):
    write(1, rows((1, "a"), (2, "a")), "merge")
    write(1, rows((1, "b")), "merge")
    assert words() == [(1, "b"), (2, "a")]
    write(1, rows(), "merge")
    assert words() == [(1, "b"), (2, "a")]


FLAGGED = pa.schema([("id", pa.int64()), ("word", pa.string()), ("gone", pa.bool_())])
WITH_FLAG = ModeOptions(delete_flag="gone")
DELETING = {
    1: rows((1, "one", False), (2, "one", None), (3, "one", False), schema=FLAGGED),
    2: rows((1, "two", True), (2, "two", True), (9, "two", True), schema=FLAGGED),
    3: rows((2, "three", False), (3, "three", True), schema=FLAGGED),
}


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_deletions_hold_in_any_order(write, words, place, order):
    for day in (*order, order[0]):
        write(day, DELETING[day], "merge", options=WITH_FLAG)
    assert words() == [(2, "three")]
    assert place.columns() == ["id", "word", "_mulgil_interval_end"]
    assert place.fetch("select id from _mulgil_deleted_flights order by id") == [(1,), (3,), (9,)]


def test_a_merge_without_the_flag_knows_what_was_deleted(write, words):
    write(2, DELETING[2], "merge", options=WITH_FLAG)
    write(1, rows((1, "late"), (5, "late")), "merge")
    assert words() == [(5, "late")]
    write(3, rows((1, "new")), "merge")
    assert words() == [(1, "new"), (5, "late")]
    write(2, rows((1, "late")), "merge", task_id="other")
    assert words() == [(1, "new"), (5, "late")]


def test_replace_forgets_what_was_deleted(write, words):
    write(2, DELETING[2], "merge", options=WITH_FLAG)
    write(1, rows((7, "x")), "replace")
    write(1, rows((1, "back")), "merge")
    assert words() == [(1, "back"), (7, "x")]


VERSIONED = pa.schema([("id", pa.int64()), ("word", pa.string()), ("version", pa.int64())])
BY_VERSION = ModeOptions(version_by="version")


def test_the_higher_version_stays_whatever_interval_brings_it(write, words, place):
    write(1, rows((1, "nine", 9), (2, "one", 1), schema=VERSIONED), "merge", options=BY_VERSION)
    write(2, rows((1, "five", 5), (2, "two", 2), schema=VERSIONED), "merge", options=BY_VERSION)
    assert words() == [(1, "nine"), (2, "two")]
    assert place.columns() == ["id", "word", "version"]
    write(2, rows((1, "nine again", 9), schema=VERSIONED), "merge", options=BY_VERSION)
    assert words() == [(1, "nine again"), (2, "two")]
    with pytest.raises(CheckFailedError, match=r"not_null\(version\)"):
        write(3, rows((1, "x", None), schema=VERSIONED), "merge", options=BY_VERSION)


def test_a_deletion_has_a_version_too(write, words):
    schema = VERSIONED.append(pa.field("gone", pa.int8()))
    options = ModeOptions(version_by="version", delete_flag="gone")
    write(2, rows((1, "", 5, 1), schema=schema), "merge", options=options)
    write(1, rows((1, "old", 4, 0), (2, "new", 4, 0), schema=schema), "merge", options=options)
    assert words() == [(2, "new")]
    write(3, rows((1, "newer", 6, 0), schema=schema), "merge", options=options)
    assert words() == [(1, "newer"), (2, "new")]


@pytest.mark.parametrize("mode", ["merge", "insert_only"])
def test_keys_of_a_batch_are_keys(write, words, mode):
    write(1, rows((1, "a")), mode)
    with pytest.raises(CheckFailedError, match=r'unique\(id\).*1 rows.*"times":2'):
        write(2, rows((2, "a"), (2, "b")), mode)
    with pytest.raises(CheckFailedError, match=r"not_null\(id\)"):
        write(2, rows((None, "a")), mode)
    assert words() == [(1, "a")]


def test_a_key_of_two_columns_and_another_case(write, place):
    schema = pa.schema([("Id", pa.int64()), ("day", pa.date32()), ("word", pa.string())])
    spec = TableSpec(connection_id="there", name="flights", key=("ID", "DAY"))
    day, other = datetime(2013, 1, 5, tzinfo=UTC).date(), datetime(2013, 1, 6, tzinfo=UTC).date()
    write(1, rows((1, day, "a"), (1, other, "b"), schema=schema), "merge", spec=spec)
    write(2, rows((1, other, "B"), schema=schema), "merge", spec=spec)
    assert place.fetch("select word from flights order by word") == [("B",), ("a",)]


def test_a_table_without_the_interval_refuses_a_merge_unless_rows_have_versions(write, words):
    write(1, rows((1, "a", 1), schema=VERSIONED), "replace")
    with pytest.raises(SchemaMismatchError, match=r"no column _mulgil_interval_end.*version_by="):
        write(2, rows((1, "b", 2), schema=VERSIONED), "merge")
    write(2, rows((1, "b", 2), schema=VERSIONED), "merge", options=BY_VERSION)
    assert words() == [(1, "b")]


# ── insert_only ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1), (3, 1, 2, 1, 3)])
def test_the_first_interval_that_brings_a_key_keeps_it_in_any_order(write, words, order):
    for day in order:
        write(day, BATCHES[day], "insert_only")
    assert words() == [(1, "one"), (2, "one"), (3, "two"), (4, "three")]


def test_rows_that_others_inserted_stay(write, words, place):
    write(1, rows((1, "a")), "insert_only")
    write(2, rows((1, "b"), (2, "b")), "insert_only")
    write(2, rows((2, "c")), "insert_only")
    assert words() == [(1, "a"), (2, "c")]


# ── scd2 ─────────────────────────────────────────────────────────────────────────────────────────────────

HISTORY = pa.schema([("id", pa.int64()), ("since", pa.timestamp("us")), ("word", pa.string()), ("gone", pa.bool_())])
SINCE = ModeOptions(valid_from="since", delete_flag="gone")


def event(key, hour, word, *, gone=False, day=1):
    return (key, datetime(2013, 1, day, hour), word, gone)  # noqa: DTZ001 - a naive column


@pytest.fixture
def versions(place):
    def read():
        found = place.fetch("select id, since, word, valid_to from flights order by id, since")
        return [(key, _short(since), word, _short(until)) for key, since, word, until in found]

    return read


def _short(instant):
    return None if instant is None else str(instant).replace("T", " ")[8:13]


@pytest.fixture
def history(write):
    return lambda day, *events, **given: write(day, rows(*events, schema=HISTORY), "scd2", options=SINCE, **given)


def test_versions_last_from_their_own_instant_to_the_next(history, versions, place):
    history(1, event(1, 3, "a"), event(1, 9, "b"), event(2, 5, "x"))
    history(2, event(1, 1, "c", day=2), event(3, 2, "z", day=2))
    assert versions() == [
        (1, "01 03", "a", "01 09"),
        (1, "01 09", "b", "02 01"),
        (1, "02 01", "c", None),
        (2, "01 05", "x", None),
        (3, "02 02", "z", None),
    ]
    assert place.columns() == [
        *("id", "since", "word", "valid_to", "_mulgil_write", "_mulgil_interval_end", "_mulgil_closed_by")
    ]


def test_what_changes_nothing_makes_no_version(history, versions):
    history(1, event(1, 3, "a"), event(1, 5, "a"), event(1, 7, None), event(1, 8, None))
    history(2, event(1, 1, None, day=2), event(1, 8, None))
    assert versions() == [(1, "01 03", "a", "01 07"), (1, "01 07", None, None)]


def test_a_deletion_ends_the_last_version(history, versions):
    history(1, event(1, 3, "a"), event(1, 5, "", gone=True), event(2, 4, "", gone=True))
    history(2, event(1, 5, "", gone=True), event(1, 2, "b", day=2), event(3, 1, "c", day=2))
    history(3, event(1, 2, "b", gone=True, day=3), event(1, 9, "b", day=3))
    assert versions() == [
        (1, "01 03", "a", "01 05"),
        (1, "02 02", "b", "03 02"),
        (1, "03 09", "b", None),
        (3, "02 01", "c", None),
    ]


def test_the_last_interval_run_again_converges(history, versions):
    history(1, event(1, 3, "a"), event(2, 3, "x"))
    first = versions()
    history(2, event(1, 1, "b", day=2), event(2, 1, "", gone=True, day=2), event(3, 1, "new", day=2))
    second = versions()
    history(2, event(1, 1, "b", day=2), event(2, 1, "", gone=True, day=2), event(3, 1, "new", day=2))
    assert versions() == second
    history(2)
    assert versions() == first
    history(2, event(2, 7, "y", day=2))
    assert versions() == [(1, "01 03", "a", None), (2, "01 03", "x", "02 07"), (2, "02 07", "y", None)]


def test_an_earlier_interval_is_refused_even_after_an_empty_one(history, versions, place):
    history(1, event(1, 3, "a"))
    history(3)
    before = versions()
    for day in (1, 2):
        with pytest.raises(OutOfOrderError, match=r"2013-01-0\dT00:00:00\+00:00 comes after .* 2013-01-04T00"):
            history(day, event(1, 3, "b"))
    assert versions() == before
    assert place.leftovers() == []
    history(3, event(1, 4, "c", day=3))
    assert len(versions()) == 2


def test_an_earlier_interval_is_refused_at_publish_when_a_later_one_overtook_it(history, place, origin_of, write):
    history(1, event(1, 3, "a"))

    def overtake():
        history(3, event(1, 1, "c", day=3), target=place.new_target())

    late = origin_of(rows(event(1, 1, "b", day=2), schema=HISTORY), before=overtake)
    with pytest.raises(OutOfOrderError):
        write(2, late, "scd2", options=SINCE)
    assert place.fetch("select count(*) from flights") == [(2,)]


def test_rows_that_come_before_what_is_known_are_refused_and_shown(history, versions):
    history(1, event(1, 3, "a"), event(1, 9, "b"))
    before = versions()
    for late in (event(1, 5, "late"), event(1, 9, "other"), event(1, 9, "b", gone=True)):
        with pytest.raises(LateRowsError, match=f'"word":"{late[2]}"'):
            history(2, late)
    assert versions() == before
    history(2, event(1, 3, "a"), event(1, 9, "b"))
    assert versions() == before


def test_one_row_a_key_and_instant(history, write):
    with pytest.raises(CheckFailedError, match=r"unique\(id, since\)"):
        history(1, event(1, 3, "a"), event(1, 3, "b"))
    with pytest.raises(CheckFailedError, match=r"not_null\(id, since\)"):
        history(1, (1, None, "a", False))
    with pytest.raises(SchemaMismatchError, match=r"valid_from= of flights names column word of type"):
        write(1, rows(event(1, 1, "a"), schema=HISTORY), "scd2", options=ModeOptions(valid_from="word"))
    with pytest.raises(SchemaMismatchError, match=r"no column at, which valid_from= names"):
        write(1, rows(event(1, 1, "a"), schema=HISTORY), "scd2", options=ModeOptions(valid_from="at"))


def test_dates_are_validity_too_and_its_end_may_be_called_otherwise(write, place):
    schema = pa.schema([("id", pa.int64()), ("day", pa.date32()), ("word", pa.string())])
    options = ModeOptions(valid_from="day", valid_to="until")
    for number in (1, 2):
        day = datetime(2013, 1, number, tzinfo=UTC).date()
        write(number, rows((1, day, f"w{number}"), schema=schema), "scd2", options=options)
    found = place.fetch("select word, until from flights order by word")
    assert [(word, until and str(until)) for word, until in found] == [("w1", "2013-01-02"), ("w2", None)]


def test_a_table_with_a_key_only(write, place):
    schema = pa.schema([("id", pa.int64()), ("day", pa.date32())])
    options = ModeOptions(valid_from="day")
    for number in (1, 2):
        day = datetime(2013, 1, number, tzinfo=UTC).date()
        write(number, rows((1, day), schema=schema), "scd2", options=options)
    assert place.fetch("select count(*) from flights") == [(1,)]


def test_a_retry_knows_that_it_committed_though_a_later_interval_did_meanwhile(history, versions):
    given = {"is_pure": True, "run_uid": "first"}
    history(1, event(1, 3, "a"), **given)
    history(2, event(1, 3, "b", day=2))
    assert history(1, event(1, 3, "a"), **given).status is WriteStatus.ALREADY_COMMITTED
    assert len(versions()) == 2


def test_a_table_that_was_dropped_begins_anew(history, versions, write, words, place):
    history(2, event(1, 3, "b", day=2))
    place.drop("flights")
    history(1, event(1, 3, "a"))
    assert versions() == [(1, "01 03", "a", None)]
    place.drop("flights")
    write(2, DELETING[2], "merge", options=WITH_FLAG)
    place.drop("flights")
    write(1, rows((1, "a")), "merge")
    assert words() == [(1, "a")]


# ── All of them ──────────────────────────────────────────────────────────────────────────────────────────

OPTIONS = {"scd2": SINCE}
MODES = ["append", "merge", "insert_only", "scd2"]


def _batch(mode, word, hour=3):
    return rows(event(1, hour, word), schema=HISTORY) if mode == "scd2" else rows((1, word))


@pytest.mark.parametrize("mode", MODES)
def test_a_committed_write_is_not_made_again_and_a_clear_makes_it_anew(write, words, mode, origin_of):
    given = {"is_pure": True, "run_uid": "same", "options": OPTIONS.get(mode)}
    first = write(1, _batch(mode, "a"), mode, **given)
    origin = origin_of(_batch(mode, "b"))
    again = write(1, origin, mode, **given)
    assert (again.status, again.records, origin.opened) == (WriteStatus.ALREADY_COMMITTED, first.records, 0)
    assert write(1, origin, mode, clear_number=1, **given).status is WriteStatus.COMMITTED
    assert words() == [(1, "b")]


@pytest.mark.parametrize("mode", MODES)
def test_a_late_zombie_of_the_same_interval_changes_nothing(write, words, place, origin_of, mode):
    options = OPTIONS.get(mode)

    def overtake():
        write(1, _batch(mode, "new"), mode, options=options, target=place.new_target())

    outcome = write(1, origin_of(_batch(mode, "zombie"), before=overtake), mode, options=options)
    assert (outcome.status, outcome.records) == (WriteStatus.SUPERSEDED, ())
    assert words() == [(1, "new")]


@pytest.mark.parametrize("mode", ["append", "merge", "insert_only"])
def test_a_write_overtaken_by_another_producer_publishes(write, place, origin_of, mode):
    def overtake():
        write(2, rows((2, "other")), mode, target=place.new_target())

    outcome = write(1, origin_of(rows((1, "a")), before=overtake), mode)
    assert outcome.status is WriteStatus.COMMITTED
    assert place.fetch("select count(*) from flights") == [(2,)]


@pytest.mark.parametrize("mode", MODES)
def test_a_replace_meanwhile_supersedes_and_a_partition_begins_anew(write, place, make_rows, origin_of, mode):
    parted = TableSpec(connection_id="there", name="flights", key=("id",), partition_by="day")
    schema = make_rows(5, []).schema
    options = ModeOptions(valid_from="day") if mode == "scd2" else None
    write(1, make_rows(5, [1], word="first"), mode, spec=parted, options=options)
    if mode == "scd2":
        return

    def overtake():
        if origin.opened == 1:
            place.load(make_rows(6, [5], word="part"), [6], spec=parted, target=place.new_target(), run_uid="part")

    origin = origin_of(make_rows(5, [2], word="mine").cast(schema), before=overtake)
    outcome = write(2, origin, mode, spec=parted, options=options)
    assert (outcome.status, origin.opened) == (WriteStatus.COMMITTED, 2)
    assert place.fetch("select word from flights order by word") == [("first",), ("mine",), ("part",)]

    def replace():
        write(1, make_rows(5, [9], word="all"), "replace", spec=parted, target=place.new_target())

    zombie = origin_of(make_rows(5, [3], word="zombie"), before=replace)
    assert write(3, zombie, mode, spec=parted, options=options).status is WriteStatus.SUPERSEDED
    assert place.fetch("select word from flights") == [("all",)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("point", ["K6", "K6c"])
def test_a_connection_lost_about_the_commit_publishes_once(write, words, mode, point):
    lost = []

    def fault(passed):
        if passed == point and not lost:
            lost.append(passed)
            raise ConnectionLostError("data.connection_lost", target="place", detail="cut")

    outcome = write(1, _batch(mode, "a"), mode, options=OPTIONS.get(mode), fault=fault)
    assert (outcome.status, outcome.rows, lost) == (WriteStatus.COMMITTED, 1, [point])
    assert words() == [(1, "a")]


def test_what_a_mode_cannot_do_is_refused_where_it_is_declared(write):
    for mode, options, message in (
        ("merge", ModeOptions(dedup_key=("id",)), "only append takes it"),
        ("append", ModeOptions(version_by="id"), "only merge takes it"),
        ("replace", ModeOptions(delete_flag="id"), "only merge, scd2 takes it"),
        ("scd2", ModeOptions(), "without valid_from="),
    ):
        with pytest.raises(DeclarationError, match=message):
            write(1, rows((1, "a")), mode, options=options)
    for mode in ("merge", "insert_only", "scd2"):
        with pytest.raises(DeclarationError, match=r"key=\["):
            write(1, rows((1, "a")), mode, spec=BARE, options=ModeOptions(valid_from="a") if mode == "scd2" else None)
    flagged = rows((1, "a"), (2, "b"))
    with pytest.raises(SchemaMismatchError, match=r"delete_flag= of flights names column word of type"):
        write(1, flagged, "merge", options=ModeOptions(delete_flag="word"))


def test_our_own_columns_are_left_out_where_a_source_brings_them(write, place, words):
    write(1, rows((1, "a")), "append", spec=BARE)
    table = rows((1, "a")).append_column("_mulgil_write", [["somebody"]])
    write(2, table, "append", spec=BARE)
    assert words() == [(1, "a"), (1, "a")]
    assert place.fetch("select count(*) from flights where _mulgil_write = 'somebody'") == [(0,)]
