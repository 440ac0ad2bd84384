"""The matrix: a fault point, a target, a mode and company. Each case returns what is wrong; nothing is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import permutations

from mulgil.data.fault_point import FaultPoint
from mulgil.data.write import collect_garbage
from tests.faults.writes.place import Child, Place, Watcher, until
from tests.faults.writes.scenario import (
    MODES,
    State,
    Write,
    contested_write,
    owners_after,
    second_write,
    setup_writes,
    table_after,
    zombie_write,
)
from tests.faults.writes.writer import KINDS

COMPANY = ("alone", "second", "zombie", "full")
COMMITTED_AT = (FaultPoint.K6C, FaultPoint.K7, FaultPoint.K8, FaultPoint.K9)
# The target may be locked there, so that nobody else gets on until the write does.
MAY_HOLD_LOCK = (FaultPoint.K6, FaultPoint.K6C)
FULL_AT = (FaultPoint.K2, FaultPoint.K3, FaultPoint.K4, FaultPoint.K6)
_MOMENT_SECONDS = 0.05


@dataclass(frozen=True)
class Case:
    """One cell."""

    kind: str
    mode: str
    point: FaultPoint
    company: str

    def __str__(self) -> str:
        return f"{self.kind} {self.mode} {self.point.value} {self.company}"

    @property
    def is_committed(self) -> bool:
        """Whether the write has happened when it is at the point."""
        return self.point in COMMITTED_AT


def matrix(kind: str, mode: str) -> Iterator[Case]:
    """Yield every case of a target and mode."""
    for company in COMPANY:
        points = FULL_AT if company == "full" else tuple(FaultPoint)
        yield from (Case(kind, mode, point, company) for point in points)


def everything() -> Iterator[Case]:
    """Yield the whole matrix."""
    for kind in KINDS:
        for mode in MODES:
            yield from matrix(kind, mode)


def play(case: Case, place: Place, *, mutant: str = "") -> list[str]:
    """Play one case in a prepared place."""
    return {"alone": _alone, "second": _with_second, "zombie": _with_zombie, "full": _on_a_full_disk}[case.company](
        case, place, mutant
    )


def _alone(case: Case, place: Place, mutant: str) -> list[str]:
    """The write is killed; the table is old or new; it is run again."""
    made = contested_write(case.mode)
    old, new = _states(case.mode, [[], [made]])
    with Watcher(place, [old, new]) as watcher:
        told = place.start(place.job(made, faults=f"{case.point.value}:kill", mutant=mutant)).end()
        wrong = [] if told == "killed" else [f"the write was not killed: {told}"]
        if place.table() != (new if case.is_committed else old):
            wrong.append(f"after the kill the table is {_told(place.table())}")
        if (made.run_uid in place.owners()) != case.is_committed:
            wrong.append(f"after the kill the ledger names {place.owners()}")
        wrong += _run_again(case, place, made, mutant)
        wrong += [f"the rerun left {place.stages()}"] if place.stages() else []
    return wrong + watcher.wrong + _final(place, [made])


def _with_second(case: Case, place: Place, mutant: str) -> list[str]:
    """Somebody else writes the table while the write is held; then it is killed, and run again."""
    made, other = contested_write(case.mode), second_write(case.mode)
    with Watcher(place, _possible(case.mode, [made, other])) as watcher:
        held = place.start(place.job(made, mutant=mutant), held_at=case.point.value)
        held.wait_until_held()
        second = place.start(place.job(other, mutant=mutant))
        _let_pass(case, second)
        held.kill()
        wrong = _ended(held, "killed") + _ended(second, "committed")
        again = place.start(place.job(made, mutant=mutant)).end()
    is_first = case.is_committed and case.mode != "replace"
    wrong += _expect(again, "already_committed" if is_first else "committed", "the rerun")
    return wrong + watcher.wrong + _final(place, [made, other] if is_first else [other, made])


def _with_zombie(case: Case, place: Place, mutant: str) -> list[str]:
    """An attempt is held until the next one of the same write is through; then it goes on."""
    made, late = contested_write(case.mode), zombie_write(case.mode)
    with Watcher(place, _possible(case.mode, [made, late])) as watcher:
        zombie = place.start(place.job(late, run_uid=made.run_uid, mutant=mutant), held_at=case.point.value)
        zombie.wait_until_held()
        fresh = place.start(place.job(made, mutant=mutant))
        _let_pass(case, fresh)
        zombie.release()
        told = {"zombie": zombie.end(), "fresh": fresh.end()}
    is_zombie_first = case.is_committed or (case.point is FaultPoint.K6 and told["fresh"] == "already_committed")
    if is_zombie_first:
        wrong = _expect(told["zombie"], "committed", "the zombie")
        wrong += _expect(told["fresh"], "already_committed", "the fresh attempt")
    else:
        expected = {FaultPoint.K0: "already_committed", FaultPoint.K6: "committed"}.get(case.point, "superseded")
        wrong = _expect(told["zombie"], expected, "the zombie")
        wrong += _expect(told["fresh"], "committed", "the fresh attempt")
    last = [late] if is_zombie_first else [late, made] if case.point is FaultPoint.K6 else [made]
    return wrong + watcher.wrong + _final(place, last, run_uid=made.run_uid)


def _on_a_full_disk(case: Case, place: Place, mutant: str) -> list[str]:
    """The disk is full at the point: the write fails, and changes nothing."""
    made = contested_write(case.mode)
    old, new = _states(case.mode, [[], [made]])
    with Watcher(place, [old, new]) as watcher:
        told = place.start(place.job(made, full_at=case.point.value, mutant=mutant)).end()
        wrong = [] if "No space left" in told else [f"the full disk was told as: {told}"]
        wrong += [f"a failed write left {place.stages()}"] if place.stages() else []
        if place.table() != old:
            wrong.append(f"after the failure the table is {_told(place.table())}")
        wrong += _run_again(case, place, made, mutant)
    return wrong + watcher.wrong + _final(place, [made])


def _let_pass(case: Case, other: Child) -> None:
    """Wait until another write is through, or, where it can't be, has come to the lock."""
    until(lambda: other.is_over, seconds=_MOMENT_SECONDS if case.point in MAY_HOLD_LOCK else 30.0)


