"""The attempts that haven't ended, wherever they are."""

from mulgil.model import Attempt


class AttemptTable:
    """Live attempts by id and by daemon."""

    def __init__(self) -> None:
        """Start empty."""
        self._by_id: dict[str, Attempt] = {}
        self._by_daemon: dict[str, dict[str, None]] = {}

    def __len__(self) -> int:
        """How many attempts haven't ended."""
        return len(self._by_id)

    def all(self) -> tuple[Attempt, ...]:
        """Return every attempt that hasn't ended, in the order in which they were added."""
        return tuple(self._by_id.values())

    def put(self, attempt: Attempt) -> None:
        """Add an attempt, or replace its row."""
        self._by_id[attempt.attempt_id] = attempt
        self._by_daemon.setdefault(attempt.daemon_id, {})[attempt.attempt_id] = None

    def get(self, attempt_id: str) -> Attempt | None:
        """Return an attempt that hasn't ended."""
        return self._by_id.get(attempt_id)

    def of_daemon(self, daemon_id: str) -> tuple[Attempt, ...]:
        """Return what a daemon was given, in the order of its assignment."""
        return tuple(self._by_id[attempt_id] for attempt_id in self._by_daemon.get(daemon_id, ()))

    def remove(self, attempt_id: str) -> None:
        """Forget an attempt that has ended."""
        attempt = self._by_id.pop(attempt_id, None)
        if attempt is None:
            return
        of_daemon = self._by_daemon[attempt.daemon_id]
        del of_daemon[attempt_id]
        if not of_daemon:
            del self._by_daemon[attempt.daemon_id]
