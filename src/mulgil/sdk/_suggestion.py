"""The nearest known name to one that isn't known."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that the author probably meant, or None."""
    from difflib import get_close_matches

    matches = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def listed(names: Iterable[str]) -> str:
    """Return names for a message: sorted and separated by commas."""
    return ", ".join(sorted(names))