def _run_again(case: Case, place: Place, made: Write, mutant: str) -> list[str]:
    told = place.start(place.job(made, mutant=mutant)).end()
    return _expect(told, "already_committed" if case.is_committed else "committed", "the rerun")


def _ended(child: Child, expected: str) -> list[str]:
    return _expect(child.end(), expected, "the held write" if expected == "killed" else "the second write")


def _expect(told: str, expected: str, who: str) -> list[str]:
    return [] if told == expected else [f"{who} was {told}, not {expected}"]


def _final(place: Place, last: list[Write], *, run_uid: str = "") -> list[str]:
    writes = [*setup_writes(place.mode), *last]
    wrong = []
    if place.table() != table_after(place.mode, writes):
        wrong.append(f"in the end the table is {_told(place.table())}")
    theirs = {made.run_uid for made in last}
    owners = sorted(
        run_uid if run_uid and owner in theirs else owner for owner in owners_after(place.mode, writes).values()
    )
    if place.owners() != owners:
        wrong.append(f"in the end the ledger names {place.owners()}, not {owners}")
    collect_garbage(place.target)
    if place.stages():
        wrong.append(f"after gc there is {place.stages()}")
    return wrong


def _states(mode: str, cases: Iterable[list[Write]]) -> list[State]:
    return [table_after(mode, [*setup_writes(mode), *made]) for made in cases]


def _possible(mode: str, actors: list[Write]) -> list[State]:
    """Return the table after any of the actors' writes in any order."""
    orders = [list(order) for size in range(len(actors) + 1) for order in permutations(actors, size)]
    return _states(mode, orders)


def _told(rows: State) -> str:
    words = sorted({row[2] for row in rows})
    return f"{len(rows)} rows of {', '.join(words)}: {rows[:3]}"
