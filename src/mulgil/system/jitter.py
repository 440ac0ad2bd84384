"""The machine's chance."""


class SystemJitter:
    """`ports.Jitter` by a generator that the operating system seeds, so that forks don't draw alike."""

    def __init__(self) -> None:
        """Take the operating system's source of randomness."""
        # Imported here: whoever only needs the clock is spared it, and every fork its reseeding.
        import random

        self._random = random.SystemRandom()

    def spread(self) -> float:
        """Return a number in [-1, 1]."""
        return self._random.uniform(-1.0, 1.0)
