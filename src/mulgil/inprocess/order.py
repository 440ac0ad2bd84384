"""In which order queued attempts are run, where nothing but chance would decide it elsewhere.

An order looks at the waiting attempts, as the scheduler queued them, and names those that run, one after
another, before the scheduler hears of any of their ends.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

from mulgil.messages import Assignment

Order = Callable[[Sequence[Assignment]], Sequence[int]]


def first_in(waiting: Sequence[Assignment]) -> Sequence[int]:
    """Run what was queued first, one at a time."""
    return (0,)


def last_in(waiting: Sequence[Assignment]) -> Sequence[int]:
    """Run what was queued last, one at a time."""
    return (len(waiting) - 1,)


def wave(waiting: Sequence[Assignment]) -> Sequence[int]:
    """Run everything that is queued; what follows from it is queued together, too."""
    return range(len(waiting))


def seeded(seed: int) -> Order:
    """Return an order that looks like chance and is the same for the same seed, one at a time."""
    drawn = 0

    def draw(waiting: Sequence[Assignment]) -> Sequence[int]:
        nonlocal drawn
        drawn += 1
        digest = sha256(f"{seed}/{drawn}".encode()).digest()
        return (int.from_bytes(digest[:8], "big") % len(waiting),)

    return draw
