"""The writes of a fault case, and in plain Python what a table must hold after any order of them.

Nothing here imports mulgil: the expected tables are worked out by rules of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

MODES = ("replace", "replace_partition", "append", "merge", "insert_only", "scd2")
DAYS_BEFORE = 4
State = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Write:
    """One write: `ids` get `word` on `day` of January 2013, which is the run's data interval; `gone` are deleted."""

    word: str
    day: int
    ids: tuple[int, ...]
    task: str = "load"
    gone: tuple[int, ...] = ()

    @property
    def run_uid(self) -> str:
        """The run, of which a retry is a part."""
        return self.word

    def rows(self) -> list[tuple[int, int, str, int]]:
        """Return id, day, word, gone."""
        return [(number, self.day, self.word, int(number in self.gone)) for number in self.ids]


def _ids(first: int, end: int) -> tuple[int, ...]:
    return tuple(range(first, end))


def setup_writes(mode: str) -> tuple[Write, ...]:
    """Return what stands in the table when a case begins: a neighbour, and an older run of what is fought about."""
    return (Write("other", DAYS_BEFORE, _ids(0, 7)), Write("old", 5, _ids(0, 20)))


def contested_write(mode: str) -> Write:
    """Return the write that meets the fault."""
    return Write("new", 5, _ids(5, 35), gone=(10, 20, 30) if mode == "merge" else ())


def zombie_write(mode: str) -> Write:
    """Return what a late first attempt of the tested write carries, other rows, so that a trace of it would show."""
    return replace(contested_write(mode), word="zombie", ids=_ids(3, 50), gone=())


def second_write(mode: str) -> Write:
    """Return the write of somebody else that happens meanwhile."""
    return {
        "replace": Write("second", 5, _ids(60, 80), task="other"),
        "replace_partition": Write("second", 6, _ids(0, 9)),
        "append": Write("second", 5, _ids(0, 9), task="other"),
        "merge": Write("second", 6, _ids(0, 9)),
        "insert_only": Write("second", 3, _ids(3, 12)),
        "scd2": Write("second", 5, _ids(100, 110), task="other"),
    }[mode]


def table_after(mode: str, writes: Sequence[Write]) -> State:
    """Return the rows after `writes`, committed in this order, sorted, every value as text."""
    rows = {
        "replace": _replaced,
        "replace_partition": _partitioned,
        "append": _appended,
        "merge": _merged,
        "insert_only": _inserted,
        "scd2": _versioned,
    }[mode](writes)
    return tuple(sorted(rows))


def owners_after(mode: str, writes: Sequence[Write]) -> dict[object, str]:
    """Return whose commit stands last in each scope."""
    keys = {"replace": lambda write: "*", "replace_partition": lambda write: write.day}
    key_of = keys.get(mode, lambda write: (write.task, write.day))
    return {key_of(write): write.run_uid for write in writes}


def day_text(day: int) -> str:
    """Return a day of January 2013."""
    return f"2013-01-{day:02}"


def _shown(number: int, day: int, word: str) -> tuple[str, ...]:
    return str(number), day_text(day), word


def _rows_of(write: Write) -> list[tuple[str, ...]]:
    return [_shown(number, day, word) for number, day, word, _ in write.rows()]


def _replaced(writes: Sequence[Write]) -> Iterable[tuple[str, ...]]:
    return _rows_of(writes[-1])


def _partitioned(writes: Sequence[Write]) -> Iterable[tuple[str, ...]]:
    last = {write.day: write for write in writes}
    return [row for write in last.values() for row in _rows_of(write)]


def _appended(writes: Sequence[Write]) -> Iterable[tuple[str, ...]]:
    last = {(write.task, write.day): write for write in writes}
    return [row for write in last.values() for row in _rows_of(write)]


def _merged(writes: Sequence[Write]) -> Iterable[tuple[str, ...]]:
    kept: dict[int, tuple[int, str, int]] = {}
    for write in writes:
        for number, day, word, gone in write.rows():
            if number not in kept or kept[number][0] <= day:
                kept[number] = (day, word, gone)
    return [_shown(number, day, word) for number, (day, word, gone) in kept.items() if not gone]


def _inserted(writes: Sequence[Write]) -> Iterable[tuple[str, ...]]:
    kept: dict[int, tuple[int, str]] = {}
    for write in writes:
        for number, day, word, _ in write.rows():
            if number not in kept or kept[number][0] >= day:
                kept[number] = (day, word)
    return [_shown(number, day, word) for number, (day, word) in kept.items()]


def _versioned(writes: Sequence[Write]) -> Iterable[tuple[str, ...]]:
    last = {(write.day, write.task): write for write in writes}
    versions: dict[int, list[list[str]]] = {}
    for _, write in sorted(last.items()):
        for number, day, word, _gone in write.rows():
            known = versions.setdefault(number, [])
            if known and known[-1][2] == word:
                continue
            if known:
                known[-1][3] = day_text(day)
            known.append([str(number), day_text(day), word, "None"])
    return [tuple(version) for each in versions.values() for version in each]
