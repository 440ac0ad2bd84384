"""Dates compared with instants, which a database does without a word, and outside of UTC wrongly.

`flight_date >= {{ data_interval_start }}` compares a local date with an instant: the database takes the
date's midnight in UTC, so a dag in New York loses the day it means and gets the next one. What a template
renders next to a comparison is noted (`Comparison`), and refused where the column's type shows the
mistake; right is `{{ data_interval_start | ds }}` for dates, and an instant for timestamps.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from mulgil.data.errors import SqlTemplateError
from mulgil.data.target import Column, ColumnKind
from mulgil.data.zone import zone_of

_NAME = r'(?:(\w+)|"((?:[^"]|"")+)")'
_OPERATOR = r"(?:[<>]=?|!?=|<>)"
_BEFORE = re.compile(_NAME + rf"\s*(?:{_OPERATOR}|\bbetween(?:\s+\x00\d+\x00\s+and)?)\s*\Z", re.IGNORECASE)
_AFTER = re.compile(rf'\A\s*{_OPERATOR}\s*(?:[\w"]+\s*\.\s*)*' + _NAME)
# Far enough to see a name, an operator and a `between … and`.
_NEAR = 400
_WINTER, _SUMMER = datetime(2024, 1, 1), datetime(2024, 7, 1)  # noqa: DTZ001 - made local by the zone


class Comparison(msgspec.Struct, frozen=True):
    """A value that stands next to a comparison with `column`: an instant, or else a date."""

    column: str
    is_instant: bool


def comparison_at(text: str, start: int, end: int, *, is_instant: bool) -> Comparison | None:
    """Return what the value that stands at `[start, end)` of a rendered template is compared with, if it is."""
    found = _BEFORE.search(text[max(0, start - _NEAR) : start]) or _AFTER.match(text[end : end + _NEAR])
    if found is None:
        return None
    return Comparison(found[1] or found[2].replace('""', '"'), is_instant)


def refuse_mixed(
    comparisons: Iterable[Comparison],
    tables: Mapping[str, Sequence[Column]],
    *,
    timezone: str,
    has_dates: bool,
) -> None:
    """Refuse a comparison of a date with an instant that doesn't give what it says.

    Args:
        comparisons: What the template compares.
        tables: The columns of the tables that it reads.
        timezone: The dag's.
        has_dates: Whether the target compares dates and instants at all, and not their texts.

    Raises:
        SqlTemplateError: Naming the column, its table and what to write.
    """
    if has_dates and _is_utc(timezone):
        return
    for each in comparisons:
        found = [
            (table, column)
            for table, columns in tables.items()
            for column in columns
            if column.name.casefold() == each.column.casefold()
        ]
        if not found or not all(_is_mixed(each, column, timezone) for _, column in found):
            continue
        table, column = found[0]
        fields = {"table": table, "column": column.name, "type": column.type, "timezone": timezone}
        if each.is_instant:
            raise SqlTemplateError("data.date_with_instant", **fields)
        raise SqlTemplateError("data.instant_with_date", **fields)


def _is_mixed(comparison: Comparison, column: Column, timezone: str) -> bool:
    if comparison.is_instant:
        return column.kind is ColumnKind.DATE
    # A date is its midnight in UTC, as text, too.
    return column.kind in (ColumnKind.TIMESTAMP, ColumnKind.TIMESTAMP_TZ) and not _is_utc(timezone)


def _is_utc(timezone: str) -> bool:
    zone = zone_of(timezone)
    return all(instant.replace(tzinfo=zone).utcoffset() == timedelta(0) for instant in (_WINTER, _SUMMER))
