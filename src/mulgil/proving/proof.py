"""The proof: the author's own pipeline on scratch targets, run again and again, killed everywhere, compared.

    runs        once, on copies of the targets                       → tables A
    again       the same intervals once more                         → A
    order       the intervals the other way round, from the start    → A
    later       with the wall clock a day ahead, from the start      → A
    killed      each writing task killed at each point, then re-run  → old or new, then as unkilled
    statements  what queries say that no run can show

Every leg is a process of its own on a world of its own.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import msgspec
from msgspec.structs import replace

from mulgil.data.fault_point import FaultPoint
from mulgil.i18n import Text
from mulgil.inprocess import GivenDate, intervals_for, make_runs
from mulgil.model import DagRun, DagSpec, DataInterval
from mulgil.ports import Clock, IdSource
from mulgil.proving.child import Ended, in_child
from mulgil.proving.contents import Contents, differences
from mulgil.proving.findings import of_difference, of_failure, of_hit, of_stage
from mulgil.proving.playing import Death, Leg, Played, Subject, forget, play_leg, step_folder
from mulgil.proving.report import Check, Finding, Proof, Verdict
from mulgil.proving.statements import Hit, find_hits
from mulgil.proving.world import World
from mulgil.timetables import timetable_for

_AHEAD = timedelta(days=1, hours=1, minutes=1, seconds=1)
_MOST_LINES = 24
_KILLED = Text("prove.check_killed")
_MICROSECOND = timedelta(microseconds=1)
Told = Callable[[Check], None]
Progressed = Callable[[str, int, int], None]


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at the dag file gives."""

    spec: DagSpec
    hits: tuple[Hit, ...]
    tables: tuple[tuple[str, str], ...]


def inspect_subject(subject: Subject) -> Inspection:
    """Import the dag file, in a child, and look at it."""
    dag = subject.load()
    spec = dag.to_spec()
    tables = {(asset.connection_id, asset.name) for task in spec.tasks for asset in task.outlets}
    return Inspection(spec=spec, hits=find_hits(dag), tables=tuple(sorted(tables)))


