"""Plays one seed.

Theory of operation. Real are the kernel, the scheduler (`Scheduler.step`), the gateway, the executor, the
question desk, the operations, the memory store and the worker daemon's state table. Simulated are time
(`agenda`), processes and their deaths (`scheduler_process`, `daemon_process`, `task_process`, `crash`),
connections (`network`), the database's moods (`store`), people (`people`) and what goes wrong (`faults`).

A seed gives a scenario (`scenario`: dags, limits, what each task does, what people ask for), its faults and
every delay. It is played twice, with faults and without. While it is played each commit and each start of
a task is checked (`watch`, `commit_rules`, `limits`) against a mirror of what was committed before; at the
end everything must be done, and both plays must have come to the state that a few lines that know nothing
of the system foretell (`rules`).

Nothing depends on real time, hash order or the machine: the same seed does the same, for ever.
"""

from collections import Counter
from collections.abc import Callable

from mulgil.model import DagRunState, TaskInstanceState, TaskKey
from tests.simulation.simulator.faults import Trouble
from tests.simulation.simulator.rules import foretell
from tests.simulation.simulator.scenario import Scenario, make_scenario
from tests.simulation.simulator.task_process import xcom_of
from tests.simulation.simulator.violation import require
from tests.simulation.simulator.world import World


def play_seed(
    seed: int, *, emphasis: frozenset[Trouble] = frozenset(), tell: Callable[[str], None] | None = None
) -> Counter[str]:
    """Play a seed with faults and, where its end can be foretold, without; return what was met on the way.

    `emphasis` makes some faults much likelier.

    Raises:
        ViolationError: An invariant doesn't hold.
    """
    scenario = make_scenario(seed)
    faulty = World(scenario, has_faults=True, emphasis=emphasis, tell=tell)
    faulty.play()
    if scenario.is_foretellable and is_foretellable(faulty):
        calm = World(scenario, has_faults=False, tell=tell)
        calm.play()
        for world in (calm, faulty):
            check_end(world)
        faulty.met["end foretold"] += 1
    return faulty.met


def is_foretellable(world: World) -> bool:
    """Whether no run's end depends on what of it ends first."""
    return all(
        foretell(dag, lambda key, dag=dag, run_id=run_id: world.behaviour(dag.dag_id, run_id, key)) is not None  # type: ignore[misc]
        for dag, run_id in world.all_runs()
    )


def check_end(world: World) -> None:
    """Check that a world has come to what its scenario leads to."""
    expected = {(dag.dag_id, run_id) for dag, run_id in world.all_runs()}
    found = {(run.dag_id, run.run_id) for run in world.store.runs(limit=10_000)}
    require(found == expected, f"{world.timing}: runs {sorted(found ^ expected)} are missing or too many")
    for dag, run_id in world.all_runs():
        _check_run(world, dag.dag_id, run_id, world.scenario)


def _check_run(world: World, dag_id: str, run_id: str, scenario: Scenario) -> None:
    foretold = foretell(world.dag(dag_id), lambda key: world.behaviour(dag_id, run_id, key))
    assert foretold is not None
    run_state, states = foretold
    run = world.store.run(dag_id, run_id)
    assert run is not None
    rows = {row.key: row.state for row in world.store.task_instances(dag_id, run_id)}
    differing = {key: (rows.get(key), state) for key, state in states.items() if rows.get(key) is not state}
    require(rows.keys() == states.keys() and not differing, f"{world.timing} {run_id}: {differing} (is, expected)")
    require(run.state is run_state, f"{world.timing} {run_id} is {run.state}, expected {run_state}")
    _check_xcoms(world, dag_id, run_id, states)
    assert run_state in (DagRunState.SUCCESS, DagRunState.FAILED)


def _check_xcoms(world: World, dag_id: str, run_id: str, states: dict[TaskKey, TaskInstanceState]) -> None:
    for key, state in states.items():
        found = world.store.xcoms(dag_id, run_id, key.task_id, map_index=key.map_index, key="value")
        pushes = state is TaskInstanceState.SUCCESS and not world.task(dag_id, key.task_id).is_resolvable
        expected = [xcom_of(run_id, key)] if pushes else []
        require([xcom.value for xcom in found] == expected, f"{world.timing} {run_id}/{key}: XCom {found}")
