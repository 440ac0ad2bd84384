"""A scheduler's process: the real gateway, executor, scheduler and question desk, turned by the agenda."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mulgil.executors import LocalExecutor
from mulgil.gateway import Gateway
from mulgil.i18n import Text
from mulgil.messages import Ack, Assign, Assignment, DaemonMessage, GatewayMessage, Welcome
from mulgil.ports import DaemonJoined, LeaseLostError
from mulgil.scheduler import QuestionDesk, Scheduler, SchedulerLimits
from tests.simulation.simulator.agenda import SeededJitter, chance
from tests.simulation.simulator.crash import CrashPoints, SimulatedCrash
from tests.simulation.simulator.network import Connection
from tests.simulation.simulator.store import SchedulerView
from tests.simulation.simulator.violation import require

if TYPE_CHECKING:
    from tests.simulation.simulator.world import World

POLL_SECONDS = 2.0
_TURN_SECONDS = 0.0005


_SMALL_STEPS = SchedulerLimits(
    worker_events_per_step=2,
    commands_per_step=1,
    timers_per_step=1,
    dags_per_step=1,
    rows_per_step=5,
    runs_ahead=1,
    versions_kept=1,
)


class MortalExecutor(LocalExecutor):
    """The real executor; its process may die before each thing that it is told to do."""

    def __init__(self, link: Gateway, points: CrashPoints, *, parallelism: int) -> None:
        super().__init__(link, parallelism=parallelism)
        self._points = points

    @property
    def name(self) -> str:
        return "LocalExecutor"

    def submit(self, assignment: Assignment, *, daemon_id: str) -> None:
        self._points.reach()
        super().submit(assignment, daemon_id=daemon_id)

    def cancel(self, attempt_id: str, reason: Text) -> None:
        self._points.reach()
        super().cancel(attempt_id, reason)

    def acknowledge(self, attempt_ids: Sequence[str]) -> None:
        self._points.reach()
        super().acknowledge(attempt_ids)

    def welcome(self, joined: DaemonJoined) -> None:
        self._points.reach()
        super().welcome(joined)


class SchedulerProcess:
    """From its start to its death. As `scheduler.process`, without sockets."""

    def __init__(self, world: "World", name: str) -> None:
        self.name = name
        self.is_alive = True
        self.is_stopped = False
        self.points = CrashPoints()
        self.connections: dict[int, Connection] = {}
        self._world = world
        self._gateway = Gateway()
        self.store = SchedulerView(
            world.store,
            self.points,
            is_available=world.faults.is_store_available,
            is_word_lost=world.faults.loses_word,
            committed=world.watch.committed,
        )
        scenario = world.scenario
        limits = _SMALL_STEPS if scenario.has_small_steps else SchedulerLimits()
        self.scheduler = Scheduler(
            self.store,
            [MortalExecutor(self._gateway, self.points, parallelism=scenario.parallelism)],
            world.clock,
            world.ids,
            SeededJitter(chance(scenario.seed, name)),
            replace(limits, parallelism=scenario.parallelism),
            owner=name,
        )
        self._desk = QuestionDesk(self._gateway, self.scheduler)
        self._turn_at: float | None = None
        self._poll_at = 0.0
        self._wake(0.0)

    # What comes in.

    def accept(self, connection: Connection) -> None:
        """Take a connection."""
        self.connections[connection.conn_id] = connection
        self._gateway.connected(connection.conn_id)

    def heard(self, connection: Connection, message: DaemonMessage) -> None:
        """Take a message from the network."""
        if self.is_alive and connection.conn_id in self.connections:
            if self._world.trace is not None:
                self._world.trace.message(f"{self.name} hears", message)
            self._gateway.received(connection.conn_id, message)
            self._wake(_TURN_SECONDS)

    def hung_up_on(self, connection: Connection) -> None:
        """Note that the other end has gone."""
        if self.is_alive and self.connections.pop(connection.conn_id, None) is not None:
            self._gateway.disconnected(connection.conn_id)
            self._wake(_TURN_SECONDS)

    def ring(self) -> None:
        """Hear the doorbell."""
        if self.is_alive:
            self.scheduler.ring()
            self._wake(_TURN_SECONDS)

    # Turns.

    def _wake(self, seconds: float) -> None:
        at = self._world.agenda.now + seconds
        if self._turn_at is None or at < self._turn_at:
            self._turn_at = at
            self._world.agenda.at(at, lambda: self._turn_if_due(at))

    def _turn_if_due(self, at: float) -> None:
        if at == self._turn_at and self.is_alive:
            self._turn_at = None
            if not self.is_stopped:
                self._turn()

    def go_on(self) -> None:
        """Go on after having been stopped."""
        self.is_stopped = False
        self._wake(0.0)

    def _turn(self) -> None:
        now = self._world.agenda.now
        if now >= self._poll_at:
            self.scheduler.poll()
            self._poll_at = now + POLL_SECONDS
        try:
            next_instant = self.scheduler.step()
            self.points.reach()
            self._desk.answer()
            self._flush()
        except SimulatedCrash:
            self.die()
            return
        except LeaseLostError:
            newest = self._world.store._tables.epoch
            self._world.met["scheduler superseded"] += 1
            require(self.store.epoch != newest, f"{self.name} owns everything and was told otherwise")
            self.die()
            return
        wait = self._poll_at - now
        if next_instant is not None:
            wait = min(wait, (next_instant - self._world.clock.now()) / timedelta(seconds=1))
        self._wake(max(wait, _TURN_SECONDS))

    def _flush(self) -> None:
        for conn_id, message in self._gateway.outgoing():
            connection = self.connections.get(conn_id)
            if connection is None:
                continue
            self.points.reach()
            self._check(connection, message)
            connection.to_daemon.send(message)
            if isinstance(message, Assign):
                self._world.faults.assigned()
        for conn_id in self._gateway.closing():
            closed = self.connections.pop(conn_id, None)
            if closed is not None:
                closed.scheduler_hangs_up()
                self._gateway.disconnected(conn_id)

    def _check(self, connection: Connection, message: GatewayMessage) -> None:
        if isinstance(message, Ack):
            self._world.watch.acknowledged(message.attempt_ids)
        elif isinstance(message, Welcome):
            self._world.watch.welcomed(connection.conn_id)

    def die(self) -> None:
        """Be killed."""
        if not self.is_alive:
            return
        self.is_alive = False
        for connection in self.connections.values():
            connection.scheduler_hangs_up()
        self.connections.clear()
        self._world.scheduler_died(self)
