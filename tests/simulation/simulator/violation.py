"""What the simulation says when an invariant doesn't hold."""


class ViolationError(AssertionError):
    """An invariant was broken; the words say which, by what."""


def require(condition: object, words: str) -> None:
    """Raise `ViolationError` unless `condition` holds."""
    if not condition:
        raise ViolationError(words)
