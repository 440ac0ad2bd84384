"""Cancel: end a run. What runs is killed, what waits doesn't start."""

from mulgil.kernel import RunCancelled
from mulgil.messages import CancelDagRun, Command
from mulgil.model import DagRun
from mulgil.operations.effect import ChangeRun, Effect, applied, refuse


def apply_cancel(command: Command, payload: CancelDagRun, *, run: DagRun | None) -> Effect:
    """Cancel the run, unless it has ended."""
    if run is None:
        return refuse("operations.run_unknown", dag_id=payload.dag_id, run_id=payload.run_id)
    if run.state.is_finished:
        return refuse("operations.run_finished", dag_id=payload.dag_id, run_id=payload.run_id, state=run.state.value)
    return ChangeRun(RunCancelled(command.by), applied(dag_id=run.dag_id, run_id=run.run_id))
