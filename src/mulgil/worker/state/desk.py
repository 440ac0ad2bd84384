"""What the parts of the state table share while an event is handled: the time, the timers, the actions."""

from datetime import timedelta
from enum import StrEnum

from mulgil.messages import DaemonMessage
from mulgil.worker.state.action import DaemonAction, Send
from mulgil.worker.state.alarms import Alarms
from mulgil.worker.state.event import Moment


class Timer(StrEnum):
    """What a timer is for; beside it stands whose it is."""

    # The daemon's own.
    DIAL = "dial"
    FAREWELL = "farewell"
    # Of a zygote.
    IMPORT = "import"
    IDLE = "idle"
    # Of an attempt.
    START = "start"
    EXECUTION = "execution"
    KILL = "kill"
    RESOLVE = "resolve"


TimerKey = tuple[Timer, str | int]


class Desk:
    """Collects the actions of one event."""

    def __init__(self) -> None:
        """Start with nothing to do."""
        self.now: Moment
        self.alarms: Alarms[TimerKey] = Alarms()
        self.is_connected = False
        self._actions: list[DaemonAction] = []

    def open(self, now: Moment) -> None:
        """Begin an event."""
        self.now = now
        self._actions = []

    def actions(self) -> tuple[DaemonAction, ...]:
        """Return what is to be done, in order."""
        return tuple(self._actions)

    def do(self, *actions: DaemonAction) -> None:
        """Have something done after what was asked for before."""
        self._actions.extend(actions)

    def say(self, message: DaemonMessage) -> None:
        """Say something to the gateway if it is connected; the next hello says what matters otherwise."""
        if self.is_connected:
            self._actions.append(Send(message))

    def set(self, timer: Timer, key: str | int, delay: timedelta) -> None:
        """Ring `timer` of `key` after `delay`."""
        self.alarms.set((timer, key), self.now.elapsed + delay.total_seconds())

    def clear(self, key: str | int, *timers: Timer) -> None:
        """Take back timers of `key`."""
        for timer in timers:
            self.alarms.clear((timer, key))
