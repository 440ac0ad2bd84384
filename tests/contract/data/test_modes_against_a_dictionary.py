"""Random writes, re-runs, backfills, overtakings and crashes in every mode, against a dictionary that does the same."""

from __future__ import annotations

import tempfile
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mulgil.data.errors import OutOfOrderError
from mulgil.data.modes import ModeOptions
from mulgil.data.outcome import WriteStatus
from mulgil.data.table_spec import TableSpec, WriteMode
from mulgil.data.write import collect_garbage

BEFORE_COMMIT = ("K0", "K1", "K2", "K3", "K4", "K5", "K6")
AFTER_COMMIT = ("K6c", "K7", "K8", "K9")
SPEC = TableSpec(connection_id="there", name="flights", key=("id",))
EXAMPLES = {"duckdb": 5, "sqlite": 30, "files": 5}
Event = tuple[int, int, bool]


class CrashError(Exception):
    """The process ends here."""


@dataclass(frozen=True)
class Op:
    """One write of a day's run, or one of the whole table; `events` are key, number (hour or version), deletion."""

    day: int
    events: tuple[Event, ...]
    is_replace: bool
    crash: str | None
    overtaken_by: Op | None = None


def ops(overtaken: st.SearchStrategy[Op | None]) -> st.SearchStrategy[Op]:
    return st.builds(
        Op,
        day=st.integers(1, 4),
        events=st.lists(
            st.tuples(st.integers(1, 4), st.integers(1, 9), st.booleans()),
            max_size=4,
            unique_by=lambda event: event[0],
        ).map(tuple),
        is_replace=st.sampled_from([False] * 7 + [True]),
        crash=st.one_of(st.none(), st.none(), st.sampled_from(BEFORE_COMMIT + AFTER_COMMIT)),
        overtaken_by=overtaken,
    )


HISTORIES = st.lists(ops(st.one_of(st.none(), st.none(), ops(st.none()))), min_size=1, max_size=6)


class Model(ABC):
    """What a mode promises, in Python."""

    mode: WriteMode
    options = ModeOptions()
    has_replace = True
    columns: tuple[tuple[str, pa.DataType], ...] = (("id", pa.int64()), ("word", pa.string()))

    def __init__(self) -> None:
        self.rows: dict[object, tuple[object, ...]] = {}

    def accepts(self, op: Op) -> bool:
        """Whether the target must take the write at all."""
        return True

    def staged(self, op: Op, word: str) -> list[tuple[object, ...]]:
        return [(key, word) for key, _, _ in op.events]

    @abstractmethod
    def apply(self, op: Op, word: str) -> None:
        """Do what the write does."""

    def replace(self, op: Op, word: str) -> None:
        """Do what a write of the whole table does."""
        self.rows.clear()

    def table(self) -> list[tuple[object, ...]]:
        """Key and word of every row, sorted."""
        return sorted(self.rows.values())


class Append(Model):
    mode = WriteMode.APPEND

    def apply(self, op: Op, word: str) -> None:
        for place in [place for place in self.rows if place[0] == op.day]:  # type: ignore[index]
            del self.rows[place]
        self.rows |= {(op.day, key): (key, word) for key, _, _ in op.events}

    def replace(self, op: Op, word: str) -> None:
        super().replace(op, word)
        self.rows |= {("all", key): (key, word) for key, _, _ in op.events}


class Merge(Model):
    mode = WriteMode.MERGE
    options = ModeOptions(delete_flag="gone")
    columns = (*Model.columns, ("gone", pa.bool_()))

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[int, tuple[int, str | None]] = {}

    def staged(self, op: Op, word: str) -> list[tuple[object, ...]]:
        return [(key, word, gone and not op.is_replace) for key, _, gone in op.events]

    def apply(self, op: Op, word: str) -> None:
        for key, number, gone in op.events:
            order = self.order(op, number)
            if key not in self.known or self.known[key][0] <= order:
                self.known[key] = (order, None if gone else word)

    def order(self, op: Op, number: int) -> int:
        return op.day

    def replace(self, op: Op, word: str) -> None:
        self.known = {key: (self.order(op, number), word) for key, number, _ in op.events}

    def table(self) -> list[tuple[object, ...]]:
        return sorted((key, word) for key, (_, word) in self.known.items() if word is not None)


class Versioned(Merge):
    options = ModeOptions(delete_flag="gone", version_by="version")
    columns = (*Merge.columns, ("version", pa.int64()))

    def staged(self, op: Op, word: str) -> list[tuple[object, ...]]:
        return [(*row, number) for row, (_, number, _) in zip(super().staged(op, word), op.events, strict=True)]

    def order(self, op: Op, number: int) -> int:
        return number


class InsertOnly(Model):
    mode = WriteMode.INSERT_ONLY

    def __init__(self) -> None:
        super().__init__()
        self.days: dict[int, int] = {}

    def apply(self, op: Op, word: str) -> None:
        for key, _, _ in op.events:
            if self.days.get(key, op.day) >= op.day:
                self.rows[key], self.days[key] = (key, word), op.day

    def replace(self, op: Op, word: str) -> None:
        super().replace(op, word)
        self.days.clear()
        self.apply(op, word)


