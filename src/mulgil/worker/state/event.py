"""What happens to a worker daemon: the inputs of its state table."""

from datetime import datetime

import msgspec

from mulgil.i18n import Text
from mulgil.messages import Ask, AttemptStarted, Finished, GatewayMessage, Progress, Publishing, Report


class Moment(msgspec.Struct, frozen=True):
    """Now: `at` for what people read, `elapsed` (seconds that never jump) for timers."""

    at: datetime
    elapsed: float


class Connected(msgspec.Struct, frozen=True):
    """The gateway took the connection.

    `neighbours` are the other daemons of this home, since then, that live or are still to be buried.
    """

    neighbours: tuple[str, ...] = ()


class Disconnected(msgspec.Struct, frozen=True):
    """The gateway could not be reached, or the connection ended."""


class Received(msgspec.Struct, frozen=True):
    """The gateway said something."""

    message: GatewayMessage


class ZygoteImported(msgspec.Struct, frozen=True):
    """A zygote holds its dag file and can fork."""

    zygote_id: int
    memory_bytes: int


class ZygoteRefused(msgspec.Struct, frozen=True):
    """A zygote's dag file can't be forked from, for this reason; the process has ended itself."""

    zygote_id: int
    reason: Text


class ZygoteImportFailed(msgspec.Struct, frozen=True):
    """A dag file's import raised; the process has ended itself."""

    zygote_id: int
    error: Text
    traceback: str


class ZygoteDied(msgspec.Struct, frozen=True):
    """A zygote takes no requests any more: it died. Attempts that it had forked live on. May come again."""

    zygote_id: int


class AttemptAppeared(msgspec.Struct, frozen=True):
    """An attempt's process exists."""

    attempt_id: str
    pid: int


class AttemptSaid(msgspec.Struct, frozen=True):
    """An attempt's process said something."""

    message: AttemptStarted | Ask | Progress | Publishing | Finished

    @property
    def attempt_id(self) -> str:
        """Who said it."""
        return self.message.report.attempt_id if isinstance(self.message, Finished) else self.message.attempt_id


class AttemptGone(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt's process and its group are gone, and everything that it said was passed on before.

    `status` is an exit code, or minus the number of a signal; None if the process never came to be or
    if nobody is left who knows.
    """

    attempt_id: str
    status: int | None
    # Its process, also where it was gone before it could say anything.
    pid: int | None = None
    # Why no process came to be, where that is known.
    why: Text | None = None
    # Why none may come to be; unlike the former this is the attempt's failure, since another would fare alike.
    failure: Text | None = None
    # The kernel's out-of-memory killer was at work on this host lately.
    is_oom_likely: bool = False


class TimePassed(msgspec.Struct, frozen=True):
    """`next_deadline` has been reached."""


class DaemonBuried(msgspec.Struct, frozen=True):
    """Another daemon of this home is dead, its processes are gone, and its journal was read."""

    daemon_id: str
    started: tuple[str, ...]
    reports: tuple[Report, ...]


class NeighbourGone(msgspec.Struct, frozen=True):
    """A daemon that lived beside this one is dead, and buried if it has left a journal."""


class Began(msgspec.Struct, frozen=True):
    """The daemon is ready to work."""


class DrainAsked(msgspec.Struct, frozen=True):
    """Take no new work, finish what runs, leave (the supervisor is gone)."""


class StopAsked(msgspec.Struct, frozen=True):
    """End what runs, and leave."""


DaemonEvent = (
    Connected
    | Disconnected
    | Received
    | ZygoteImported
    | ZygoteRefused
    | ZygoteImportFailed
    | ZygoteDied
    | AttemptAppeared
    | AttemptSaid
    | AttemptGone
    | TimePassed
    | DaemonBuried
    | NeighbourGone
    | Began
    | DrainAsked
    | StopAsked
)
