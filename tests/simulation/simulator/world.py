"""One seed's world: it wires the parts together, and says how it ended."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from msgspec.structs import replace

from mulgil.messages import Assignment
from mulgil.model import DagSpec, DagVersion, DataInterval, Isolation, TaskKey, TaskSpec
from mulgil.stores.memory import MemoryMetadataStore
from tests.simulation.simulator.agenda import EPOCH, Agenda, Ids, VirtualClock, chance
from tests.simulation.simulator.daemon_process import DaemonProcess
from tests.simulation.simulator.faults import LAST, Faults, Trouble
from tests.simulation.simulator.network import Connection
from tests.simulation.simulator.people import People
from tests.simulation.simulator.scenario import Behaviour, End, Scenario, Wish
from tests.simulation.simulator.scheduler_process import SchedulerProcess
from tests.simulation.simulator.task_process import TaskProcess
from tests.simulation.simulator.trace import Trace
from tests.simulation.simulator.truth import Target
from tests.simulation.simulator.violation import ViolationError
from tests.simulation.simulator.watch import Watch

# When everything must have ended; most seeds need a tenth of it.
_PATIENCE = 300.0
_MOST_HAPPENINGS = 200_000


class World:
    """See the module. `play` runs it to its end."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        has_faults: bool,
        emphasis: frozenset[Trouble] = frozenset(),
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.scenario = scenario
        self.timing = "faulty" if has_faults else "calm"
        self.agenda = Agenda()
        self.trace = None if tell is None else Trace(self.agenda, tell)
        self.clock = VirtualClock(self.agenda)
        self.ids = Ids("id")
        self.store = MemoryMetadataStore()
        self.target = Target()
        self._dags = {dag.dag_id: dag for dag in scenario.dags}
        self._tasks = {(dag.dag_id, task.task_id): task for dag in scenario.dags for task in dag.tasks}
        self._behaviours: dict[tuple[str, str, TaskKey], Behaviour] = {}
        self._random = chance(scenario.seed, f"{self.timing}/world")
        self._pids = 1000
        self._connections = 0
        self._schedulers = 0
        self._daemon_starts = 0
        self._editions = 0
        # What was met on the way, and how often.
        self.met: Counter[str] = Counter()
        self.watch = Watch(self)
        self.faults = Faults(self, is_on=has_faults, emphasis=emphasis)
        self.store.put_pool(scenario.pool, by="kim", at=self.clock.now())
        self.watch.pool_resized(scenario.pool.slots)
        for dag in scenario.dags:
            self.publish(dag.dag_id)
        self.daemons: list[DaemonProcess] = []
        self.scheduler = self._new_scheduler()
        self.daemon = self._new_daemon()
        self.people = People(self)
        self.faults.plan()
        self.agenda.at(LAST, self._heal)

    # Its course.

    def play(self) -> None:
        """Let everything happen until all is done.

        Raises:
            ViolationError: An invariant doesn't hold, or what is to be done isn't done in time.
        """
        while not self._is_done():
            if not self.agenda.go_on() or self.agenda.now > _PATIENCE or self.agenda.happened > _MOST_HAPPENINGS:
                raise ViolationError(f"at a standstill at {self.agenda.now:.1f} s: {self._what_is_left()}")
        self.people.check_answers()
        self.watch.check_backfills()

    def _is_done(self) -> bool:
        return (
            self.faults.is_over
            and not self.watch.mirror.unfinished_runs
            and not self.watch.unfinished_backfills
            and self.people.are_done
            and self.watch.is_quiet
            and self._has_all_runs()
            and not any(daemon.journal.started or daemon.journal.reports for daemon in self.daemons)
            and not self.watch.mirror.live_attempts
        )

    def _has_all_runs(self) -> bool:
        return all((dag.dag_id, run_id) in self.watch.mirror.runs for dag, run_id in self.all_runs())

    def all_runs(self) -> list[tuple[DagSpec, str]]:
        """Return every run that there will be."""
        return [
            (dag, self.run_id(dag.dag_id, run_id))
            for dag in self.scenario.dags
            for run_id in self.scenario.run_ids(dag)
        ]

    def run_id(self, dag_id: str, run_id: str) -> str:
        """Return the id of the run that is meant: a backfill may have created it before the schedule did."""
        if (dag_id, run_id) in self.watch.mirror.runs:
            return run_id
        other = run_id.replace("scheduled__", "backfill__")
        return other if (dag_id, other) in self.watch.mirror.runs else run_id

    def _what_is_left(self) -> str:
        mirror = self.watch.mirror
        rows = [
            f"{row.run_id}/{row.task_id}[{row.map_index}] {row.state} {row.attempt_id or ''}"
            for place in sorted(mirror.unfinished_runs)
            for row in mirror.rows[place].values()
            if not row.state.is_finished or row.attempt_id
        ]
        journals = {daemon.daemon_id: tuple(daemon.journal.started) for daemon in self.daemons}
        asked = f"answered {self.people.are_done}, backfills {self.watch.unfinished_backfills}"
        return f"runs {sorted(mirror.unfinished_runs)}, {rows}, journals {journals}, {asked}"

    def _heal(self) -> None:
        self.scheduler.points.disarm()
        for daemon in self.living_daemons():
            daemon.points.disarm()

    # What the parts ask.

    def dag(self, dag_id: str) -> DagSpec:
        """Return a dag."""
        return self._dags[dag_id]

    def task(self, dag_id: str, task_id: str) -> TaskSpec:
        """Return a task."""
        return self._tasks[dag_id, task_id]

    def behaviour(self, dag_id: str, run_id: str, key: TaskKey) -> Behaviour:
        """Return what a task instance does."""
        known = self._behaviours.get((dag_id, run_id, key))
        if known is None:
            # A run does the same whoever created it.
            name = run_id.replace("backfill__", "scheduled__")
            known = self._behaviours[dag_id, run_id, key] = self.scenario.behaviour(dag_id, name, key)
        return known

    def behaviour_of(self, assignment: Assignment) -> Behaviour:
        """Return what an attempt's task does."""
        instance = assignment.instance
        return self.behaviour(instance.dag_id, instance.run_id, instance.key)

    def may_be_killed(self, process: TaskProcess) -> bool:
        """Whether the task ends as it would have if one more of its tries were used up."""
        behaviour = self.behaviour_of(process.assignment)
        if behaviour.end in (End.FAIL, End.FAIL_FOR_GOOD) or not self.scenario.is_foretellable:
            return True
        instance = process.assignment.instance
        needed = max(behaviour.failures - self.watch.own_failures(process.assignment), 0) + 1
        return instance.max_tries - instance.try_number >= needed

    def new_pid(self) -> int:
        """Return a process id."""
        self._pids += 1
        return self._pids

    def trigger_interval(self, wish: Wish) -> DataInterval:
        """Return the interval that a person asks for: none that the schedule has."""
        return DataInterval.at(EPOCH - timedelta(days=1, seconds=round(wish.at)))

    def ring(self) -> None:
        """Ring the scheduler's doorbell."""
        if not self.faults.loses_ring():
            self.agenda.after(0.001, lambda: self.scheduler.ring())

    def publish(self, dag_id: str) -> None:
        """Publish a dag's file, as a new version."""
        self._editions += 1
        spec = replace(self._dags[dag_id], doc=f"edition {self._editions}")
        version = DagVersion(
            version_id=f"{dag_id}-{self._editions}",
            dag_id=dag_id,
            number=0,
            spec=spec,
            snapshot=f"snapshot-{self._editions}",
            bundle="bundle",
            file=f"{dag_id}.py",
            isolation=Isolation.FORK,
            isolation_reason=None,
            published_at=self.clock.now(),
        )
        self.store.publish_file(
            bundle="bundle", file=version.file, versions=[version], failure=None, at=self.clock.now()
        )
        if self._schedulers:
            self.ring()

    # Processes.

    def connect(self, daemon: DaemonProcess) -> Connection | None:
        """Connect a daemon to the scheduler that listens, if one does."""
        if not self.scheduler.is_alive:
            return None
        self._connections += 1
        connection = Connection(
            self._connections, self.agenda, self._random, daemon, self.scheduler, repeats=self.faults.repeats
        )
        self.scheduler.accept(connection)
        return connection

    def say(self, words: str) -> None:
        """Add a line to the trace, if somebody reads it."""
        if self.trace is not None:
            self.trace.say(words)

    def scheduler_died(self, scheduler: SchedulerProcess) -> None:
        """Start another scheduler after a while, unless there is another one."""
        self.met["scheduler died"] += 1
        self.say(f"{scheduler.name} dies")
        if scheduler is self.scheduler:
            self._later(lambda: self._restart_scheduler(scheduler))

    def _restart_scheduler(self, dead: SchedulerProcess) -> None:
        if self.scheduler is dead:
            self.scheduler = self._new_scheduler()

    def start_second_scheduler(self, *, first_dies_after: float) -> None:
        """Start a scheduler beside the one that is there, which learns of it, or is killed for it."""
        first = self.scheduler
        if first.is_alive:
            self.scheduler = self._new_scheduler()
            self.agenda.after(first_dies_after, first.die)

    def _new_scheduler(self) -> SchedulerProcess:
        self._schedulers += 1
        self.say(f"scheduler{self._schedulers} starts")
        return SchedulerProcess(self, f"{self.timing}/scheduler{self._schedulers}")

    def is_at_work(self, daemon_id: str) -> bool:
        """Whether a daemon lives, and takes what it is given."""
        return any(one.daemon_id == daemon_id and not one.is_draining for one in self.living_daemons())

    def living_daemons(self) -> list[DaemonProcess]:
        """Return the daemons that live, draining ones among them."""
        return [daemon for daemon in self.daemons if daemon.is_alive]

    def daemons_to_bury(self, by: DaemonProcess) -> list[DaemonProcess]:
        """Return the dead daemons that have a journal."""
        return [daemon for daemon in self.daemons if not daemon.is_alive and daemon is not by]

    def daemon_ended(self, daemon: DaemonProcess) -> None:
        """Start another daemon after a while; a neighbour that lives buries this one at once."""
        self.met["daemon drained" if daemon.is_draining else "daemon died"] += 1
        self.say(f"{daemon.daemon_id} ends")
        if daemon is self.daemon:
            self._later(self._restart_daemon)
        elif self.daemon.is_alive and daemon in self.daemons:
            self.daemon.bury(daemon)
        elif self.daemon.is_alive:
            self.daemon.lose_neighbour()

    def _restart_daemon(self) -> None:
        if not self.daemon.is_alive:
            self.daemon = self._new_daemon()

    def _new_daemon(self) -> DaemonProcess:
        self._daemon_starts += 1
        daemon = DaemonProcess(self, f"daemon{self._daemon_starts}")
        self.daemons.append(daemon)
        return daemon

    def forget_buried(self, daemon_id: str) -> None:
        """Remove a daemon's journal."""
        self.watch.check_buried(daemon_id)
        self.daemons = [daemon for daemon in self.daemons if daemon.daemon_id != daemon_id]

    def journal_lost(self, daemon: DaemonProcess) -> None:
        """Let nobody find a dead daemon's journal."""
        self.met["journal lost"] += 1
        self.daemons.remove(daemon)

    def replace_supervisor(self) -> None:
        """Let the daemon drain beside a new one and the scheduler die, as when `mulgil up` was killed and run again."""
        old = self.daemon
        if old.is_alive and self.scheduler.is_alive:
            self.daemon = self._new_daemon()
            old.drain()
            self.scheduler.die()

    def _later(self, do: Callable[[], None]) -> None:
        self.agenda.after(self._random.choice((0.02, 0.3, 1.5)) * self._random.random(), do)
