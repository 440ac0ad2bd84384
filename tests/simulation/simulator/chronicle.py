"""Playing seeds as a test does: what they met on the way is counted, and a failure tells how to see it again."""

from collections import Counter
from collections.abc import Iterable

from tests.simulation.simulator.seed import play_seed

_LINES_SHOWN = 60


class SeedFailedError(AssertionError):
    """A seed broke an invariant; the words hold the command that plays it again."""


def play_seeds(seeds: Iterable[int]) -> Counter[str]:
    """Play seeds one after another; return how often what happened to them.

    Raises:
        SeedFailedError: At the first one that fails, with the end of its trace.
    """
    met: Counter[str] = Counter()
    for seed in seeds:
        try:
            met += play_seed(seed)
        except Exception as error:
            raise SeedFailedError(describe(seed, error)) from error
    return met


def describe(seed: int, error: Exception) -> str:
    """Return what to know of a seed that failed."""
    lines: list[str] = []
    try:
        play_seed(seed, tell=lines.append)
    except Exception as again:  # noqa: BLE001 - the same once more, this time with its trace
        same = "" if str(again) == str(error) else f"\nPlayed again it said something else: {again!r}"
    else:
        same = "\nPlayed again it did not fail: something outside the seed has a say."
    shown = "\n".join(lines[-_LINES_SHOWN:])
    command = f"python -m pytest tests/simulation/test_seeds.py --simulation-seed {seed}"
    return f"{shown}\n\nseed {seed}: {error!r}{same}\nReplay: {command}\nThen add {seed} to tests/simulation/seeds.txt"
