"""What becomes of columns and types, over every target."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from mulgil.data import Table
from mulgil.data.errors import CheckFailedError, DeclarationError, SchemaMismatchError
from mulgil.data.table_spec import WriteMode
from mulgil.data.target import NativeQuery

WHOLE = WriteMode.REPLACE


def declared(columns=None, schema="freeze", **rest):
    return Table("there", "flights", columns=columns, schema=schema, **rest).spec


def rows(**columns):
    return pa.table(columns)


def put(place, table, spec=None):
    return place.load(table, mode=WHOLE, spec=spec or declared())


def test_a_new_column_is_added_in_the_publish(place):
    put(place, rows(id=[1]))
    outcome = put(place, rows(id=[1, 2], note=["x", None]), declared(schema="evolve"))
    assert place.columns() == ["id", "note"]
    assert place.fetch("select id, note from flights order by id") == [(1, "x"), (2, None)]
    assert [check.name.partition(":")[0] for check in outcome.checks] == ["schema"]
    assert "add note" in outcome.checks[0].name
    # What is there already is no change.
    assert put(place, rows(id=[3], note=["y"]), declared(schema="evolve")).checks == ()


def test_rows_of_other_partitions_have_null_in_a_new_column(place, make_rows):
    place.load(make_rows(4, [1]), [4])
    wider = make_rows(5, [2]).append_column("note", pa.array(["x"]))
    place.load(wider, [5], spec=Table("there", "flights", partition_by="day", schema="evolve").spec)
    assert place.fetch("select id, note from flights order by id") == [(1, None), (2, "x")]


def test_a_new_column_is_refused_or_dropped(place):
    put(place, rows(id=[1]))
    with pytest.raises(SchemaMismatchError, match="has a column note"):
        put(place, rows(id=[1], note=["x"]))
    with pytest.raises(SchemaMismatchError, match="has a column note"):
        put(place, rows(id=[1], note=["x"]), declared(schema={"new_columns": "error"}))
    outcome = put(place, rows(id=[1, 2], note=["x", None]), declared(schema={"columns": {"NOTE": "discard"}}))
    assert place.fetch("select * from flights order by id") == [(1,), (2,)]
    [told] = outcome.warnings
    assert (told.name, told.failing) == ("schema: discard note", 1)


def test_a_missing_column_is_null_only_where_that_is_allowed(place):
    put(place, rows(id=[1], note=["x"]))
    with pytest.raises(SchemaMismatchError, match="no column note"):
        put(place, rows(id=[2]))
    put(place, rows(id=[2]), declared(schema={"missing_columns": "evolve"}))
    assert place.fetch("select id, note from flights") == [(2, None)]


def test_a_type_is_widened_where_both_fit(place):
    spec = declared({"id": "int32", "price": "decimal(6, 2)"})
    put(place, pa.table({"id": pa.array([7], pa.int32()), "price": [Decimal("1.25")]}), spec)
    more = pa.table({"id": pa.array([2**40], pa.int64()), "price": pa.array([Decimal("0.1234")], pa.decimal128(6, 4))})
    with pytest.raises(SchemaMismatchError, match="Column id of flights is"):
        put(place, more)
    outcome = put(place, more, declared(schema="evolve"))
    assert {check.name.split()[1] for check in outcome.checks} == {"widen"}
    [(number, price)] = place.fetch("select id, price from flights")
    assert (number, Decimal(str(price))) == (2**40, Decimal("0.1234"))


def test_what_is_there_keeps_its_value_when_its_column_is_widened(place, make_rows):
    spec = Table("there", "flights", partition_by="day", schema="evolve").spec
    price = pa.array([Decimal("1.25")])
    place.load(make_rows(4, [1]).append_column("price", price), [4], spec=spec)
    place.load(make_rows(5, [2]).append_column("price", pa.array([Decimal("10.5000")])), [5], spec=spec)
    found = [Decimal(str(value)) for (value,) in place.fetch("select price from flights order by id")]
    assert found == [Decimal("1.25"), Decimal("10.5")]
    with place.target.read(NativeQuery(sql="select price from flights", reads=("flights",))) as batches:
        assert pa.types.is_decimal(batches.schema.field("price").type)
        assert batches.schema.field("price").type.scale == 4


@pytest.mark.parametrize("schema", ["freeze", "evolve", "discard"])
@pytest.mark.parametrize(
    ("kept", "brought"),
    [
        (pa.array([1]), pa.array(["1"])),
        (pa.array(["1"]), pa.array([1])),
        (pa.array([Decimal("1.5")]), pa.array([1.5])),
        (pa.array([1.5]), pa.array([Decimal("1.5")])),
        (pa.array([datetime(2013, 1, 5, tzinfo=UTC)]), pa.array([datetime(2013, 1, 5)])),  # noqa: DTZ001
        (pa.array([datetime(2013, 1, 5)]), pa.array([datetime(2013, 1, 5, tzinfo=UTC)])),  # noqa: DTZ001
    ],
    ids=[
        "text in number",
        "number in text",
        "float in decimal",
        "decimal in float",
        "naive in zoned",
        "zoned in naive",
    ],
)
def test_some_types_never_meet(place, kept, brought, schema):
    put(place, rows(id=[1], x=kept))
    with pytest.raises(SchemaMismatchError, match="Column x of flights is"):
        put(place, rows(id=[1], x=brought), declared(schema=schema))


def test_an_instant_and_a_naive_timestamp_are_told_apart_in_words(place):
    put(place, rows(x=[datetime(2013, 1, 5, tzinfo=UTC)]))
    with pytest.raises(SchemaMismatchError, match="time zone"):
        put(place, rows(x=[datetime(2013, 1, 5)]))  # noqa: DTZ001


def test_rows_that_do_not_fit_are_dropped_and_counted_where_that_is_declared(place):
    put(place, rows(id=[1]))
    outcome = put(place, rows(id=[1.0, 2.5, 3.0]), declared(schema={"types": "discard"}))
    assert place.fetch("select id from flights order by id") == [(1,), (3,)]
    [told] = outcome.warnings
    assert (told.name, told.failing) == ("schema: discard rows", 1)
    assert outcome.rows == 2


# ── Declared columns ─────────────────────────────────────────────────────────────────────────────────────

EVERY = {
    "flag": ("boolean", True),
    "tiny": ("tinyint", -5),
    "small": ("int16", 300),
    "normal": ("int32", 70_000),
    "big": ("bigint not null", 2**40),
    "unsigned": ("uint32", 4_000_000_000),
    "real": ("double", 1.5),
    "money": ("decimal(20, 4)", Decimal("12345678901234.5678")),
    "word": ("varchar(5)", "o'cl\u00f6"),
    "blob": ("binary", b"\x00\x01"),
    "day": ("date", date(2013, 1, 5)),
    "naive": ("timestamp", datetime(2013, 1, 5, 1, 2, 3, 4)),  # noqa: DTZ001
    "at": ("timestamp[us, UTC]", datetime(2013, 1, 5, 1, 2, 3, 4, tzinfo=UTC)),
}


def test_every_declared_type_comes_back_as_it_was(place):
    spec = declared({name: text for name, (text, _) in EVERY.items()})
    put(place, pa.table({name: [value] for name, (_, value) in EVERY.items()}, schema=_schema(spec)), spec)
    assert place.columns() == list(EVERY)
    with place.target.read(NativeQuery(sql="select * from flights", reads=("flights",))) as batches:
        [row] = pa.Table.from_batches(batches.batches, batches.schema).to_pylist()
    assert row == {name: value for name, (_, value) in EVERY.items()}


def _schema(spec):
    from mulgil.data.arrow_type import to_arrow

    return pa.schema([(column.name, to_arrow(column.type)) for column in spec.columns])


def test_an_empty_result_makes_the_declared_table(place):
    spec = declared({"id": "bigint not null", "tags": "list<string>"})
    put(place, pa.table({"id": pa.array([], pa.int64()), "tags": pa.array([], pa.list_(pa.string()))}), spec)
    assert (place.columns(), place.fetch("select * from flights")) == (["id", "tags"], [])


def test_a_result_without_columns_is_an_empty_one(place):
    put(place, pa.table({}), declared({"id": "bigint"}))
    assert place.columns() == ["id"]
    put(place, rows(id=[1]))
    put(place, pa.table({}))
    assert place.fetch("select * from flights") == []


def test_a_result_without_columns_makes_no_table_that_nobody_declared(place):
    with pytest.raises(SchemaMismatchError, match="neither rows nor columns"):
        put(place, pa.table({}))


def test_all_nulls_are_fine_where_the_type_is_declared(place):
    put(place, rows(id=[1], note=pa.nulls(1)), declared({"id": "int", "note": "varchar(9)"}))
    assert place.fetch("select id, note from flights") == [(1, None)]


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        ("int32", [1, 2**40], "Column x is .*, and the value 1099511627776 in row 2"),
        ("uint8", [1, -1], "the value -1 in row 2"),
        ("int64", [1.0, 2.5], "the value 2.5 in row 2"),
        ("double", [1, 2**53 + 1], "the value 9007199254740993 in row 2"),
        ("decimal(4, 2)", [1, 100], "the value 100 in row 2"),
        ("decimal(4, 1)", [Decimal("1.50"), Decimal("1.25")], "the value 1.25 in row 2"),
        ("varchar(3)", ["abc", "abcd"], "is longer: 'abcd'"),
        ("text not null", ["a", None], "row 2 has no value"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_row(place, kind, values, message):
    with pytest.raises(SchemaMismatchError, match=message):
        put(place, rows(x=values), declared({"x": kind}))
    assert place.columns() == []


def test_values_decide_in_a_declared_column(place):
    spec = declared({"small": "int16", "whole": "int64", "money": "decimal(8, 2)", "at": "timestamp"})
    put(
        place,
        rows(small=[1, None], whole=[2.0, None], money=[Decimal("1.500"), None], at=[date(2013, 1, 5), None]),
        spec,
    )
    with place.target.read(NativeQuery(sql="select * from flights", reads=("flights",))) as batches:
        found = pa.Table.from_batches(batches.batches, batches.schema).to_pylist()
    expected = {"small": 1, "whole": 2, "money": Decimal("1.50"), "at": datetime(2013, 1, 5)}  # noqa: DTZ001
    assert sorted(found, key=lambda row: row["small"] is None) == [expected, dict.fromkeys(expected)]


def test_values_must_fit_the_declared_type_where_the_table_has_a_wider_one(place):
    put(place, rows(n=pa.array([1], pa.int64())), declared({"n": "bigint"}))
    narrow = declared({"n": "smallint not null"})
    with pytest.raises(SchemaMismatchError, match="70000"):
        put(place, rows(n=pa.array([70000], pa.int64())), narrow)
    put(place, rows(n=pa.array([7], pa.int64())), narrow)
    assert place.fetch("select n from flights") == [(7,)]


def test_the_declaration_and_the_table_must_agree(place):
    put(place, rows(id=pa.array([1], pa.int32())), declared({"id": "int32"}))
    with pytest.raises(SchemaMismatchError, match="declared as"):
        put(place, rows(id=[1]), declared({"id": "int64"}))
    with pytest.raises(SchemaMismatchError, match=r"Column note .* is declared for flights"):
        put(place, rows(id=[1], note=["x"]), declared({"id": "int32", "note": "text"}))
    put(place, rows(id=[2**40], note=["x"]), declared({"id": "int64", "note": "text"}, schema="evolve"))
    assert sorted(place.columns()) == ["id", "note"]


def test_transforms_are_held_to_declarations_too(place):
    query = NativeQuery(sql="select 1 as id, 'abcd' as word union all select 2, 'ab'")
    with pytest.raises(SchemaMismatchError, match="longer"):
        put(place, query, declared({"id": "int16", "word": "varchar(3)"}))
    put(place, query, declared({"id": "int16", "word": "varchar(4)"}))
    assert place.fetch("select id, word from flights order by id") == [(1, "abcd"), (2, "ab")]


def test_names_are_names_whatever_stands_in_them(place):
    names = ["select", 'a "quoted" one', "Uml\u00e4ut \ud55c\uae00", "with space", "semi;colon--", "100%", "a.b", "'"]
    put(place, pa.table({name: [number] for number, name in enumerate(names)}))
    wider = pa.table({name: [number] for number, name in enumerate([*names, 'new "one"'])})
    put(place, wider, declared(schema="evolve", key=names[:2]))
    assert place.columns() == [*names, 'new "one"']
    with place.target.read(NativeQuery(sql="select * from flights", reads=("flights",))) as batches:
        [row] = pa.Table.from_batches(batches.batches, batches.schema).to_pylist()
    assert list(row.values()) == list(range(9))


def test_names_that_no_target_holds_are_refused(place):
    with pytest.raises(SchemaMismatchError, match="has no name"):
        put(place, pa.table([pa.array([1])], names=[""]))
    with pytest.raises(DeclarationError, match="can't have a column named"):
        declared({"a": "int", "A": "int"})
    with pytest.raises(DeclarationError, match="not among columns="):
        declared({"a": "int"}, key=["b"])


def test_a_key_is_never_null(place):
    with pytest.raises(CheckFailedError, match="not_null"):
        put(place, rows(id=[1, None]), declared(key=["id"]))


# ── Two at once, and crashes ─────────────────────────────────────────────────────────────────────────────


def parted(schema="evolve"):
    return Table("there", "flights", partition_by="day", schema=schema).spec


def with_note(table):
    return table.append_column("note", pa.array(["x"] * table.num_rows))


def test_two_writers_that_add_the_same_column_both_succeed(place, make_rows, origin_of):
    place.load(make_rows(4, [1]), [4], spec=parted())

    def overtake():
        place.load(with_note(make_rows(6, [3])), [6], target=place.new_target(), run_uid="other", spec=parted())

    place.load(origin_of(with_note(make_rows(5, [2])), before=overtake), [5], spec=parted())
    assert place.fetch("select id, note from flights order by id") == [(1, None), (2, "x"), (3, "x")]


def test_a_table_that_gains_a_column_meanwhile_is_no_surprise_to_who_evolves(place, make_rows, origin_of):
    place.load(make_rows(4, [1]), [4], spec=parted())

    def overtake():
        place.load(with_note(make_rows(6, [3])), [6], target=place.new_target(), run_uid="other", spec=parted())

    place.load(origin_of(make_rows(5, [2]), before=overtake), [5], spec=parted())
    with pytest.raises(SchemaMismatchError, match="no column note"):
        place.load(make_rows(5, [2]), [5], spec=parted("freeze"), run_uid="again")
    assert place.fetch("select id, note from flights order by id") == [(1, None), (2, None), (3, "x")]


def test_a_crash_before_the_commit_leaves_the_columns_as_they_were(place, make_rows):
    place.load(make_rows(4, [1]), [4], spec=parted())
    before = place.columns()

    def crash(point):
        if point == "K6":
            raise KeyboardInterrupt

    wider = with_note(make_rows(5, [2])).set_column(0, "id", pa.array([2.5]))
    wide = Table("there", "flights", partition_by="day", schema="evolve").spec
    with pytest.raises(KeyboardInterrupt):
        place.load(with_note(make_rows(5, [2])), [5], spec=wide, fault=crash)
    with pytest.raises(SchemaMismatchError):
        place.load(wider, [5], spec=wide)
    assert place.columns() == before
    assert place.fetch("select id from flights") == [(1,)]


@pytest.mark.parametrize(
    ("kept", "brought", "expected"),
    [
        (pa.array([7]), pa.array([Decimal("1.25")]), [Decimal(7), Decimal("1.25")]),
        (pa.array([Decimal("1.25")]), pa.array([7]), [Decimal("1.25"), Decimal(7)]),
        (pa.array([date(2013, 1, 5)]), pa.array([datetime(2013, 1, 5, 1)]), None),  # noqa: DTZ001
        (pa.array([datetime(2013, 1, 5, 1)]), pa.array([date(2013, 1, 5)]), None),  # noqa: DTZ001
    ],
    ids=["decimal after integer", "integer after decimal", "timestamp after date", "date after timestamp"],
)
def test_old_and_new_values_stand_in_one_column(place, make_rows, kept, brought, expected):
    place.load(make_rows(4, [1]).append_column("x", kept), [4], spec=parted())
    place.load(make_rows(5, [2]).append_column("x", brought), [5], spec=parted())
    with place.target.read(NativeQuery(sql="select id, x from flights order by id", reads=("flights",))) as batches:
        found = pa.Table.from_batches(batches.batches, batches.schema).column("x").to_pylist()
    assert found == (expected or [as_timestamp(kept), as_timestamp(brought)])


def as_timestamp(column):
    return column.cast(pa.timestamp("us")).to_pylist()[0]


def test_decimals_and_nested_values_go_through_a_query(place):
    kinds = {"price": "decimal(8, 2)", "tags": "list<int64>"}
    source = Table("there", "prices", columns=kinds).spec
    table = pa.table({"price": [Decimal("-1.50"), Decimal("0.05"), None], "tags": [[1, 2], [], None]})
    place.load(table, mode=WHOLE, spec=source)
    query = NativeQuery(sql="select price, tags from prices", reads=("prices",))
    put(place, query, declared({**kinds, "price": "decimal(9, 3)"}))
    with place.target.read(NativeQuery(sql="select price from flights", reads=("flights",))) as batches:
        found = pa.Table.from_batches(batches.batches, batches.schema).column("price").to_pylist()
    assert sorted(map(str, found)) == sorted(map(str, [Decimal("-1.500"), Decimal("0.050"), None]))