class History(Model):
    """Versions, worked out anew from what each day brought last."""

    mode = WriteMode.SCD2
    options = ModeOptions(valid_from="since", delete_flag="gone")
    has_replace = False
    columns = (("id", pa.int64()), ("word", pa.string()), ("since", pa.timestamp("us")), ("gone", pa.bool_()))

    def __init__(self) -> None:
        super().__init__()
        self.days: dict[int, list[tuple[object, ...]]] = {}

    def accepts(self, op: Op) -> bool:
        return op.day >= max(self.days, default=0)

    def staged(self, op: Op, word: str) -> list[tuple[object, ...]]:
        # Half of the words are alike, so that events change nothing.
        return [
            (key, "same" if hour % 2 else word, datetime(2013, 1, op.day, hour), gone)  # noqa: DTZ001
            for key, hour, gone in op.events
        ]

    def apply(self, op: Op, word: str) -> None:
        self.days[op.day] = self.staged(op, word)

    def table(self) -> list[tuple[object, ...]]:
        versions: dict[object, list[list[object]]] = {}
        for day in sorted(self.days):
            for key, word, since, gone in self.days[day]:
                known = versions.setdefault(key, [])
                current = known[-1] if known and known[-1][2] is None else None
                if current is not None and (gone or current[0] != word):
                    current[2] = since
                if not gone and (current is None or current[0] != word):
                    known.append([word, since, None])
        return sorted(
            (key, f"{word} {_shown(since)} {_shown(until)}")
            for key, known in versions.items()
            for word, since, until in known
        )


def _shown(instant: object) -> str:
    return "-" if instant is None else str(instant).replace("T", " ")[8:13]


MODELS: dict[str, type[Model]] = {
    "append": Append,
    "merge": Merge,
    "merge by version": Versioned,
    "insert_only": InsertOnly,
    "scd2": History,
}


@pytest.mark.parametrize("kind", ["duckdb", "sqlite", "files"])
@pytest.mark.parametrize("name", list(MODELS))
def test_a_table_is_what_a_dictionary_would_be(kind, name, make_place, make_interval, origin_of):
    @settings(max_examples=EXAMPLES[kind])
    @given(HISTORIES)
    def check(history):
        with tempfile.TemporaryDirectory() as folder:
            run = _Run(make_place(kind, Path(folder)), MODELS[name](), make_interval, origin_of)
            for number, op in enumerate(history):
                run.do(op, f"w{number}")
                assert run.table() == run.model.table()
            collect_garbage(run.place.target)
            assert run.place.leftovers() == []

    check()


class _Run:
    def __init__(self, place, model, make_interval, origin_of):
        self.place, self.model = place, model
        self._make_interval, self._origin_of = make_interval, origin_of

    def do(self, op: Op, word: str) -> None:
        """Write, crash, and let the next try finish what was begun."""
        if self._try(op, word, crash=op.crash):
            self._try(op, word, crash=None)

    def _try(self, op: Op, word: str, *, crash: str | None) -> bool:
        is_replace = op.is_replace and self.model.has_replace
        overtaking = [] if op.overtaken_by is None or (crash is None and op.crash) else [op.overtaken_by]
        done: list[Op] = []

        def overtake() -> None:
            if overtaking:
                done.append(overtaking.pop())
                self.do(done[-1], f"{word}+")

        def fault(point: str) -> None:
            if point == crash:
                raise CrashError(point)

        def is_covered() -> bool:
            """Whether later writes replaced all that this one would leave."""
            return any(
                (other.is_replace and self.model.has_replace) or (not is_replace and other.day == op.day)
                for other in done
                if self.model.has_replace or other.day >= op.day
            )

        try:
            outcome = self.place.load(
                self._origin_of(self._rows(op, word, is_replace=is_replace), before=overtake),
                mode=WriteMode.REPLACE if is_replace else self.model.mode,
                options=None if is_replace else self.model.options,
                spec=SPEC,
                shared=True,
                data_interval=self._make_interval(op.day),
                run_uid=word,
                is_pure=True,
                fault=fault,
            )
        except CrashError:
            if crash in AFTER_COMMIT and not is_covered():
                self._apply(op, word, is_replace=is_replace)
            return True
        except OutOfOrderError:
            assert not self.model.accepts(op)
            return False
        assert (outcome.status is WriteStatus.SUPERSEDED) == is_covered()
        if outcome.status is WriteStatus.COMMITTED:
            assert self.model.accepts(op)
            self._apply(op, word, is_replace=is_replace)
        return False

    def _apply(self, op: Op, word: str, *, is_replace: bool) -> None:
        (self.model.replace if is_replace else self.model.apply)(op, word)

    def _rows(self, op: Op, word: str, *, is_replace: bool) -> pa.Table:
        columns = [column for column in self.model.columns if column[0] != "gone" or not is_replace]
        wanted = [index for index, column in enumerate(self.model.columns) if column in columns]
        rows = [[row[index] for index in wanted] for row in self.model.staged(op, word)]
        values = list(zip(*rows, strict=True)) or [()] * len(columns)
        return pa.table(
            [pa.array(each, kind) for each, (_, kind) in zip(values, columns, strict=True)], [c[0] for c in columns]
        )

    def table(self) -> list[tuple[object, ...]]:
        if self.place.target.columns("flights") is None:
            return []
        if isinstance(self.model, History):
            found = self.place.fetch("select id, word, since, valid_to from flights")
            return sorted((key, f"{word} {_shown(since)} {_shown(until)}") for key, word, since, until in found)
        return sorted(self.place.fetch("select id, word from flights"))
