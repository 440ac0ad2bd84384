"""The state table's zygotes: which exist, who waits for them, which are in use, which may go."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mulgil.worker.wire import DagFile


@dataclass
class Zygote:
    """One zygote from its start until it is told to end or dies."""

    zygote_id: int
    dag_file: DagFile
    is_ready: bool = False
    memory_bytes: int = 0
    # Attempts that start as soon as it is ready, in the order of their assignments.
    waiting: list[str] = field(default_factory=list)
    # Attempts that were forked from it and still have a process.
    users: set[str] = field(default_factory=set)
    last_use: int = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing would be slower without it right now."""
        return self.is_ready and not self.users


class ZygoteTable:
    """At most one zygote per dag file. Ids are never used twice."""

    def __init__(self, memory_limit: int) -> None:
        """Keep idle zygotes only while all together need at most `memory_limit` bytes."""
        self._limit = memory_limit
        self._by_id: dict[int, Zygote] = {}
        self._by_file: dict[DagFile, Zygote] = {}
        self._last_id = 0
        self._uses = 0

    def add(self, dag_file: DagFile) -> Zygote:
        """Note a zygote that is being started."""
        self._last_id += 1
        zygote = Zygote(self._last_id, dag_file)
        self._by_id[zygote.zygote_id] = self._by_file[dag_file] = zygote
        return zygote

    def of_file(self, dag_file: DagFile) -> Zygote | None:
        """Return the zygote of a file."""
        return self._by_file.get(dag_file)

    def get(self, zygote_id: int) -> Zygote | None:
        """Return a zygote by its id; None once it was removed."""
        return self._by_id.get(zygote_id)

    def remove(self, zygote_id: int) -> Zygote | None:
        """Forget a zygote that died or was told to end; return what it was."""
        zygote = self._by_id.pop(zygote_id, None)
        if zygote is not None:
            del self._by_file[zygote.dag_file]
        return zygote

    def use(self, zygote: Zygote, attempt_id: str) -> None:
        """Note that an attempt is forked from `zygote`."""
        self._uses += 1
        zygote.last_use = self._uses
        zygote.users.add(attempt_id)

    def surplus(self) -> Iterator[Zygote]:
        """Yield idle zygotes, the longest unused first, until the rest fits into the memory limit.

        The one that was used last stays even if it alone exceeds the limit: without it every attempt
        would import anew.
        """
        total = sum(zygote.memory_bytes for zygote in self._by_id.values())
        by_use = sorted(self._by_id.values(), key=lambda known: (known.last_use, known.zygote_id))
        for zygote in by_use[:-1]:
            if total <= self._limit:
                return
            if zygote.is_idle:
                total -= zygote.memory_bytes
                yield zygote
