"""The dags as the scheduler knows them: switches, current versions, timetables and high-water marks."""

import logging
from collections import OrderedDict
from functools import cached_property

import msgspec

from mulgil.i18n import MulgilError
from mulgil.kernel import DagGraph, compile_graph
from mulgil.model import Dag, DagSchedule, DagVersion
from mulgil.ports import SchedulerStore, StoreError
from mulgil.scheduler.errors import VersionMissingError
from mulgil.timetables import Timetable, timetable_for

_log = logging.getLogger(__name__)


class CompiledVersion:
    """A dag version with its graph, which is compiled when a run first needs it."""

    def __init__(self, version: DagVersion) -> None:
        """Compile nothing yet."""
        self.version = version

    @cached_property
    def graph(self) -> DagGraph:
        """The compiled graph."""
        return compile_graph(self.version.spec)


class Plan(msgspec.Struct, frozen=True, eq=False):
    """What scheduling a dag takes, kept for every dag: small, unlike its graph."""

    version_id: str
    timetable: Timetable
    catchup: bool
    max_active_runs: int


class DagBook:
    """Dags by id. Versions are read when first needed, and only the latest used are kept."""

    def __init__(self, store: SchedulerStore, *, versions_kept: int) -> None:
        """Read every dag's row and mark."""
        self._store = store
        self._versions_kept = versions_kept
        self._versions: OrderedDict[str, CompiledVersion] = OrderedDict()
        self._plans: dict[str, Plan | None] = {}
        self._dags = {dag.dag_id: dag for dag in store.dags()}
        self._marks = {mark.dag_id: mark for mark in store.schedules()}

    @property
    def dag_ids(self) -> tuple[str, ...]:
        """Every dag's id, in order."""
        return tuple(sorted(self._dags))

    def refresh(self) -> tuple[str, ...]:
        """Read the dags anew; return the ids of those that changed."""
        found = {dag.dag_id: dag for dag in self._store.dags()}
        changed = tuple(sorted(name for name in found.keys() | self._dags.keys() if found.get(name) != self.dag(name)))
        self._dags = found
        return changed

    def dag(self, dag_id: str) -> Dag | None:
        """Return a dag's row."""
        return self._dags.get(dag_id)

    def put(self, dag: Dag) -> None:
        """Replace a dag's row."""
        self._dags[dag.dag_id] = dag

    def mark(self, dag_id: str) -> DagSchedule:
        """Return how far a dag's schedule has come."""
        return self._marks.get(dag_id) or DagSchedule(dag_id=dag_id, scheduled_until=None)

    def put_mark(self, mark: DagSchedule) -> None:
        """Replace a mark."""
        self._marks[mark.dag_id] = mark

    def version(self, version_id: str) -> CompiledVersion:
        """Return a compiled version.

        Raises:
            VersionMissingError: The store has no such version.
        """
        compiled = self._versions.get(version_id)
        if compiled is None:
            version = self._store.dag_version(version_id)
            if version is None:
                raise VersionMissingError("scheduler.version_missing", version_id=version_id)
            compiled = self._versions[version_id] = CompiledVersion(version)
            if len(self._versions) > self._versions_kept:
                self._versions.popitem(last=False)
        self._versions.move_to_end(version_id)
        return compiled

    def plan(self, dag_id: str) -> Plan | None:
        """Return how to schedule a dag by its current version; None if there is no way."""
        dag = self._dags.get(dag_id)
        if dag is None:
            return None
        known = self._plans.get(dag_id)
        if known is None or known.version_id != dag.version_id:
            self._plans[dag_id] = known = self._make_plan(dag)
        return known

    def _make_plan(self, dag: Dag) -> Plan | None:
        try:
            spec = self.version(dag.version_id).version.spec
            timetable = timetable_for(spec.timetable, start_date=spec.start_date, end_date=spec.end_date)
        except StoreError:
            raise
        except MulgilError as error:
            _log.warning("dag %s can't be scheduled: %s", dag.dag_id, error)
            return None
        return Plan(dag.version_id, timetable, spec.catchup, spec.max_active_runs)
