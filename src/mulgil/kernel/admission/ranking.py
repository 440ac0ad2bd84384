"""A queue whose items may change their rank or leave from the middle, at logarithmic cost."""

import heapq
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")
RankT = TypeVar("RankT", bound=tuple[object, ...])

_SLACK = 32


class Ranking(Generic[ItemT, RankT]):
    """Items by rank, lowest first. Ranks must be distinct, or their items comparable.

    Outdated heap entries are left where they are and passed over when they come up; when they outnumber
    the items the heap is built anew.
    """

    def __init__(self) -> None:
        self._ranks: dict[ItemT, RankT] = {}
        self._heap: list[tuple[RankT, ItemT]] = []

    def __len__(self) -> int:
        """How many items stand in the queue."""
        return len(self._ranks)

    def put(self, item: ItemT, rank: RankT) -> None:
        """Add an item, or give it another rank."""
        if self._ranks.get(item) == rank:
            return
        self._ranks[item] = rank
        heapq.heappush(self._heap, (rank, item))
        if len(self._heap) > 2 * len(self._ranks) + _SLACK:
            self._heap = [(rank, item) for item, rank in self._ranks.items()]
            heapq.heapify(self._heap)

    def discard(self, item: ItemT) -> None:
        """Remove an item if it is there."""
        self._ranks.pop(item, None)

    def first(self) -> tuple[RankT, ItemT]:
        """Return the rank and item of the lowest rank; it stays in the queue, which must not be empty."""
        while self._ranks.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0]
