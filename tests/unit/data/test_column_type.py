"""Types as authors write them."""

import pyarrow as pa
import pytest

from mulgil.data import Table
from mulgil.data.arrow_type import from_arrow, to_arrow
from mulgil.data.column_type import ColumnType, Field, declared_column, parse_type
from mulgil.data.errors import DeclarationError

INT = ColumnType(name="int64")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("BIGINT", INT),
        ("double precision", ColumnType(name="float64")),
        ("varchar(20)", ColumnType(name="string", length=20)),
        ("numeric(9)", ColumnType(name="decimal", precision=9)),
        ("decimal128(18, 2)", ColumnType(name="decimal", precision=18, scale=2)),
        ("timestamp", ColumnType(name="timestamp")),
        ("timestamp[ms]", ColumnType(name="timestamp", unit="ms")),
        ("timestamp[us, tz=America/New_York]", ColumnType(name="timestamp", zone="America/New_York")),
        ("timestamp[us, +09:00]", ColumnType(name="timestamp", zone="+09:00")),
        ("timestamp with time zone", ColumnType(name="timestamp", zone="UTC")),
        ("timestamp without time zone", ColumnType(name="timestamp")),
        ("date32[day]", ColumnType(name="date")),
        ("time64[us]", ColumnType(name="time")),
        ("int[]", ColumnType(name="list", fields=(Field("", INT),))),
        ("list<item: int64>", ColumnType(name="list", fields=(Field("", INT),))),
        ("map<string, int64>", ColumnType(name="map", fields=(Field("", ColumnType(name="string")), Field("", INT)))),
        ('struct<a: int64, "b c": list<int64>>', None),
        ("struct(a bigint, b varchar(3))", None),
    ],
)
def test_types_are_read_and_spelled_again(text, kind):
    found = parse_type(text, column="x")
    assert kind in (None, found)
    assert parse_type(str(found), column="x") == found


@pytest.mark.parametrize(
    "text",
    [
        *("", "intt", "int64 x", "decimal", "decimal(50, 2)", "decimal(2, 3)", "list<", "struct<>", "map<string>"),
        *("text(-1)", "timestamp[h]", "timestamp[us, UTC, x, y]", "int64; drop table x", "not null", "varchar(1, 2)"),
    ],
)
def test_what_is_no_type_is_refused(text):
    with pytest.raises(DeclarationError, match="Column x is declared as"):
        parse_type(text, column="x")


def test_not_null_stands_behind_the_type():
    assert declared_column("x", "bigint NOT  NULL").is_nullable is False
    assert declared_column("x", "bigint").is_nullable is True


@pytest.mark.parametrize(
    "kind",
    [
        *(pa.bool_(), pa.int8(), pa.uint64(), pa.float32(), pa.float64(), pa.string(), pa.binary(), pa.date32()),
        *(pa.time64("us"), pa.timestamp("ns"), pa.timestamp("us", "Asia/Seoul"), pa.decimal128(38, 10)),
        *(pa.list_(pa.int32()), pa.map_(pa.string(), pa.list_(pa.float32()))),
        pa.struct([("a", pa.int8()), ("b c", pa.struct([("d", pa.date32())]))]),
    ],
    ids=str,
)
def test_arrow_types_go_there_and_back(kind):
    declared = from_arrow(kind, column="x")
    assert to_arrow(declared) == kind
    assert to_arrow(parse_type(str(declared), column="x")) == kind


def test_arrow_types_without_a_place_are_refused():
    with pytest.raises(DeclarationError, match="Arrow type duration"):
        from_arrow(pa.duration("s"), column="x")


def test_a_table_takes_words_arrow_types_and_schemas():
    by_words = Table("c", "t", columns={"id": "bigint not null", "price": "float32"}).spec.columns
    by_schema = Table(
        "c", "t", columns=pa.schema([pa.field("id", pa.int64(), nullable=False), ("price", pa.float32())])
    )
    by_types = Table("c", "t", columns={"id": pa.field("id", pa.int64(), nullable=False), "price": pa.float32()})
    assert by_words == by_schema.spec.columns == by_types.spec.columns


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("evolv", "did you mean 'evolve'"),
        ({"new_column": "evolve"}, "did you mean 'new_columns'"),
        ({"types": "qqqq"}, "Known: freeze, evolve, discard, error"),
        ({"columns": {"a": "evlove"}}, "did you mean 'evolve'"),
        ({"columns": "evolve"}, "schema= can't be"),
        (3, "schema= can't be '3'"),
    ],
)
def test_rules_are_known_words(schema, message):
    with pytest.raises(DeclarationError, match=message):
        Table("c", "t", schema=schema)


def test_rules_are_read():
    contract = Table(
        "c", "t", schema={"types": "error", "new_columns": "evolve", "columns": {"Ä": "discard"}}
    ).spec.contract
    assert (contract.types, contract.new_columns, contract.missing_columns) == ("freeze", "evolve", "freeze")
    assert contract.columns == (("ä", "discard"),)