class Prover:
    """Proves one pipeline. Keeps everything in the subject's scratch folder."""

    def __init__(self, subject: Subject, *, clock: Clock, ids: IdSource, told: Told, progressed: Progressed) -> None:
        """Tell each check as it is done, and how far the kills are."""
        self._subject = subject
        self._clock = clock
        self._ids = ids
        self._told = told
        self._progressed = progressed
        self._checks: list[Check] = []
        self._worlds = 0
        self._writers: dict[str, list[str]] = {}

    def prove(
        self,
        *,
        at: GivenDate | None = None,
        first: GivenDate | None = None,
        last: GivenDate | None = None,
        quick: bool = False,
    ) -> Proof:
        """Run the proof for a range of intervals; for one date, for that one and a neighbour. `quick`: kill nothing.

        Raises:
            MulgilError: The file or the dates can't be used.
        """
        began = self._clock.monotonic()
        self._inspection = in_child(partial(inspect_subject, self._subject), log=self._subject.log).value
        spec = self._inspection.spec
        self._intervals = self._chosen(spec, at, first, last)
        self._runs = self._made(self._intervals)
        once = self._once()
        tables: dict[str, int] = {}
        if once is not None:
            tables = {name: found.rows.total() for name, found in once.contents.items()}
            self._compare_legs(once)
            if quick:
                note = Text("prove.note_quick")
                self._add(Check(name="killed", title=_KILLED, verdict=Verdict.SKIPPED, tried=0, note=note))
            else:
                self._kill(once)
        self._read_statements()
        return Proof(
            dag_id=spec.dag_id,
            file=str(self._subject.file),
            intervals=tuple(interval.start.isoformat() for interval in self._intervals),
            tables=tables,
            checks=tuple(self._checks),
            seconds=round(self._clock.monotonic() - began, 1),
        )

    # What is run.

    def _chosen(
        self, spec: DagSpec, at: GivenDate | None, first: GivenDate | None, last: GivenDate | None
    ) -> tuple[DataInterval, ...]:
        now = self._clock.now()
        found = intervals_for(spec, now=now, at=at, first=first, last=last)
        if len(found) > 1 or found[0].is_empty or first is not None:
            return found
        timetable = timetable_for(spec.timetable, start_date=spec.start_date, end_date=spec.end_date)
        [only] = found
        following = timetable.next_interval(only)
        if following is not None and following.end <= now:
            return only, following
        before = timetable.interval_at(only.start - _MICROSECOND)
        if spec.start_date is not None and before.start < spec.start_date:
            return found
        return before, only

    def _made(self, intervals: Sequence[DataInterval]) -> tuple[DagRun, ...]:
        spec = self._inspection.spec
        return make_runs(spec, intervals, version_id="", now=self._clock.now(), ids=self._ids)

    def _leg(self, world: World, runs: Sequence[DagRun], **more: object) -> Ended[Played]:
        leg = msgspec.structs.replace(Leg(world=world.folder, runs=tuple(runs)), **more)
        return in_child(partial(play_leg, self._subject, leg, self._inspection.tables), log=self._subject.log)

    def _world(self, origin: World | None = None) -> World:
        self._worlds += 1
        folder = self._subject.scratch / f"world-{self._worlds}"
        return World(folder) if origin is None else origin.copy_to(folder)

    def _done(self, name: str, title: Text, findings: Sequence[Finding], *, tried: int = 1) -> None:
        verdict = Verdict.FAILED if findings else Verdict.OK
        self._add(Check(name=name, title=title, verdict=verdict, tried=tried, findings=tuple(findings)))

    def _add(self, check: Check) -> None:
        self._checks.append(check)
        self._told(check)

    # The checks.

    def _once(self) -> Played | None:
        self._first = self._world()
        played = self._leg(self._first, self._runs, steps=self._subject.scratch / "steps").value
        findings = [of_failure(where, reason) for where, reason in played.failures]
        if played.succeeded and not played.contents:
            findings = [Finding(where=self._inspection.spec.dag_id, what=Text("prove.what_nothing_written"))]
        title = Text("prove.check_runs", {"runs": len(self._runs)})
        self._done("runs", title, findings, tried=len(self._runs))
        return None if findings else played

    def _compare_legs(self, once: Played) -> None:
        self._find_references(once)
        again = self._leg(self._world(self._first), self._made(self._intervals))
        self._done("again", Text("prove.check_again"), self._compared(again.value, once.contents, "again"))
        if len(self._runs) > 1:
            backward = tuple(
                replace(run, created_at=self._runs[number].created_at)
                for number, run in enumerate(reversed(self._made(self._intervals)))
            )
            other = self._leg(self._world(), backward)
            self._done("order", Text("prove.check_order"), self._compared(other.value, once.contents, "order"))
        else:
            note = Text("prove.note_one_interval")
            self._add(Check(name="order", title=Text("prove.check_order"), verdict=Verdict.SKIPPED, note=note))
        later = self._leg(self._world(), self._made(self._intervals), ahead=_AHEAD)
        self._done("later", Text("prove.check_later"), self._compared(later.value, once.contents, "later"))

    def _compared(self, played: Played, expected: Contents, check: str) -> list[Finding]:
        findings = [of_failure(where, reason) for where, reason in played.failures]
        if findings:
            return findings
        return [
            of_difference(difference, check=check, writers=self._writers)
            for difference in differences(expected, played.contents)
        ]

    def _find_references(self, once: Played) -> None:
        """Run each task of the last run alone, from where it began: what it is expected to make of it."""
        self._references: dict[str, Played] = {}
        for number, task_id in enumerate(once.order):
            self._progressed("reference", number, len(once.order))
            world = self._world(World(step_folder(self._subject.scratch / "steps", number)))
            played = self._alone(world, task_id, once, looks_first=True).value
            if played.succeeded:
                self._references[task_id] = played
                for difference in differences(played.before, played.contents):
                    self._writers.setdefault(difference.table, []).append(task_id)
            forget(world.folder)
        for task in self._inspection.spec.tasks:
            for asset in task.outlets:
                for name in (f"{asset.connection_id}:{asset.name}", f"{asset.connection_id}:main.{asset.name}"):
                    writers = self._writers.setdefault(name, [])
                    if task.task_id not in writers:
                        writers.append(task.task_id)

    def _alone(self, world: World, task_id: str, once: Played, **more: object) -> Ended[Played]:
        given = tuple(value for value in once.xcoms if value.task_id != task_id)
        last = self._runs[-1]
        return self._leg(
            world,
            (last,),
            tasks=(task_id,),
            xcoms=tuple(value for value in given if value.run_id == last.run_id),
            **more,
        )

    def _kill(self, once: Played) -> None:
        plan = [(task_id, number, arm) for number, task_id in enumerate(once.order) for arm in self._arms(task_id)]
        findings: list[Finding] = []
        killed = 0
        hopeless: set[str] = set()
        for done, (task_id, number, (at, more)) in enumerate(plan):
            self._progressed("killed", done, len(plan))
            if task_id in hopeless:
                continue
            found = self._killed_at(task_id, number, once, at, more)
            if found is None:
                continue
            killed += 1
            findings += found
            if found:
                # One example says it; the other points would say the same.
                hopeless.add(task_id)
        if killed:
            self._done("killed", _KILLED, findings, tried=killed)
        else:
            note = Text("prove.note_no_writes")
            self._add(Check(name="killed", title=_KILLED, verdict=Verdict.SKIPPED, tried=0, note=note))

    def _arms(self, task_id: str) -> list[tuple[Text, dict[str, object]]]:
        """Return how a task is to be killed, in words and for the leg."""
        if task_id not in self._references:
            return []
        reference = self._references[task_id]
        task = next(task for task in self._inspection.spec.tasks if task.task_id == task_id)
        if task.is_resolvable:
            return [
                (
                    Text("prove.at_point", {"task_id": task_id, "point": point.value}),
                    {"faults": f"{point.value}:kill,task={task_id}"},
                )
                for point in FaultPoint
            ]
        if not differences(reference.before, reference.contents):
            return []
        step = max(1, -(-len(reference.lines) // _MOST_LINES))
        deaths = [(Text("prove.at_end", {"task_id": task_id}), Death())]
        deaths += [
            (Text("prove.at_line", {"task_id": task_id, "line": reference.lines[index]}), Death(index + 1))
            for index in range(0, len(reference.lines), step)
        ]
        return [(at, {"death": death}) for at, death in deaths]

    def _killed_at(
        self, task_id: str, number: int, once: Played, at: Text, more: dict[str, object]
    ) -> list[Finding] | None:
        """Kill a task and run it again; None if it never came to that point."""
        world = self._world(World(step_folder(self._subject.scratch / "steps", number)))
        try:
            if not self._alone(world, task_id, once, **more).was_killed:
                return None
            reference = self._references[task_id]
            again = self._alone(world, task_id, once, looks_first=True).value
            half = differences(reference.before, again.before) and differences(reference.contents, again.before)
            findings = [
                of_difference(difference, check="half", writers=self._writers, at=at) for difference in half or ()
            ]
            findings += [of_failure(where, reason, at=at) for where, reason in again.failures]
            findings += [
                of_difference(difference, check="killed", writers=self._writers, at=at)
                for difference in differences(reference.contents, again.contents)
            ]
            return findings + [of_stage(stage, at=at) for stage in again.stages]
        finally:
            forget(world.folder)

    def _read_statements(self) -> None:
        findings = [of_hit(hit) for hit in self._inspection.hits]
        self._done("statements", Text("prove.check_statements"), findings, tried=len(self._inspection.spec.tasks))
