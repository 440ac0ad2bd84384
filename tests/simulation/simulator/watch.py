"""The invariants that are checked while things happen. It knows the vocabulary, and nothing of how it is done.

Whatever a commit writes is compared with a mirror of what was committed before it; what processes do is
compared with what is committed.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from mulgil.messages import Answer, Assignment, Hello, Report
from mulgil.ports import Batch
from tests.simulation.simulator.commit_rules import CommitRules
from tests.simulation.simulator.limits import Limits
from tests.simulation.simulator.mirror import Mirror, Place, place_of
from tests.simulation.simulator.task_process import xcom_of
from tests.simulation.simulator.truth import Truth, TruthBook
from tests.simulation.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulation.simulator.task_process import TaskProcess
    from tests.simulation.simulator.world import World

_OUTCOMES = {
    "succeeded": (Truth.SUCCEEDED,),
    "skipped": (Truth.SKIPPED,),
    "failed": (Truth.FAILED,),
    "died": (Truth.KILLED, Truth.FAILED),
}


class Watch:
    """See the module."""

    def __init__(self, world: "World") -> None:
        self.truth = TruthBook()
        self.mirror = Mirror(world.scenario)
        self._world = world
        self._limits = Limits(world, self.mirror)
        self._rules = CommitRules(world, self.mirror, self._limits)
        self._asked_for: set[str] = set()
        self._bodies: dict[Place, TaskProcess] = {}
        self._excused: set[str] = set()
        self._said: dict[str, Report] = {}
        self._hellos: dict[int, Hello] = {}
        self.bodies_run: Counter[Place] = Counter()

    def pool_resized(self, slots: int) -> None:
        """Note the pool's size from now on."""
        self._limits.pool_resized(slots)

    @property
    def unfinished_backfills(self) -> tuple[int, ...]:
        """Which backfills haven't ended."""
        return self._rules.backfills.unfinished

    def check_backfills(self) -> None:
        """Check that each backfill brought about what it was for."""
        self._rules.backfills.check_end()

    # What is committed.

    def committed(self, batch: Batch, epoch: int) -> None:
        """Check a commit that has just been made."""
        require(epoch == self._world.store._tables.epoch, f"epoch {epoch} wrote after it had lost everything")
        if self._world.trace is not None:
            self._world.trace.commit(batch, epoch)
        ended = self._rules.check(batch)
        for attempt in ended:
            self._world.met[f"attempt {attempt.outcome}"] += 1
            self._check_outcome(attempt.attempt_id, str(attempt.outcome))

    def _check_outcome(self, attempt_id: str, outcome: str) -> None:
        said = self._said.get(attempt_id)
        if said is not None:
            tag = said.outcome.__struct_config__.tag
            require(outcome == tag, f"{attempt_id}: its daemon had said {tag}, {outcome} is recorded")
        truths = _OUTCOMES.get(outcome)
        if truths is not None:
            require(self.truth.holds(attempt_id, *truths), f"{attempt_id}: {outcome} is recorded, and is not true")
        elif outcome == "lost":
            daemon_id = self.mirror.attempts[attempt_id].daemon_id
            is_excused = attempt_id in self._excused or not self._world.is_at_work(daemon_id)
            require(is_excused, f"{attempt_id}: recorded as lost, and nothing of ours died")
        else:
            place = place_of(self.mirror.attempts[attempt_id])
            require(place in self._rules.commanded, f"{attempt_id}: cancelled, and nobody had asked for it")

    # What processes do.

    def excuse(self, attempt_id: str) -> None:
        """Note that one of our own processes died and took an attempt along."""
        self._excused.add(attempt_id)

    def process_asked_for(self, attempt_id: str) -> None:
        """Check that an attempt may start."""
        require(attempt_id not in self._asked_for, f"{attempt_id} is started a second time")
        self._asked_for.add(attempt_id)
        attempt = self.mirror.attempts.get(attempt_id)
        require(attempt is not None, f"{attempt_id} is started, and no commit holds it")
        require(attempt_id in self.mirror.live_attempts, f"{attempt_id} is started after its end was recorded")

    def body_began(self, process: "TaskProcess") -> None:
        """Check that a task's code may run now."""
        place = place_of(process.assignment.instance)
        other = self._bodies.get(place)
        require(other is None, f"{place}: {process.attempt_id} overlaps {other.attempt_id if other else ''}")
        self._bodies[place] = process
        self.bodies_run[place] += 1
        self._limits.check_bodies([body.assignment for body in self._bodies.values()], process.daemon.daemon_id)
        on_daemon = sum(body.daemon is process.daemon for body in self._bodies.values())
        require(on_daemon <= self._world.scenario.slots, f"{on_daemon} tasks run on a daemon at once")

    def body_ended(self, process: "TaskProcess") -> None:
        """Note that a task's code runs no longer."""
        del self._bodies[place_of(process.assignment.instance)]

    @property
    def is_quiet(self) -> bool:
        """Whether no task's code runs."""
        return not self._bodies

    def own_failures(self, assignment: Assignment) -> int:
        """Return how many tries of a task instance have failed by themselves since it was cleared."""
        place = place_of(assignment.instance)
        failed = (name for name in self.mirror.counted_ends.get(place, ()) if self.truth.holds(name, Truth.FAILED))
        return sum(1 for _ in failed)

    def answered(self, assignment: Assignment, upstream: str, answer: Answer) -> None:
        """Check what an attempt was told of an upstream task's XCom."""
        run_id, dag_id = assignment.run.run_id, assignment.instance.dag_id
        if answer.error is not None:
            require(assignment.attempt_id not in self.mirror.live_attempts, f"a live attempt got {answer.error}")
            return
        assert answer.xcoms is not None
        found = {xcom.map_index: xcom.value for xcom in answer.xcoms}
        for place, row in self.mirror.rows_of_task(dag_id, run_id, upstream).items():
            if place in self._rules.commanded or not self.mirror.has_xcom(place):
                continue
            value = found.get(row.map_index)
            is_known_since = place in self.mirror.known_success_before(assignment)
            if is_known_since:
                require(value == xcom_of(run_id, row.key), f"{place}: succeeded, and its XCom reads {value!r}")

    # What is said.

    def said(self, report: Report) -> None:
        """Note a report that has left a daemon."""
        self._said.setdefault(report.attempt_id, report)

    def unsaid(self, attempt_ids: Iterable[str]) -> None:
        """Note that reports which had left a daemon are lost with it, unless they arrive."""
        for attempt_id in attempt_ids:
            self._said.pop(attempt_id, None)

    def greeted(self, conn_id: int, hello: Hello) -> None:
        """Note a hello."""
        self._hellos[conn_id] = hello

    def welcomed(self, conn_id: int) -> None:
        """Check that what a hello said of dead daemons is committed."""
        hello = self._hellos[conn_id]
        for buried in hello.buried:
            self.check_buried(buried.daemon_id, but=hello.reported)

    def check_buried(self, daemon_id: str, *, but: Collection[str] = ()) -> None:
        """Check that nothing is expected of a dead daemon any more, but for reports that are under way."""
        waiting = [
            attempt_id
            for attempt_id in self.mirror.live_attempts
            if self.mirror.attempts[attempt_id].daemon_id == daemon_id
            and attempt_id not in self._said
            and attempt_id not in but
        ]
        require(not waiting, f"{daemon_id} is to be forgotten, and {waiting} have not ended")

    def acknowledged(self, attempt_ids: tuple[str, ...]) -> None:
        """Check that what is acknowledged is stored."""
        for attempt_id in attempt_ids:
            attempt = self.mirror.attempts.get(attempt_id)
            require(attempt is not None, f"{attempt_id} is acknowledged, and no commit holds it")
            require(attempt_id not in self.mirror.live_attempts, f"{attempt_id} is acknowledged before its commit")
            report = self._said.get(attempt_id)
            for commit in report.commits if report else ():
                key = (commit.connection_id, commit.table_name, commit.scope, commit.fence)
                require(key in self._world.store._tables.commits, f"{attempt_id}: its asset commit is lost")
