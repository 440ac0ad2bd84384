"""Targets from the command line: what a task's runtime would give them, from a session's home."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from mulgil.cli.session import Session
from mulgil.i18n import nearest_name
from mulgil.model import Connection
from mulgil.ports import Clock, NotFoundError

if TYPE_CHECKING:
    from mulgil.data.target import Target

# Nobody sits through ten minutes; who has the lock is said after these.
_LOCK_TIMEOUT_SECONDS = 5.0


class HomeSurroundings:
    """Connections, paths and time of a home."""

    def __init__(self, session: Session) -> None:
        """Look into the session's home when asked."""
        from mulgil.system import SystemClock

        self._session = session
        self._clock = SystemClock()

    @property
    def clock(self) -> Clock:
        """The time."""
        return self._clock

    def get_connection(self, connection_id: str) -> Connection:
        """Return a connection that waits for locks only as long as people do.

        Raises:
            NotFoundError: There is none of this id.
        """
        known = {connection.connection_id: connection for connection in self._session.control.connections()}
        if connection_id in known:
            found = known[connection_id]
            return msgspec.structs.replace(found, extra={**found.extra, "lock_timeout": _LOCK_TIMEOUT_SECONDS})
        nearest = nearest_name(connection_id, known)
        if nearest is None:
            raise NotFoundError("operations.connection_unknown", connection_id=connection_id)
        raise NotFoundError("operations.connection_misspelt", connection_id=connection_id, nearest=nearest)

    def resolve_path(self, path: str) -> Path:
        """Return a path as connections mean it: relative ones start at the home."""
        return self._session.home.path / Path(path).expanduser()

    def target(self, connection_id: str) -> "Target":
        """Return the target that a connection leads to.

        Raises:
            DeclarationError: Tables can't be kept there.
        """
        from mulgil.data.connector import open_target

        return open_target(self, connection_id)
