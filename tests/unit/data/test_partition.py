"""Partitions of intervals and of what authors write."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from mulgil.data.errors import DeclarationError, GrainMismatchError
from mulgil.data.partition import parse_partitions, partitions_of_interval
from mulgil.data.table_spec import Grain, TableSpec
from mulgil.model import DataInterval

NEW_YORK = "America/New_York"


def interval(start: str, end: str) -> DataInterval:
    return DataInterval(*(datetime.fromisoformat(each).astimezone(UTC) for each in (start, end)))


def keys(found) -> list[str]:
    return [part.key for part in found]


@pytest.mark.parametrize(
    ("start", "end", "grain", "zone", "expected"),
    [
        ("2013-01-05T05:00Z", "2013-01-06T05:00Z", Grain.DAY, NEW_YORK, ["2013-01-05"]),
        ("2013-03-10T05:00Z", "2013-03-11T04:00Z", Grain.DAY, NEW_YORK, ["2013-03-10"]),
        ("2013-11-03T04:00Z", "2013-11-04T05:00Z", Grain.DAY, NEW_YORK, ["2013-11-03"]),
        ("2013-01-05T00:00Z", "2013-01-08T00:00Z", Grain.DAY, "UTC", ["2013-01-05", "2013-01-06", "2013-01-07"]),
        ("2012-12-31T15:00Z", "2013-02-28T15:00Z", Grain.MONTH, "Asia/Seoul", ["2013-01", "2013-02"]),
        ("2013-01-01T00:00Z", "2014-01-01T00:00Z", Grain.YEAR, "UTC", ["2013"]),
        ("2013-01-05T23:00Z", "2013-01-06T01:00Z", Grain.HOUR, NEW_YORK, ["2013-01-05T23Z", "2013-01-06T00Z"]),
        # Samoa had no 30 December 2011.
        ("2011-12-29T10:00Z", "2011-12-31T10:00Z", Grain.DAY, "Pacific/Apia", ["2011-12-29", "2011-12-31"]),
        # In São Paulo midnight was jumped over.
        ("2013-10-20T03:00Z", "2013-10-21T02:00Z", Grain.DAY, "America/Sao_Paulo", ["2013-10-20"]),
    ],
)
def test_an_interval_is_its_partitions(start, end, grain, zone, expected):
    found = partitions_of_interval(interval(start, end), grain=grain, timezone=zone)
    assert keys(found) == expected
    assert (found[0].start, found[-1].end) == (interval(start, end).start, interval(start, end).end)
    assert all(one.end == other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("start", "end", "grain", "zone"),
    [
        ("2013-01-05T05:00Z", "2013-01-05T06:00Z", Grain.DAY, NEW_YORK),
        ("2013-01-05T00:00Z", "2013-01-06T00:00Z", Grain.DAY, NEW_YORK),
        ("2013-01-05T00:00Z", "2013-01-05T00:00Z", Grain.DAY, "UTC"),
        ("2013-01-01T00:00Z", "2013-01-08T00:00Z", Grain.MONTH, "UTC"),
        ("2013-01-05T00:30Z", "2013-01-05T01:30Z", Grain.HOUR, "UTC"),
    ],
)
def test_an_interval_that_is_no_whole_number_of_grains_is_refused(start, end, grain, zone):
    with pytest.raises(GrainMismatchError, match=f"not a whole number of {grain.value}s"):
        partitions_of_interval(interval(start, end), grain=grain, timezone=zone)


def test_no_interval_names_values():
    with pytest.raises(DeclarationError, match="give partition="):
        partitions_of_interval(interval("2013-01-05T00:00Z", "2013-01-06T00:00Z"), grain=Grain.VALUE, timezone="UTC")


@pytest.mark.parametrize(
    ("given", "grain", "expected"),
    [
        ("2013-01-05", Grain.DAY, ["2013-01-05"]),
        (date(2013, 1, 5), Grain.DAY, ["2013-01-05"]),
        (datetime(2013, 1, 6, 3, tzinfo=UTC), Grain.DAY, ["2013-01-05"]),
        (["2013-01-06", "2013-01-05", "2013-01-06"], Grain.DAY, ["2013-01-05", "2013-01-06"]),
        ("2013-01", Grain.MONTH, ["2013-01"]),
        (2013, Grain.YEAR, ["2013"]),
        ("2013-01-05T06Z", Grain.HOUR, ["2013-01-05T06Z"]),
        (datetime(2013, 1, 5, 6, tzinfo=timezone(timedelta(hours=9))), Grain.HOUR, ["2013-01-04T21Z"]),
        ("JFK", Grain.VALUE, ['"JFK"']),
        (7, Grain.VALUE, ["7"]),
        ("e\u0301", Grain.VALUE, ['"\u00e9"']),
    ],
)
def test_authors_name_partitions(given, grain, expected):
    assert keys(parse_partitions(given, grain=grain, timezone=NEW_YORK)) == expected


def test_a_long_value_is_named_by_its_digest():
    [part] = parse_partitions("x" * 300, grain=Grain.VALUE, timezone="UTC")
    assert part.key.startswith("sha256:")
    assert part.value == "x" * 300


@pytest.mark.parametrize(
    ("given", "grain"),
    [
        ("2013-01-05", Grain.MONTH),
        ("yesterday", Grain.DAY),
        (date(2013, 1, 5), Grain.YEAR),
        ("2013-01-05T06:30Z", Grain.HOUR),
        (datetime(2013, 1, 5), Grain.DAY),  # noqa: DTZ001 - a naive instant is what is refused
        ([], Grain.DAY),
        (True, Grain.YEAR),
    ],
)
def test_what_names_no_partition_is_refused(given, grain):
    with pytest.raises(DeclarationError, match="names no partition"):
        parse_partitions(given, grain=grain, timezone="UTC")


def test_tables_that_cannot_be():
    with pytest.raises(DeclarationError, match="names no table"):
        TableSpec(connection_id="c", name="a.b.c")
    with pytest.raises(DeclarationError, match="names a column twice"):
        TableSpec(connection_id="c", name="a", key=("x", "X"))
    with pytest.raises(DeclarationError, match="no time zone 'Mars/Base'"):
        TableSpec(connection_id="c", name="a", timezone="Mars/Base")
