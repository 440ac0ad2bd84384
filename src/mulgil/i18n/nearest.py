"""The name that somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches

_ENOUGH_ALIKE = 0.6


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most like `name`, or None where none is like it."""
    folded = {candidate.casefold(): candidate for candidate in sorted(known, reverse=True)}
    matches = get_close_matches(name.casefold(), folded, n=1, cutoff=_ENOUGH_ALIKE)
    return folded[matches[0]] if matches else None
