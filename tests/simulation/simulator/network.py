"""Connections between daemons and schedulers: in order, slow, cut at any moment, saying some things twice.

A connection delivers what was sent in the order of sending. When it ends, a part of what was under way
still arrives, then the end itself; the rest is lost. What has arrived may arrive once more later on: a
transport that could not know that it had arrived says it again, on this connection or the next one.
"""

from collections import deque
from collections.abc import Callable
from random import Random
from typing import Generic, Protocol, TypeVar

from mulgil.messages import DaemonMessage, GatewayMessage, Hello, RefuseHello, Welcome
from tests.simulation.simulator.agenda import Agenda

ItemT = TypeVar("ItemT")
_REMEMBERED = 6


class Lane(Generic[ItemT]):
    """One direction: items arrive in order, each after a delay."""

    def __init__(self, agenda: Agenda, delay: Callable[[], float], deliver: Callable[[ItemT], None]) -> None:
        self._agenda = agenda
        self._delay = delay
        self._deliver = deliver
        self._under_way: deque[tuple[float, ItemT]] = deque()
        self._last = 0.0
        self.is_open = True

    def send(self, item: ItemT) -> None:
        """Have an item arrive after all that was sent before."""
        if not self.is_open:
            return
        self._last = max(self._last, self._agenda.now + self._delay())
        self._under_way.append((self._last, item))
        self._agenda.at(self._last, self._arrive)

    def close(self, *, arriving: int | None, then: Callable[[], None]) -> None:
        """Let only the first `arriving` of what is under way arrive (None: all of it), then the end."""
        if not self.is_open:
            return
        self.is_open = False
        while arriving is not None and len(self._under_way) > arriving:
            self._under_way.pop()
        last = self._under_way[-1][0] if self._under_way else self._agenda.now
        self._agenda.at(last + self._delay(), then)

    def cut(self) -> None:
        """Let nothing arrive any more, not even the end."""
        self.is_open = False
        self._under_way.clear()

    @property
    def under_way(self) -> int:
        """How many items have not arrived."""
        return len(self._under_way)

    def _arrive(self) -> None:
        if self._under_way and self._under_way[0][0] <= self._agenda.now:
            self._deliver(self._under_way.popleft()[1])


class DaemonEnd(Protocol):
    """What a connection needs of a daemon."""

    said_twice: deque[GatewayMessage]

    def heard(self, connection: "Connection", message: GatewayMessage) -> None: ...
    def hung_up_on(self, connection: "Connection") -> None: ...


class SchedulerEnd(Protocol):
    """What a connection needs of a scheduler."""

    def heard(self, connection: "Connection", message: DaemonMessage) -> None: ...
    def hung_up_on(self, connection: "Connection") -> None: ...


class Connection:
    """One connection of a daemon to a scheduler."""

    def __init__(
        self,
        conn_id: int,
        agenda: Agenda,
        random: Random,
        daemon: DaemonEnd,
        scheduler: SchedulerEnd,
        *,
        repeats: Callable[[], bool],
    ) -> None:
        self.conn_id = conn_id
        self.daemon = daemon
        self.scheduler = scheduler
        self._random = random
        self._repeats = repeats
        self.slowness = random.choice((0.002, 0.002, 0.01, 0.1))
        self.to_daemon: Lane[GatewayMessage] = Lane(agenda, self._delay, self._tell_daemon)
        self.to_gateway: Lane[DaemonMessage] = Lane(agenda, self._delay, self._tell_gateway)

    def daemon_hangs_up(self) -> None:
        """The daemon closes its end, or dies."""
        self.to_daemon.cut()
        self.to_gateway.close(arriving=self._some(self.to_gateway), then=lambda: self.scheduler.hung_up_on(self))

    def scheduler_hangs_up(self) -> None:
        """The scheduler closes its end, or dies."""
        self.to_gateway.cut()
        self.to_daemon.close(arriving=self._some(self.to_daemon), then=lambda: self.daemon.hung_up_on(self))

    def break_off(self) -> None:
        """Nobody hangs up; the line is dead."""
        self.to_gateway.close(arriving=self._some(self.to_gateway), then=lambda: self.scheduler.hung_up_on(self))
        self.to_daemon.close(arriving=self._some(self.to_daemon), then=lambda: self.daemon.hung_up_on(self))

    def _delay(self) -> float:
        return self._random.random() * self.slowness

    def _some(self, lane: Lane[ItemT]) -> int | None:
        return None if self._random.random() < 0.5 else self._random.randint(0, lane.under_way)

    def _tell_daemon(self, message: GatewayMessage) -> None:
        self.daemon.heard(self, message)
        if isinstance(message, RefuseHello):
            return
        if isinstance(message, Welcome):
            while self.daemon.said_twice:
                self.to_daemon.send(self.daemon.said_twice.popleft())
        elif self._repeats():
            if self._random.random() < 0.5:
                self.to_daemon.send(message)
            elif len(self.daemon.said_twice) < _REMEMBERED:
                self.daemon.said_twice.append(message)

    def _tell_gateway(self, message: DaemonMessage) -> None:
        self.scheduler.heard(self, message)
        # A hello is said once per connection: that is what begins one.
        if not isinstance(message, Hello) and self._repeats():
            self.to_gateway.send(message)
