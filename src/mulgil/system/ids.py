"""Identities that sort by the time at which they were given."""

import os
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BITS = 80
_BITS_PER_CHARACTER = 5
_LENGTH = 26
_NANOSECONDS_PER_MILLISECOND = 1_000_000


class SystemIds:
    """`ports.IdSource`: 48 bits of milliseconds and 80 random bits, as 26 characters that sort by time.

    Within one process each id is greater than the one before, also within a millisecond and when the
    clock is set back: such an id continues from the last one instead of drawing anew. A forked child
    draws anew, so parent and child never continue from the same id.
    """

    def __init__(self) -> None:
        """Start without a past."""
        self._last = 0
        self._pid = os.getpid()

    def new_id(self) -> str:
        """Return an id that was never given before, anywhere; later ids sort after earlier ones."""
        if os.getpid() != self._pid:
            self._last, self._pid = 0, os.getpid()
        milliseconds = time.time_ns() // _NANOSECONDS_PER_MILLISECOND
        if milliseconds <= self._last >> _RANDOM_BITS:
            self._last += 1
        else:
            self._last = milliseconds << _RANDOM_BITS | int.from_bytes(os.urandom(_RANDOM_BITS // 8), "big")
        return _written(self._last)


def _written(number: int) -> str:
    shifts = range((_LENGTH - 1) * _BITS_PER_CHARACTER, -1, -_BITS_PER_CHARACTER)
    return "".join(_ALPHABET[number >> shift & 31] for shift in shifts)
