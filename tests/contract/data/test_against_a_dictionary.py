"""Random writes, reruns, overtakings and crashes against a dictionary that does the same."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mulgil.data.outcome import WriteStatus
from mulgil.data.table_spec import TableSpec, WriteMode
from mulgil.data.write import collect_garbage

BEFORE_COMMIT = ("K0", "K1", "K2", "K3", "K4", "K5", "K6")
AFTER_COMMIT = ("K6c", "K7", "K8", "K9")
SPEC = TableSpec(connection_id="there", name="flights", partition_by="day")
EXAMPLES = {"duckdb": 12, "files": 12, "sqlite": 120}


class CrashError(Exception):
    """The process ends here."""


@dataclass(frozen=True)
class Op:
    """One write: days (none = the whole table), rows a day, where it crashes, what overtakes it while it reads."""

    days: tuple[int, ...]
    rows: int
    crash: str | None
    overtaken_by: Op | None = None

    @property
    def parts(self) -> frozenset[int]:
        return frozenset(self.days) or frozenset(range(1, 5))


def ops(overtaken: st.SearchStrategy[Op | None]) -> st.SearchStrategy[Op]:
    return st.builds(
        Op,
        days=st.lists(st.integers(1, 4), max_size=3, unique=True).map(lambda days: tuple(sorted(days))),
        rows=st.integers(0, 3),
        crash=st.one_of(st.none(), st.none(), st.sampled_from(BEFORE_COMMIT + AFTER_COMMIT)),
        overtaken_by=overtaken,
    )


HISTORIES = st.lists(ops(st.one_of(st.none(), ops(st.none()))), min_size=1, max_size=7)


@pytest.mark.parametrize("kind", ["duckdb", "files", "sqlite"])
def test_a_table_is_what_a_dictionary_would_be(kind, make_place, make_rows, origin_of):
    @settings(max_examples=EXAMPLES[kind])
    @given(HISTORIES)
    def check(history):
        with tempfile.TemporaryDirectory() as folder:
            run = _Run(make_place(kind, Path(folder)), make_rows, origin_of)
            for number, op in enumerate(history):
                run.do(op, f"{number}")
                assert run.table() == run.expected
            collect_garbage(run.place.target)
            assert run.place.leftovers() == []

    check()


class _Run:
    def __init__(self, place, make_rows, origin_of):
        self.place, self._make_rows, self._origin_of = place, make_rows, origin_of
        self.expected: dict[int, list[str]] = {}

    def do(self, op: Op, name: str) -> None:
        """Write, crash, and let the next try finish what was begun."""
        crashed = self._try(op, name, crash=op.crash)
        if crashed:
            self._try(op, name, crash=None)

    def _try(self, op: Op, name: str, *, crash: str | None) -> bool:
        rows = pa.concat_tables([self._make_rows(day, range(op.rows), word=name) for day in sorted(op.parts)])
        overtaking: list[Op] = [] if op.overtaken_by is None or (crash is None and op.crash) else [op.overtaken_by]
        done: list[Op] = []

        def overtake() -> None:
            if overtaking:
                done.append(overtaking.pop())
                self.do(done[-1], f"{name}+")

        def fault(point: str) -> None:
            if point == crash:
                raise CrashError(point)

        try:
            outcome = self.place.load(
                self._origin_of(rows, before=overtake),
                op.days,
                mode=WriteMode.REPLACE_PARTITION if op.days else WriteMode.REPLACE,
                spec=SPEC,
                run_uid=name,
                is_pure=True,
                fault=fault,
            )
        except CrashError:
            if crash in AFTER_COMMIT and not self._is_covered(op, done):
                self._apply(op, name)
            return True
        assert (outcome.status is WriteStatus.SUPERSEDED) == (self._is_covered(op, done))
        if outcome.status is WriteStatus.COMMITTED:
            self._apply(op, name)
        return False

    def _is_covered(self, op: Op, done: list[Op]) -> bool:
        """Whether a later write replaced all of this one's scopes."""
        return bool(done) and (not done[0].days or (bool(op.days) and set(op.days) <= set(done[0].days)))

    def _apply(self, op: Op, name: str) -> None:
        if not op.days:
            self.expected.clear()
        for day in op.parts:
            self.expected.pop(day, None)
            if op.rows:
                self.expected[day] = [name] * op.rows

    def table(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        columns = self.place.target.columns("flights")
        for _, day, word in self.place.table() if columns else ():
            found.setdefault(int(day[-2:]), []).append(word)
        return found
