"""Stored XComs are read for ever: each line of the files holds bytes that some version wrote."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from mulgil.serialization import (
    XCOM_FORMAT,
    TypeRegistry,
    XComFile,
    decode_xcom,
    encode_xcom,
    encode_xcom_file,
    read_xcom_file,
)

FILES = Path(__file__).parent / "format_1"


@dataclass
class Price:
    amount: Decimal
    currency: str


class Row(msgspec.Struct):
    key: int
    price: Price


REGISTRY = TypeRegistry()
REGISTRY.register(Price, name="shop:Price")
REGISTRY.register(Row, name="shop:Row")

VALUES: list[object] = [
    None,
    True,
    False,
    0,
    -(2**63),
    2**63,
    -(2**100),
    1.0,
    -0.5,
    float("inf"),
    float("-inf"),
    "",
    "가격 \u0000 €",
    "\udcff",
    b"\x00\xff",
    [1, [2.5, None]],
    (1, ("two",)),
    {"b": 1, "a": {"$type": "mine"}},
    {3, 1, 2},
    frozenset({(1, "a")}),
    date(2013, 1, 1),
    datetime(2013, 1, 1, 12, 0, 0, 1),  # noqa: DTZ001 - a naive one is a value too
    datetime(2013, 1, 1, tzinfo=UTC),
    datetime(2013, 11, 3, 1, 30, tzinfo=ZoneInfo("America/New_York"), fold=1),
    datetime(2013, 1, 1, tzinfo=timezone(timedelta(hours=9), "KST")),
    time(23, 59, 59, 999999),
    time(1, 2, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    timedelta(days=-1, seconds=5, microseconds=7),
    UTC,
    ZoneInfo("Asia/Seoul"),
    Decimal("1.10"),
    Decimal("-Infinity"),
    UUID("12345678-1234-5678-1234-567812345678"),
    Row(1, Price(Decimal("12.50"), "KRW")),
]
FILE = XComFile(sha256="0" * 64, size=60_000, kind="value")


def lines() -> list[bytes]:
    return (FILES / "xcoms.jsonl").read_bytes().splitlines()


def test_format_1_is_read() -> None:
    read = [decode_xcom(line, registry=REGISTRY) for line in lines()]

    assert read == VALUES
    assert [type(value) for value in read] == [type(value) for value in VALUES]


def test_the_current_format_is_written_as_ever() -> None:
    assert XCOM_FORMAT == 1, "keep these files, add format_2/ and read both"
    assert [encode_xcom(value, task_id="t", key="k", registry=REGISTRY) for value in VALUES] == lines()


def test_files_are_named_as_ever() -> None:
    stored = (FILES / "xcom_file.json").read_bytes()

    assert read_xcom_file(stored) == FILE
    assert encode_xcom_file(FILE) == stored
