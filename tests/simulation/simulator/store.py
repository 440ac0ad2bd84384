"""One scheduler's way to the metadata store: it can fail, and the scheduler can die on it."""

from collections.abc import Callable
from typing import TypeVar

from mulgil.messages import Command
from mulgil.model import Dag, XComValue
from mulgil.ports import Batch, StoredRun, StoreUnavailableError, UniquenessError
from mulgil.stores.memory import MemoryMetadataStore
from tests.simulation.simulator.crash import CrashPoints
from tests.simulation.simulator.violation import ViolationError

ResultT = TypeVar("ResultT")


class SchedulerView(MemoryMetadataStore):
    """The real memory store on shared tables; each call may find the database gone.

    Whoever dies in a commit may have committed, or not; so may one whose commit fails: the connection to a
    database can end between its commit and the word of it.
    """

    def __init__(
        self,
        store: MemoryMetadataStore,
        points: CrashPoints,
        *,
        is_available: Callable[[], bool],
        is_word_lost: Callable[[], bool],
        committed: Callable[[Batch, int], None],
    ) -> None:
        super().__init__()
        self._tables = store._tables
        self._points = points
        self._is_available = is_available
        self._is_word_lost = is_word_lost
        self._is_committing = False
        self._committed = committed
        self.epoch: int | None = None

    def claim(self, owner: str) -> int:
        self._points.reach()
        self._need_database()
        self.epoch = super().claim(owner)
        self._points.reach()
        return self.epoch

    def commit(self, batch: Batch, *, epoch: int) -> int:
        self._points.reach()
        self._need_database()
        self._is_committing = True
        try:
            seq = super().commit(batch, epoch=epoch)
        except UniquenessError as error:
            raise ViolationError(f"a scheduler that owns everything met {error!r}") from error
        finally:
            self._is_committing = False
        self._committed(batch, epoch)
        self._points.reach()
        if self._is_word_lost():
            raise StoreUnavailableError("store.unavailable", why="simulated, after the commit")
        return seq

    def active_runs(self) -> tuple[StoredRun, ...]:
        self._points.reach()
        self._need_database()
        return super().active_runs()

    def pending_commands(self) -> tuple[Command, ...]:
        self._need_database()
        return super().pending_commands()

    def dags(self) -> tuple[Dag, ...]:
        self._need_database()
        return super().dags()

    def stored_run(self, dag_id: str, run_id: str) -> StoredRun | None:
        self._need_database()
        return super().stored_run(dag_id, run_id)

    def last_event(self) -> int:
        self._need_database()
        return super().last_event()

    def xcoms(
        self, dag_id: str, run_id: str, task_id: str, *, map_index: int | None, key: str
    ) -> tuple[XComValue, ...]:
        self._need_database()
        return super().xcoms(dag_id, run_id, task_id, map_index=map_index, key=key)

    def _need_database(self) -> None:
        if not self._is_committing and not self._is_available():
            raise StoreUnavailableError("store.unavailable", why="simulated")
