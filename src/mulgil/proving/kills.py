"""Killing each task that writes, wherever it can be killed, and trying it again.

Two things must hold. After the kill, before anything else happens, the tables hold what they held before
the task or what they hold after it, never something between. After another try they hold what the task
makes of them when nobody kills it, and no stage is left.
"""

import select
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

import msgspec

from mulgil.data.fault_point import FaultPoint
from mulgil.i18n import MulgilError, Text
from mulgil.model import DagRun, DagSpec
from mulgil.proving.child import Ended, Running
from mulgil.proving.contents import Contents, Difference, differences
from mulgil.proving.findings import of_difference, of_failure, of_stage
from mulgil.proving.legs import Legs
from mulgil.proving.playing import Death, Played, forget
from mulgil.proving.report import Finding

# A function of more lines is killed at every second one, and so on.
_MOST_LINES = 24


class Arm(msgspec.Struct, frozen=True):
    """One way to kill a task: in words, and as fields of a leg."""

    task_id: str
    step: int
    at: Text
    more: dict[str, object]


# What one arm found; None if the task never came to that point.
Found = list[Finding] | None
_Killing = Generator[Running[Played], Ended[Played], Found]


def find_arms(
    spec: DagSpec, once: Played, references: Mapping[str, Played], *, unstable: Collection[str] = ()
) -> tuple[Arm, ...]:
    """Return how each task of the last run is to be killed; `references` are the tasks played alone.

    What a task makes of tables that are `unstable`, different each time, can't be judged.
    """
    tasks = {task.task_id: task for task in spec.tasks}
    return tuple(
        Arm(task_id, step, at, more)
        for step, task_id in enumerate(once.order)
        if task_id in references and not _changes_only(unstable, references[task_id])
        for at, more in _ways(task_id, references[task_id], is_pure_write=tasks[task_id].is_resolvable)
    )


def _changes_only(tables: Collection[str], reference: Played) -> bool:
    changed = differences(reference.before, reference.contents)
    return bool(changed) and all(difference.table in tables for difference in changed)


def _ways(task_id: str, reference: Played, *, is_pure_write: bool) -> Iterator[tuple[Text, dict[str, object]]]:
    if is_pure_write:
        for point in FaultPoint:
            at = Text("prove.at_point", {"task_id": task_id, "point": point.value})
            yield at, {"faults": f"{point.value}:kill,task={task_id}"}
        return
    if not differences(reference.before, reference.contents):
        return
    yield Text("prove.at_end", {"task_id": task_id}), {"death": Death()}
    step = max(1, -(-len(reference.lines) // _MOST_LINES))
    for index in range(0, len(reference.lines), step):
        at = Text("prove.at_line", {"task_id": task_id, "line": reference.lines[index]})
        yield at, {"death": Death(index + 1)}


class Killer:
    """Kills the tasks of one run, several at a time."""

    def __init__(
        self,
        legs: Legs,
        run: DagRun,
        once: Played,
        references: Mapping[str, Played],
        *,
        writers: Mapping[str, Sequence[str]],
        unstable: Collection[str],
        at_once: int,
        progressed: Callable[[int, int], None],
    ) -> None:
        """Play legs of `run`, `at_once` at a time; `writers` says who writes which table."""
        self._legs = legs
        self._run = run
        self._once = once
        self._references = references
        self._writers = writers
        self._unstable = unstable
        self._at_once = at_once
        self._progressed = progressed
        self._hopeless: set[str] = set()

    def kill(self, arms: Sequence[Arm]) -> tuple[int, list[Finding]]:
        """Return how many kills hit, and what was found: of each task the first that something was found for."""
        found: list[Found] = [None] * len(arms)
        for done, (number, result) in enumerate(self._all(arms), start=1):
            self._progressed(done, len(arms))
            found[number] = result
            if result:
                # One example says it; the other points would say the same.
                self._hopeless.add(arms[number].task_id)
        told: dict[str, list[Finding]] = {}
        for arm, result in zip(arms, found, strict=True):
            if result:
                told.setdefault(arm.task_id, result)
        hit = sum(result is not None for result in found)
        return hit, [finding for findings in told.values() for finding in findings]

    def _all(self, arms: Sequence[Arm]) -> Iterator[tuple[int, Found]]:
        """Drive every killing to its end; yield the number and the result of each as it ends."""
        poll = select.poll()
        active: dict[int, tuple[int, _Killing, Running[Played]]] = {}
        waiting = iter(enumerate(arms))
        try:
            yield from self._start_some(waiting, active, poll)
            while active:
                for descriptor, _ in poll.poll():
                    number, killing, running = active.pop(descriptor)
                    poll.unregister(descriptor)
                    try:
                        following = killing.send(running.end())
                    except StopIteration as ended:
                        yield number, ended.value
                    else:
                        _watch(number, killing, following, active, poll)
                yield from self._start_some(waiting, active, poll)
        finally:
            for _, killing, running in active.values():
                with suppress(MulgilError):
                    running.end()
                killing.close()

    def _start_some(
        self,
        waiting: Iterable[tuple[int, Arm]],
        active: dict[int, tuple[int, _Killing, Running[Played]]],
        poll: select.poll,
    ) -> Iterator[tuple[int, Found]]:
        if len(active) >= self._at_once:
            return
        for number, arm in waiting:
            if arm.task_id in self._hopeless:
                yield number, None
                continue
            killing = self._killing(arm)
            _watch(number, killing, next(killing), active, poll)
            if len(active) >= self._at_once:
                return

    def _killing(self, arm: Arm) -> _Killing:
        """Kill and try again; yields each child that is to be waited for."""
        world = self._legs.world_before(arm.step)
        try:
            dead = yield self._legs.start_alone(world, arm.task_id, self._run, self._once, **arm.more)
            if not dead.was_killed:
                return None
            again = yield self._legs.start_alone(world, arm.task_id, self._run, self._once, looks_first=True)
            return self._compared(arm, again.value)
        finally:
            forget(world.folder)

    def _compared(self, arm: Arm, again: Played) -> list[Finding]:
        reference = self._references[arm.task_id]
        half = self._judged(reference.before, again.before) and self._judged(reference.contents, again.before)
        whole = self._judged(reference.contents, again.contents)
        return [
            *(of_difference(each, check="half", writers=self._writers, at=arm.at) for each in half),
            *(of_failure(where, reason, at=arm.at) for where, reason in again.failures),
            *(of_difference(each, check="killed", writers=self._writers, at=arm.at) for each in whole),
            *(of_stage(stage, at=arm.at) for stage in again.stages),
        ]

    def _judged(self, expected: Contents, found: Contents) -> list[Difference]:
        return [each for each in differences(expected, found) if each.table not in self._unstable]


def _watch(
    number: int,
    killing: _Killing,
    running: Running[Played],
    active: dict[int, tuple[int, _Killing, Running[Played]]],
    poll: "select.poll",
) -> None:
    active[running.descriptor] = number, killing, running
    poll.register(running.descriptor, select.POLLIN | select.POLLHUP)
