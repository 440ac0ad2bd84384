"""What the gateway knows of one connected worker daemon."""

from dataclasses import dataclass, field

from mulgil.ports import DaemonJoined


@dataclass
class ConnectedDaemon:
    """A daemon that has said hello on a connection that stands.

    `active` are the attempts that hold one of its slots: those of its hello, and what was sent since,
    until their reports arrive.
    """

    daemon_id: str
    conn_id: int
    slots: int
    is_draining: bool
    protocol: int
    # Daemons in the order in which they were first seen: the newest takes new work.
    rank: int
    active: set[str] = field(default_factory=set)
    # Its hello, as the scheduler was told.
    joined: DaemonJoined | None = None

    @property
    def free_slots(self) -> int:
        """How many attempts it could start now."""
        return 0 if self.is_draining else max(0, self.slots - len(self.active))
