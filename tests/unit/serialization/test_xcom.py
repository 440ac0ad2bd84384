"""XComs as bytes: exact forms, and what is refused."""

from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import IntEnum, StrEnum
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from mulgil.serialization import (
    XCOM_FORMAT,
    TypeRegistry,
    XComFile,
    XComReadError,
    XComTypeError,
    decode_xcom,
    encode_xcom,
    encode_xcom_file,
    read_xcom_file,
    register_type,
)


@dataclass
class Price:
    amount: Decimal
    currency: str = "KRW"
    label: str = field(init=False, default="")

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("negative")


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    norm: float = field(init=False)


class Row(msgspec.Struct, frozen=True):
    key: int
    prices: tuple[Price, ...] = ()


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    SMALL = 1


Pair = namedtuple("Pair", "left right")


@pytest.fixture
def registry() -> TypeRegistry:
    registry = TypeRegistry()
    registry.register(Price)
    registry.register(Point, name="point")
    registry.register(Row)
    return registry


def encode(value: object, registry: TypeRegistry | None = None) -> bytes:
    return encode_xcom(value, task_id="extract", key="return_value", registry=registry or TypeRegistry())


def refusal(value: object) -> XComTypeError:
    with pytest.raises(XComTypeError) as caught:
        encode(value)
    return caught.value


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (1.0, "1.0"),
        ("한글", '"한글"'),
        ({"b": [1, 2.5], "a": None}, '{"b":[1,2.5],"a":null}'),
        (2**63 - 1, "9223372036854775807"),
        (2**63, '{"$type":"int","value":"0x8000000000000000"}'),
        (b"\x00", '{"$type":"bytes","value":"AA=="}'),
        ({3, 1, 2}, '{"$type":"set","value":[1,2,3]}'),
        ({"$type": 1}, '{"$type":"dict","value":[["$type",1]]}'),
        (Decimal("1.10"), '{"$type":"decimal","value":"1.10"}'),
        (
            datetime(2013, 11, 3, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=1),
            '{"$type":"datetime","value":"2013-11-03T01:30:00","fold":1,'
            '"zone":{"$type":"zone","value":"America/New_York"}}',
        ),
    ],
)
def test_the_stored_form(value: object, encoded: str) -> None:
    assert encode(value) == f'{{"format":1,"value":{encoded}}}'.encode()
    assert decode_xcom(encode(value)) == value


def test_a_time_in_the_second_pass_stays_there() -> None:
    value = datetime(2013, 11, 3, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=1)

    read = decode_xcom(encode(value))

    assert isinstance(read, datetime)
    assert (read.fold, read.tzinfo) == (1, ZoneInfo("America/New_York"))


def test_registered_objects_come_back_whole(registry: TypeRegistry) -> None:
    price = Price(Decimal("12.50"), "USD")
    price.label = "sale"
    value = [Row(1, (price,)), Point(1.5, float("inf"))]
    object.__setattr__(value[1], "norm", 3.0)

    assert decode_xcom(encode(value, registry), registry=registry) == value


def test_an_attribute_that_was_never_set_stays_unset(registry: TypeRegistry) -> None:
    read = decode_xcom(encode(Point(1.0, 2.0), registry), registry=registry)

    assert isinstance(read, Point)
    assert not hasattr(read, "norm")


def test_the_decorator_registers_for_the_whole_process() -> None:
    @register_type(name="test_xcom.Decorated")
    @dataclass
    class Decorated:
        value: int

    data = encode_xcom(Decorated(1), task_id="extract", key="k")

    assert b'"class":"test_xcom.Decorated"' in data
    assert decode_xcom(data) == Decorated(1)


def test_a_class_that_was_imported_again_replaces_the_first(registry: TypeRegistry) -> None:
    again = dataclass(type("Price", (), {"__annotations__": {"amount": Decimal}, "__module__": Price.__module__}))

    registry.register(again)
    data = encode(again(amount=Decimal(1)), registry)

    assert type(decode_xcom(data, registry=registry)) is again


def test_one_name_means_one_class(registry: TypeRegistry) -> None:
    with pytest.raises(XComTypeError) as caught:
        registry.register(Row, name="point")

    assert caught.value.text.code == "xcom.name_taken"


def test_only_dataclasses_and_structs_can_be_registered(registry: TypeRegistry) -> None:
    with pytest.raises(XComTypeError) as caught:
        registry.register(Colour)

    assert caught.value.text.code == "xcom.not_registrable"


class _OwnZone(tzinfo):
    def utcoffset(self, when: datetime | None) -> Any:
        return None


