"""The proof: the author's own pipeline on scratch targets, run again and again, killed everywhere, compared.

    runs        once, on copies of the targets                       → tables A
    again       the same intervals once more                         → A
    order       the intervals the other way round, from the start    → A
    later       with the wall clock a day ahead, from the start      → A
    alike       did two intervals give equal rows?                   → then an author should look
    killed      each writing task killed at each point, then re-run  → old or new, then as unkilled
    statements  what queries say that no run can show

Every leg is a process of its own on a world of its own.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import msgspec
from msgspec.structs import replace

from mulgil.i18n import Text
from mulgil.inprocess import GivenDate, intervals_for, make_runs
from mulgil.model import DagRun, DagSpec, DataInterval
from mulgil.ports import Clock, IdSource
from mulgil.proving.child import in_child
from mulgil.proving.contents import Contents, alike, differences, read_world
from mulgil.proving.findings import of_alike, of_difference, of_failure, of_hit
from mulgil.proving.kills import Killer, find_arms
from mulgil.proving.legs import Legs
from mulgil.proving.playing import Played, Subject, forget
from mulgil.proving.report import Check, Finding, Proof, Verdict
from mulgil.proving.statements import Hit, find_hits
from mulgil.proving.world import World
from mulgil.timetables import timetable_for

_AHEAD = timedelta(days=1, hours=1, minutes=1, seconds=1)
_OUT_OF_ORDER = "data.out_of_order"
_TWO = 2
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

    def __init__(
        self, subject: Subject, *, clock: Clock, ids: IdSource, told: Told, progressed: Progressed, at_once: int = 1
    ) -> None:
        """Tell each check as it is done, and how far the kills are, of which `at_once` run at a time."""
        self._at_once = at_once
        self._subject = subject
        self._clock = clock
        self._ids = ids
        self._told = told
        self._progressed = progressed
        self._checks: list[Check] = []
        self._writers: dict[str, list[str]] = {}
        self._unstable: frozenset[str] = frozenset()

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
        self._legs = Legs(self._subject, self._inspection.tables)
        self._intervals = self._chosen(spec, at, first, last)
        self._runs = self._made(self._intervals)
        once = self._once()
        tables: dict[str, int] = {}
        if once is not None:
            tables = {name: found.rows.total() for name, found in once.contents.items()}
            self._compare_legs(once)
            if quick:
                self._skip("killed", _KILLED, Text("prove.note_quick"))
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

    def _done(self, name: str, title: Text, findings: Sequence[Finding], *, tried: int = 1) -> None:
        verdict = Verdict.FAILED if findings else Verdict.OK
        self._add(Check(name=name, title=title, verdict=verdict, tried=tried, findings=tuple(findings)))

    def _skip(self, name: str, title: Text, note: Text) -> None:
        self._add(Check(name=name, title=title, verdict=Verdict.SKIPPED, tried=0, note=note))

    def _add(self, check: Check) -> None:
        self._checks.append(check)
        self._told(check)

    # The checks.

    def _once(self) -> Played | None:
        self._first = self._legs.world()
        played = self._legs.play(self._first, self._runs, steps=self._legs.steps)
        findings = [of_failure(where, reason) for where, reason in played.failures]
        if played.succeeded and not played.contents:
            findings = [Finding(where=self._inspection.spec.dag_id, what=Text("prove.what_nothing_written"))]
        title = Text("prove.check_runs", {"runs": len(self._runs)})
        self._done("runs", title, findings, tried=len(self._runs))
        return None if findings else played

    def _compare_legs(self, once: Played) -> None:
        self._find_references(once)
        again = self._legs.play(self._legs.world(self._first), self._made(self._intervals))
        findings = self._unrepeatable + self._compared(again, once.contents, "again")
        self._done("again", Text("prove.check_again"), findings)
        self._try_order(once)
        later = self._legs.play(self._legs.world(), self._made(self._intervals), ahead=_AHEAD)
        self._done("later", Text("prove.check_later"), self._compared(later, once.contents, "later"))
        self._look_for_alike(once)

    def _try_order(self, once: Played) -> None:
        title = Text("prove.check_order")
        if len(self._runs) == 1:
            self._skip("order", title, Text("prove.note_one_interval"))
            return
        backward = tuple(
            replace(run, created_at=self._runs[number].created_at)
            for number, run in enumerate(reversed(self._made(self._intervals)))
        )
        played = self._legs.play(self._legs.world(), backward)
        if any(reason.code == _OUT_OF_ORDER for _, reason in played.failures):
            self._skip("order", title, Text("prove.note_in_order"))
        else:
            self._done("order", title, self._compared(played, once.contents, "order"))

    def _look_for_alike(self, once: Played) -> None:
        """Doubt rows that two intervals have in common: a newest file, or a query without its interval."""
        title = Text("prove.check_alike")
        first = self._references.get(once.order[0]) if once.order else None
        if len(self._runs) != _TWO or first is None:
            self._skip("alike", title, Text("prove.note_two_intervals"))
            return
        world = World(self._subject.scratch / "beginning")
        job = partial(read_world, world, self._inspection.tables, self._clock)
        beginning, _ = in_child(job, log=self._subject.log).value
        findings = tuple(
            of_alike(table, columns, writers=self._writers)
            for table, columns in alike(beginning, first.before, once.contents)
        )
        verdict = Verdict.DOUBTFUL if findings else Verdict.OK
        self._add(Check(name="alike", title=title, verdict=verdict, findings=findings))

    def _compared(self, played: Played, expected: Contents, check: str) -> list[Finding]:
        # A mode that takes intervals in their order refuses an earlier one, and so leaves the table as it is.
        findings = [of_failure(where, reason) for where, reason in played.failures if reason.code != _OUT_OF_ORDER]
        if findings:
            return findings
        found = differences(expected, played.contents)
        findings = [
            of_difference(difference, check=check, writers=self._writers, unstable=self._unstable)
            for difference in found
        ]
        if check == "again":
            # Rows that only come once more are explained; other values would come in every other check, too.
            self._unstable = frozenset(difference.table for difference in found if not difference.repeated)
        return findings

    def _find_references(self, once: Played) -> None:
        """Run each task of the last run alone, from where it began: what it is expected to make of it."""
        self._references: dict[str, Played] = {}
        self._unrepeatable: list[Finding] = []
        for number, task_id in enumerate(once.order):
            self._progressed("reference", number, len(once.order))
            world = self._legs.world_before(number)
            played = self._legs.start_alone(world, task_id, self._runs[-1], once, looks_first=True).end().value
            self._unrepeatable += [
                of_failure(where, reason, at=Text("prove.at_alone")) for where, reason in played.failures
            ]
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

    def _kill(self, once: Played) -> None:
        killer = Killer(
            self._legs,
            self._runs[-1],
            once,
            self._references,
            writers=self._writers,
            unstable=self._unstable,
            at_once=self._at_once,
            progressed=partial(self._progressed, "killed"),
        )
        hit, findings = killer.kill(find_arms(self._inspection.spec, once, self._references, unstable=self._unstable))
        if hit:
            self._done("killed", _KILLED, findings, tried=hit)
        else:
            self._skip("killed", _KILLED, Text("prove.note_no_writes"))

    def _read_statements(self) -> None:
        findings = [of_hit(hit) for hit in self._inspection.hits]
        self._done("statements", Text("prove.check_statements"), findings, tried=len(self._inspection.spec.tasks))
