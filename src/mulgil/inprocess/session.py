"""The real kernel and the real scheduler step on a memory store, in this process, to the end of its runs.

Theory of operation. The scheduler makes a step; whatever it queued waits in the executor; the order says
which of it is played next; its report goes into the next step. When nothing waits and nothing is due, the
clock is taken to the next timer. When there is none either, the runs are over, or stand still for ever.
"""

from collections.abc import Callable, Mapping, Sequence

from mulgil.i18n import Text
from mulgil.inprocess.attempt import Play
from mulgil.inprocess.executor import InProcessExecutor
from mulgil.inprocess.order import Order, first_in
from mulgil.inprocess.result import Result, RunResult
from mulgil.inprocess.waiting import SkippingWait, VirtualClock, WaitingClock
from mulgil.inprocess.watcher import Nobody, Watcher
from mulgil.kernel import RunState, compile_graph
from mulgil.messages import Assignment, Report
from mulgil.model import UNMAPPED, DagRun, DagSpec, DagVersion, Isolation, Pool, TaskInstance, TaskKey, XComValue
from mulgil.operations.explain import explain_run
from mulgil.ports import Batch, IdSource
from mulgil.scheduler import Scheduler, SchedulerLimits
from mulgil.serialization import dag_hash
from mulgil.stores.memory import MemoryMetadataStore

_PARALLELISM = 1_000_000
_BUNDLE = "inprocess"
_SECONDS_TOLD = 1.0


class _NoJitter:
    """Retries come exactly when they are due."""

    def spread(self) -> float:
        return 0.0


class Session:
    """The runs of one dag. `slots` is how many attempts may be queued at a time."""

    def __init__(
        self,
        spec: DagSpec,
        *,
        clock: WaitingClock,
        ids: IdSource,
        watcher: Watcher | None = None,
        order: Order = first_in,
        slots: int = 1,
        pools: Mapping[str, int] | None = None,
    ) -> None:
        """Publish the dag. A pool that isn't given has slots for every task that names it."""
        self.spec = spec
        self.store = MemoryMetadataStore()
        self.version_id = dag_hash(spec)
        self._clock = clock
        self._watcher: Watcher = Nobody() if watcher is None else watcher
        self._order = order
        self._executor = InProcessExecutor(clock, slots=slots)
        self._scheduler = Scheduler(
            self.store,
            [self._executor],
            clock,
            ids,
            _NoJitter(),
            SchedulerLimits(parallelism=_PARALLELISM),
            owner="this process",
        )
        self._told = 0
        self._runs: list[DagRun] = []
        self._values: dict[tuple[str, TaskKey], tuple[XComValue, ...]] = {}
        self._publish(pools or {})

    def _publish(self, pools: Mapping[str, int]) -> None:
        now = self._clock.now()
        version = DagVersion(
            version_id=self.version_id,
            dag_id=self.spec.dag_id,
            number=0,
            spec=self.spec,
            snapshot="",
            bundle=_BUNDLE,
            file=self.spec.file,
            isolation=Isolation.FORK,
            isolation_reason=None,
            published_at=now,
        )
        self.store.publish_file(bundle=_BUNDLE, file=self.spec.file, versions=[version], failure=None, at=now)
        ample = {task.pool: _PARALLELISM for task in self.spec.tasks}
        for name, slots in {**ample, **pools}.items():
            self.store.put_pool(Pool(name=name, slots=slots), by="", at=now)

    def add(self, runs: Sequence[DagRun], *, xcoms: Sequence[XComValue] = ()) -> None:
        """Create runs, with XComs that earlier runs of the same ids have left."""
        graph = compile_graph(self.spec)
        instances: list[TaskInstance] = []
        for run in runs:
            instances.extend(RunState.create(graph, run)[1])
        epoch = self.store.claim("the one who asks")
        self.store.commit(Batch(new_runs=list(runs), instances=instances, xcoms=list(xcoms)), epoch=epoch)
        self._runs.extend(runs)
        self._watcher.begun(self.spec, runs, total=len(instances))

    def play(self, play: Play) -> dict[str, dict[str, Text]]:
        """Play everything to its end; return what stands still and why, by run and by task (empty: the run)."""
        while True:
            due = self._scheduler.step()
            self._tell()
            if self._executor.waiting:
                self._play_next(play)
                continue
            unfinished = [run for run in self._stored() if not run.state.is_finished]
            if not unfinished:
                return {}
            if due is None:
                return {run.run_id: self._why(run) for run in unfinished}
            now = self._clock.now()
            if due > now:
                seconds = (due - now).total_seconds()
                if seconds >= _SECONDS_TOLD:
                    is_skipped = isinstance(self._clock, SkippingWait | VirtualClock)
                    self._watcher.waiting(due, seconds, is_skipped=is_skipped)
                self._clock.wait_until(due)

    def _play_next(self, play: Play) -> None:
        for assignment in self._executor.take(self._order(self._executor.waiting)):
            self._watcher.started(assignment)
            report = play(assignment)
            self._keep(assignment, report)
            self._executor.report(report)

    def _keep(self, assignment: Assignment, report: Report) -> None:
        """Remember values for the result, as the store does: those of the last try."""
        instance = assignment.instance
        self._values[instance.run_id, instance.key] = tuple(
            XComValue(
                dag_id=instance.dag_id,
                run_id=instance.run_id,
                task_id=instance.task_id,
                map_index=instance.map_index,
                key=entry.key,
                value=entry.value,
            )
            for entry in report.xcoms
        )

    def _tell(self) -> None:
        for event in self.store.events(after=self._told):
            self._watcher.changed(event)
            self._told = event.seq

    def _stored(self) -> list[DagRun]:
        found = (self.store.run(run.dag_id, run.run_id) for run in self._runs)
        return [run for run in found if run is not None]

    def _why(self, run: DagRun) -> dict[str, Text]:
        why = explain_run(self.store, run, parallelism=_PARALLELISM, now=self._clock.now())
        reasons = {
            key.task_id if key.map_index == UNMAPPED else f"{key.task_id}[{key.map_index}]": reason
            for key, reason in why.instances.items()
        }
        return reasons if why.run is None else {"": why.run, **reasons}

    def result(self, standstill: Mapping[str, Mapping[str, Text]], decode: Callable[[bytes], object]) -> Result:
        """Return what came of the runs, in their order; values are decoded when they are asked for."""
        order = {task.task_id: number for number, task in enumerate(self.spec.tasks)}
        results = [
            RunResult(
                run,
                sorted(
                    self.store.task_instances(run.dag_id, run.run_id),
                    key=lambda row: (order[row.task_id], row.map_index),
                ),
                self.store.attempts(run.dag_id, run.run_id),
                self.store.asset_commits(run.dag_id, run.run_id),
            )
            for run in self._stored()
        ]
        values = [value for of_instance in self._values.values() for value in of_instance]
        return Result(results, values=values, decode=decode, standstill=standstill)
