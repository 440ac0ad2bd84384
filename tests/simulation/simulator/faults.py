"""What goes wrong in one seed, and when. Every fault is one thing that the world can do to itself."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING

from mulgil.model import TaskInstanceState
from tests.simulation.simulator.agenda import chance

if TYPE_CHECKING:
    from tests.simulation.simulator.daemon_process import DaemonProcess
    from tests.simulation.simulator.task_process import TaskProcess
    from tests.simulation.simulator.world import World


class Trouble(StrEnum):
    """What can go wrong."""

    KILL_SCHEDULER = "kill the scheduler"
    FAIL_STORE = "fail the store"
    LOSE_WORDS = "lose the word of commits"
    KILL_DAEMON = "kill the daemon"
    KILL_DAEMON_AT_REPORT = "kill the daemon as it sends a report"
    BREAK_CONNECTION = "break the connection"
    BREAK_AT_HELLO = "break the connection while its hello is on a long way"
    KILL_TASK = "kill a task"
    KILL_AFTER_COMMIT = "kill a task between its commit and its report"
    KILL_ZYGOTE = "kill a zygote"
    JUMP_CLOCK = "move the clock"
    SECOND_SCHEDULER = "start a second scheduler"
    STOP_SCHEDULER = "stop the scheduler for a while"
    STOP_DAEMON = "stop the daemon for a while"
    LOSE_SUPERVISOR = "lose the supervisor"
    LOSE_JOURNAL = "kill the daemon and remove its journal"


_WEIGHTS = {
    Trouble.KILL_SCHEDULER: 6,
    Trouble.FAIL_STORE: 4,
    Trouble.LOSE_WORDS: 2,
    Trouble.KILL_DAEMON: 4,
    Trouble.KILL_DAEMON_AT_REPORT: 2,
    Trouble.BREAK_CONNECTION: 4,
    Trouble.BREAK_AT_HELLO: 2,
    Trouble.KILL_TASK: 4,
    Trouble.KILL_AFTER_COMMIT: 3,
    Trouble.KILL_ZYGOTE: 2,
    Trouble.JUMP_CLOCK: 1,
    Trouble.SECOND_SCHEDULER: 1,
    Trouble.STOP_SCHEDULER: 1,
    Trouble.STOP_DAEMON: 1,
    Trouble.LOSE_SUPERVISOR: 1,
    Trouble.LOSE_JOURNAL: 1,
}
_EMPHASIS = 20
# Faults begin before this instant, and all are over at `LAST`.
SPAN = 10.0
LAST = 14.0
# A jump of so many seconds makes whoever waits by the clock on the wall wait beyond all patience.
_FAR = 600.0
# A task instance bears five losses; each of these may be one.
_MOST_DAEMON_DEATHS = 3


class Faults:
    """The faults of one seed. Without them, everything works."""

    def __init__(self, world: "World", *, is_on: bool, emphasis: frozenset[Trouble]) -> None:
        self._world = world
        self._emphasis = emphasis
        self._random = chance(world.scenario.seed, "faults")
        self._is_on = is_on
        self._outages: list[tuple[float, float, float]] = []
        self._doubts: list[tuple[float, float]] = []
        self._daemon_deaths = 0
        self._kills_after_commit = 0
        self._kills_at_report = 0
        self._breaks_at_hello = 0
        self._drains_at_assignment = 0
        self._happenings: dict[Trouble, Callable[[Random], None]] = {
            Trouble.KILL_SCHEDULER: self._kill_scheduler,
            Trouble.FAIL_STORE: self._fail_store,
            Trouble.LOSE_WORDS: self._lose_words,
            Trouble.KILL_DAEMON: self._kill_daemon,
            Trouble.KILL_DAEMON_AT_REPORT: self._kill_daemon_at_report,
            Trouble.BREAK_CONNECTION: self._break_connection,
            Trouble.BREAK_AT_HELLO: self._break_at_hello,
            Trouble.KILL_TASK: self._kill_task,
            Trouble.KILL_AFTER_COMMIT: self._kill_after_commit,
            Trouble.KILL_ZYGOTE: self._kill_zygote,
            Trouble.JUMP_CLOCK: self._jump_clock,
            Trouble.SECOND_SCHEDULER: self._second_scheduler,
            Trouble.STOP_SCHEDULER: self._stop_scheduler,
            Trouble.STOP_DAEMON: self._stop_daemon,
            Trouble.LOSE_SUPERVISOR: self._lose_supervisor,
            Trouble.LOSE_JOURNAL: self._lose_journal,
        }
        self._repeat = self._random.choice((0.0, 0.0, 0.1, 0.4))
        self._lose_rings = self._random.choice((0.0, 0.3))

    @property
    def is_over(self) -> bool:
        """Whether nothing goes wrong any more."""
        return not self._is_on or self._world.agenda.now >= LAST

    def plan(self) -> None:
        """Note on the agenda when what goes wrong."""
        if not self._is_on:
            return
        weights = [_WEIGHTS[trouble] * (_EMPHASIS if trouble in self._emphasis else 1) for trouble in Trouble]
        at = 0.0
        for _ in range(self._random.randint(2, 10)):
            happen = self._happenings[self._random.choices(list(Trouble), weights)[0]]
            # Trouble seldom comes alone: what nobody thought of is two things at once.
            is_alone = self._random.random() < 0.6
            at = self._random.uniform(0.0, self._random.choice((1.0, SPAN))) if is_alone else at + self._random.random()
            self._world.agenda.at(at, lambda happen=happen: happen(self._random))  # type: ignore[misc]

    # Asked by others.

    def loses_word(self) -> bool:
        """Whether a commit that was made looks like one that failed."""
        now = self._world.agenda.now
        return self._met(
            "word of a commit lost",
            any(begin <= now < end for begin, end in self._doubts) and self._random.random() < 0.5,
        )

    def is_store_available(self) -> bool:
        """Whether the database answers now."""
        now = self._world.agenda.now
        return not self._met(
            "commit failed",
            any(begin <= now < end and self._random.random() < share for begin, end, share in self._outages),
        )

    def repeats(self) -> bool:
        """Whether a message that has arrived will arrive once more."""
        is_on = self._is_on and not self.is_over
        return self._met("message repeated", is_on and self._random.random() < self._repeat)

    def loses_ring(self) -> bool:
        """Whether nobody hears a ring."""
        is_on = self._is_on and not self.is_over
        return self._met("ring lost", is_on and self._random.random() < self._lose_rings)

    def committed(self, process: "TaskProcess") -> None:
        """Kill a task between its commit and its report, if that is to be: the most delicate moment."""
        if self._kills_after_commit and not self.is_over and self._world.may_be_killed(process):
            self._kills_after_commit -= 1
            process.kill()

    def breaks_at_hello(self) -> bool:
        """Whether a hello that is being sent will be overtaken by the next one."""
        if not self._breaks_at_hello or self.is_over:
            return False
        self._breaks_at_hello -= 1
        return True

    def assigned(self) -> None:
        """Lose the supervisor just when an assignment is under way, if that is to be."""
        if self._drains_at_assignment and not self.is_over:
            self._drains_at_assignment -= 1
            self._world.agenda.after(0.0, self._world.replace_supervisor)

    def reported(self, daemon: "DaemonProcess") -> None:
        """Kill a daemon that has just sent a report, and lose the report, if that is to be."""
        if self._kills_at_report and not self.is_over and daemon.connection is not None:
            self._kills_at_report -= 1
            daemon.connection.break_off()
            daemon.points.kill_after(1)

    def _met(self, name: str, has_happened: bool) -> bool:
        self._world.met[name] += has_happened
        return has_happened

    # What goes wrong.

    def _kill_scheduler(self, random: Random) -> None:
        self._world.scheduler.points.kill_after(random.randint(1, 15))

    def _fail_store(self, random: Random) -> None:
        now = self._world.agenda.now
        self._outages.append((now, now + random.choice((0.05, 0.3, 2.0)), random.choice((0.3, 1.0))))

    def _lose_words(self, random: Random) -> None:
        now = self._world.agenda.now
        self._doubts.append((now, now + random.choice((0.05, 0.3, 2.0))))

    def _kill_daemon(self, random: Random) -> None:
        if self._daemon_deaths < _MOST_DAEMON_DEATHS:
            self._daemon_deaths += 1
            self._world.daemon.points.kill_after(random.randint(1, 20))

    def _lose_journal(self, random: Random) -> None:
        self._world.daemon.loses_journal = True
        self._kill_daemon(random)

    def _kill_daemon_at_report(self, random: Random) -> None:
        if self._daemon_deaths < _MOST_DAEMON_DEATHS:
            self._daemon_deaths += 1
            self._kills_at_report += 1

    def _break_connection(self, random: Random) -> None:
        connection = self._world.daemon.connection
        if connection is not None:
            connection.break_off()
            self._met("connection broke", True)

    def _break_at_hello(self, random: Random) -> None:
        self._breaks_at_hello += 1
        self._break_connection(random)

    def _kill_task(self, random: Random) -> None:
        candidates = [
            process
            for daemon in self._world.living_daemons()
            for process in daemon.processes.values()
            if process.has_appeared and self._world.may_be_killed(process)
        ]
        if candidates:
            random.choice(candidates).kill()
            self._met("task killed", True)

    def _kill_after_commit(self, random: Random) -> None:
        self._kills_after_commit += 1

    def _kill_zygote(self, random: Random) -> None:
        living = [zygote for zygote in self._world.daemon.zygotes.values() if zygote.is_alive]
        if living:
            random.choice(living).die()
            self._met("zygote killed", True)

    def _jump_clock(self, random: Random) -> None:
        self._met("clock jumped", True)
        seconds = [-20.0, -3.0, 3.0, 60.0]
        if not any(self._world.scenario.scheduled_intervals(dag) for dag in self._world.scenario.dags):
            # A schedule follows the clock on the wall; whoever waits a while must not wait for that.
            seconds += [-3600.0, -3600.0, 3600.0]
        by = random.choice(seconds)
        if abs(by) < _FAR:
            self._world.clock.jump(timedelta(seconds=by))
        else:
            self._jump_when_somebody_waits(timedelta(seconds=by))

    def _jump_when_somebody_waits(self, by: timedelta) -> None:
        """Move the clock far as soon as a retry waits for its delay: at other times it would hardly show."""
        mirror = self._world.watch.mirror
        rows = (row for place in sorted(mirror.unfinished_runs) for row in mirror.rows[place].values())
        if any(row.state is TaskInstanceState.UP_FOR_RETRY for row in rows):
            self._world.clock.jump(by)
        elif not self.is_over:
            self._world.agenda.after(0.05, lambda: self._jump_when_somebody_waits(by))

    def _second_scheduler(self, random: Random) -> None:
        self._world.start_second_scheduler(first_dies_after=random.uniform(0.1, 2.0))

    def _stop_scheduler(self, random: Random) -> None:
        scheduler = self._world.scheduler
        scheduler.is_stopped = True
        self._met("process stopped", True)
        self._world.agenda.after(random.uniform(0.1, 2.0), scheduler.go_on)

    def _stop_daemon(self, random: Random) -> None:
        daemon = self._world.daemon
        daemon.is_stopped = True
        self._met("process stopped", True)
        self._world.agenda.after(random.uniform(0.1, 1.5), daemon.go_on)

    def _lose_supervisor(self, random: Random) -> None:
        self._daemon_deaths += 1
        if random.random() < 0.5:
            self._world.replace_supervisor()
        else:
            self._drains_at_assignment += 1
