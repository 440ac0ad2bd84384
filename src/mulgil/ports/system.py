"""Time, identity, chance and wake-ups: everything that a pure core must be given."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time, twice: both advance alike, but for `now` being set by an operator or a time server."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never run backwards."""
        ...


class IdSource(Protocol):
    """New identities."""

    def new_id(self) -> str:
        """Return an id that was never given before, anywhere; later ids sort after earlier ones."""
        ...


class Jitter(Protocol):
    """Chance, for spreading retries."""

    def spread(self) -> float:
        """Return a number in [-1, 1]."""
        ...


class Doorbell(Protocol):
    """Tells the scheduler that the database holds something new."""

    def ring(self) -> bool:
        """Wake the scheduler; False if none listens. Losing a ring delays, and never loses, work."""
        ...


class AnswerBell(Doorbell, Protocol):
    """A doorbell that can also wait for the scheduler's answer."""

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until the scheduler rings back or the time is over; True if it rang."""
        ...


class Cipher(Protocol):
    """Encrypts secrets at rest."""

    def encrypt(self, plain: bytes) -> bytes:
        """Return `plain` encrypted and authenticated."""
        ...

    def decrypt(self, token: bytes) -> bytes:
        """Return what was encrypted.

        Raises:
            MulgilError: The token was made with another key or was changed.
        """
        ...