@pytest.mark.parametrize(
    ("value", "code", "path", "kind"),
    [
        (object(), "xcom.unsupported_type", "value", "object"),
        ({"rows": [1, {"at": 1j}]}, "xcom.unsupported_type", 'value["rows"][1]["at"]', "complex"),
        ([Colour.RED], "xcom.unsupported_type", "value[0]", "Colour"),
        (Size.SMALL, "xcom.unsupported_type", "value", "Size"),
        (Pair(1, 2), "xcom.unsupported_type", "value", "Pair"),
        (OrderedDict(a=1), "xcom.unsupported_type", "value", "collections.OrderedDict"),
        (bytearray(b"a"), "xcom.unsupported_type", "value", "bytearray"),
        ({"a": {1: 2}}, "xcom.key_not_text", 'value["a"]', "int"),
        ({Colour.RED: 2}, "xcom.key_not_text", "value", "Colour"),
        ((Row(1),), "xcom.unregistered_type", "value[0]", "Row"),
        (datetime(2013, 1, 1, tzinfo=_OwnZone()), "xcom.unsupported_type", "value.tzinfo", "_OwnZone"),
    ],
)
def test_anything_else_is_refused_with_its_place_and_type(value: object, code: str, path: str, kind: str) -> None:
    error = refusal(value)

    assert error.text.code == code
    assert error.text.fields["task_id"] == "extract"
    assert error.text.fields["key"] == "return_value"
    assert error.text.fields["path"] == path
    assert str(error.text.fields["type"]).endswith(kind)


def test_an_attribute_is_named_in_the_path(registry: TypeRegistry) -> None:
    price = Price(Decimal(1))
    price.label = object()  # type: ignore[assignment] # the mistake under test

    with pytest.raises(XComTypeError) as caught:
        encode({"row": Row(1, (price,))}, registry)

    assert caught.value.text.fields["path"] == 'value["row"].prices[0].label'


def test_a_zone_without_a_name_is_refused() -> None:
    with files("tzdata.zoneinfo").joinpath("UTC").open("rb") as file:
        zone = ZoneInfo.from_file(file)

    assert refusal(datetime(2013, 1, 1, tzinfo=zone)).text.code == "xcom.unsupported_type"


def test_a_value_that_contains_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)

    assert refusal(loop).text.code == "xcom.too_deep"


def test_files_are_named_by_hash_size_and_kind() -> None:
    file = XComFile(sha256="ab" * 32, size=70_000, kind="arrow")
    data = encode_xcom_file(file)

    assert read_xcom_file(data) == file
    assert read_xcom_file(encode(1)) is None
    with pytest.raises(XComReadError) as caught:
        decode_xcom(data)
    assert caught.value.text.code == "xcom.is_file"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"format":2,"value":1}', "xcom.newer_format"),
        (b'{"format":2,"something":"new"}', "xcom.newer_format"),
        (b'{"format":1,"value":{"$type":"matrix"}}', "xcom.unknown_kind"),
        (b'{"format":1,"value":{"$type":"object","class":"os:system","value":{}}}', "xcom.unknown_class"),
        (b'{"format":1,"value":{"$type":"object","class":"point","value":{"z":1}}}', "xcom.cannot_rebuild"),
        (b'{"format":1}', "xcom.unreadable"),
        (b'{"format":0,"value":1}', "xcom.unreadable"),
        (b"", "xcom.unreadable"),
        (b'{"format":1,"value":{"$type":"date","value":"tomorrow"}}', "xcom.unreadable"),
        (b'{"format":1,"value":{"$type":"decimal","value":"x"}}', "xcom.unreadable"),
        (b'{"format":1,"value":{"$type":"zone","value":"../../etc/passwd"}}', "xcom.unreadable"),
        (b'{"format":1,"value":{"$type":"zone","value":"Mars/Olympus"}}', "xcom.unreadable"),
        (b'{"format":1,"value":{"$type":"tuple"}}', "xcom.unreadable"),
        (b'{"format":1,"value":{"$type":[1],"value":1}}', "xcom.unreadable"),
        (b'{"format":1,"value":{"$type":"set","value":[[1]]}}', "xcom.unreadable"),
        (b'{"format":1,"value":' + b"[" * 5000 + b"]" * 5000 + b"}", "xcom.unreadable"),
    ],
)
def test_what_can_t_be_read_says_why(data: bytes, code: str, registry: TypeRegistry) -> None:
    with pytest.raises(XComReadError) as caught:
        decode_xcom(data, registry=registry)

    assert caught.value.text.code == code


def test_a_class_that_refuses_its_contents_is_named(registry: TypeRegistry) -> None:
    data = encode(Price(Decimal(1)), registry).replace(b'"1"', b'"-1"')

    with pytest.raises(XComReadError) as caught:
        decode_xcom(data, registry=registry)

    assert caught.value.text.code == "xcom.cannot_rebuild"
    assert caught.value.text.fields["detail"] == "ValueError: negative"


def test_a_field_that_was_added_later_takes_its_default(registry: TypeRegistry) -> None:
    data = encode(Price(Decimal(1), "USD"), registry).replace(b'"currency":"USD",', b"")

    assert decode_xcom(data, registry=registry) == Price(Decimal(1), "KRW")


def test_a_newer_format_names_both_numbers() -> None:
    with pytest.raises(XComReadError) as caught:
        read_xcom_file(b'{"format":9,"value":1}')

    assert caught.value.text.fields == {"format": 9, "supported": XCOM_FORMAT}


def test_a_named_offset_keeps_its_name() -> None:
    zone = timezone(timedelta(hours=9), "KST")

    read = decode_xcom(encode(zone))

    assert isinstance(read, timezone)
    assert (read, read.tzname(None)) == (zone, "KST")
