"""Which partitions of a table exist, as a small picture: a line a month, a character a day, and so on.

    2013-01  ████████████████████·██████████
    2013-02  ██████░░

`█` is there, `░` is there and stale (what it was made of was committed anew since), `·` is missing
between the first and the last.
"""

import re
from collections.abc import Iterable, Sequence

THERE, STALE, MISSING = "█", "░", "·"
LINES_SHOWN = 24
VALUES_SHOWN = 12
_DAYS, _MONTHS, _HOURS = 31, 12, 24
# Each kind of key, and its two parts: the line that it stands in and its place there.
_KINDS = (
    (re.compile(r"(\d{4}-\d\d)-(\d\d)"), _DAYS, 1),
    (re.compile(r"(\d{4})-(\d\d)"), _MONTHS, 1),
    (re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)Z"), _HOURS, 0),
    (re.compile(r"(\d{3})(\d)"), 10, 0),
)


def partition_picture(keys: Sequence[str], stale: Iterable[str]) -> list[str]:
    """Return the lines; values that are no times are listed as they are."""
    if not keys:
        return []
    old = set(stale)
    for pattern, width, first in _KINDS:
        found = [pattern.fullmatch(key) for key in keys]
        if all(found):
            places = {(match[1], int(match[2]) - first): match[0] in old for match in found if match is not None}
            return _lines(places, width)
    shown = [f"{key} {STALE}" if key in old else key for key in sorted(keys)]
    return shown[:VALUES_SHOWN] + ([f"… (+{len(shown) - VALUES_SHOWN})"] if len(shown) > VALUES_SHOWN else [])


def _lines(places: dict[tuple[str, int], bool], width: int) -> list[str]:
    first, last = min(places), max(places)
    names = sorted({name for name, _ in places})
    lines = [
        f"{name if len(name) != 3 else name + '0s'}  {_line(name, places, width, first, last)}".rstrip()
        for name in names
    ]
    hidden = len(lines) - LINES_SHOWN
    return [f"… (+{hidden})", *lines[-LINES_SHOWN:]] if hidden > 0 else lines


def _line(
    name: str, places: dict[tuple[str, int], bool], width: int, first: tuple[str, int], last: tuple[str, int]
) -> str:
    marks = []
    for place in range(width):
        at = (name, place)
        if at in places:
            marks.append(STALE if places[at] else THERE)
        else:
            marks.append(MISSING if first < at < last else " ")
    return "".join(marks)
