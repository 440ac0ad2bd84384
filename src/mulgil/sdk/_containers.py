"""Walking through the containers that arguments are made of."""

from collections.abc import Callable


def map_items(
    value: "list[object] | tuple[object, ...] | set[object] | frozenset[object]",
    change: Callable[[int, object], object],
) -> object:
    """Return a container of the same kind with every item (its number and itself) changed."""
    items = [change(number, item) for number, item in enumerate(value)]
    if isinstance(value, tuple):
        make = getattr(value, "_make", None)
        return make(items) if make is not None else tuple(items)
    return type(value)(items)
