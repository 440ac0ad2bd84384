"""Explain: why a run and its task instances wait, said by the kernel's functions that make them wait.

The scheduler keeps its admission in memory; here it is rebuilt from what is stored, so that the answer is the
same without asking the scheduler.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from mulgil.i18n import MulgilError, Text
from mulgil.kernel import Admission, RunState, candidate_for, compile_graph, why_not_ready, why_run_waits
from mulgil.model import DagRun, DagRunState, TaskInstance, TaskInstanceState
from mulgil.ports import Explanation, MetadataStore, StoredRun

RunKey = tuple[str, str]

# What passes by itself while a scheduler and a worker run, and never without them.
_UNSERVED = frozenset({"wait.turn", "wait.worker"})


def explain_run(
    store: MetadataStore, run: DagRun, *, parallelism: int, now: datetime, is_served: bool = True
) -> Explanation:
    """Return what a run and its unfinished task instances wait for; a finished run waits for nothing.

    Where the installation isn't served by a scheduler (`is_served`), that is what everything waits for whose turn
    it would be.
    """
    if run.state.is_finished:
        return Explanation()
    why_run = explain_queue(store, [run], is_served=is_served).get((run.dag_id, run.run_id))
    states = _load(store, run)
    state = states.get((run.dag_id, run.run_id))
    if state is None:
        return Explanation(run=why_run)
    admission = _admission(store, states, parallelism=parallelism)
    reasons = ((row.key, _why(state, row, admission, now)) for row in state.instances())
    instances = {key: _served(reason, is_served=is_served) for key, reason in reasons if reason is not None}
    return Explanation(run=why_run, instances=instances)


def explain_queue(store: MetadataStore, runs: Iterable[DagRun], *, is_served: bool = True) -> dict[RunKey, Text]:
    """Return why each of `runs` that is queued doesn't start."""
    queued = [run for run in runs if run.state is DagRunState.QUEUED]
    if not queued:
        return {}
    dags = {dag.dag_id: dag for dag in store.dags()}
    counts = store.run_counts()
    reasons: dict[RunKey, Text] = {}
    for run in queued:
        dag = dags.get(run.dag_id)
        if dag is not None and dag.is_paused:
            reasons[run.dag_id, run.run_id] = Text("wait.dag_paused", {"dag_id": run.dag_id})
            continue
        version = store.dag_version(run.version_id if dag is None else dag.version_id)
        running = counts.get(run.dag_id, {}).get(DagRunState.RUNNING, 0)
        full = None if version is None else why_run_waits(running, version.spec.max_active_runs)
        reasons[run.dag_id, run.run_id] = full or _served(Text("wait.turn"), is_served=is_served)
    return reasons


def _load(store: MetadataStore, run: DagRun) -> dict[RunKey, RunState]:
    """Return the kernel's view of `run` and of every run that holds slots; one that it can't read holds none."""
    states: dict[RunKey, RunState] = {}
    for stored in store.active_runs():
        key = (stored.run.dag_id, stored.run.run_id)
        if key != (run.dag_id, run.run_id) and not any(row.attempt_id for row in stored.instances):
            continue
        state = _state(store, stored)
        if state is not None:
            states[key] = state
    return states


def _state(store: MetadataStore, stored: StoredRun) -> RunState | None:
    version = store.dag_version(stored.run.version_id)
    if version is None:
        return None
    try:
        return RunState.load(compile_graph(version.spec), stored.run, stored.instances)
    except MulgilError:
        # The scheduler leaves such a run alone, too, and says so in its log.
        return None


def _admission(store: MetadataStore, states: Mapping[RunKey, RunState], *, parallelism: int) -> Admission:
    """Rebuild what the scheduler's admission holds."""
    admission = Admission(parallelism=parallelism)
    for pool in store.pools():
        admission.set_pool(pool.name, pool.slots)
    for dag in store.dags():
        admission.set_paused(dag.dag_id, dag.is_paused)
    for state in states.values():
        for row in state.instances():
            if row.attempt_id is not None:
                admission.hold(candidate_for(state, row.key))
    return admission


def _why(state: RunState, row: TaskInstance, admission: Admission, now: datetime) -> Text | None:
    if row.state is TaskInstanceState.SCHEDULED:
        return admission.why_waiting(candidate_for(state, row.key))
    if row.state is TaskInstanceState.QUEUED:
        since = "" if row.queued_at is None else row.queued_at.isoformat(timespec="seconds")
        return Text("wait.worker", {"since": since})
    return why_not_ready(state, row.key, now)


def _served(reason: Text, *, is_served: bool) -> Text:
    """Return a reason, or that nobody is there to whom the turn could come."""
    return reason if is_served or reason.code not in _UNSERVED else Text("wait.no_scheduler")
