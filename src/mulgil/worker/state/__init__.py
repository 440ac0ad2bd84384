"""The worker daemon's bookkeeping as a pure state table: events in, actions out."""

from mulgil.worker.state.daemon_state import DaemonIdentity, DaemonState
from mulgil.worker.state.event import DaemonEvent, Moment

__all__ = ["DaemonEvent", "DaemonIdentity", "DaemonState", "Moment"]
