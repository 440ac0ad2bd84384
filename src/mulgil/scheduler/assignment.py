"""From an attempt's rows to what its worker is told."""

from mulgil.messages import Assignment
from mulgil.model import Isolation, TaskKey
from mulgil.scheduler.run_book import LiveRun


def make_assignment(live: LiveRun, key: TaskKey, attempt_id: str) -> Assignment:
    """Return the assignment for a task instance as it stands."""
    version = live.version.version
    graph = live.state.graph
    task = graph.tasks[graph.numbers[key.task_id]]
    is_forkable = version.isolation is Isolation.FORK
    return Assignment(
        attempt_id=attempt_id,
        run=live.state.run,
        instance=live.state.instance(key),
        version_id=version.version_id,
        snapshot=version.snapshot,
        bundle=version.bundle,
        file=version.file,
        isolation=task.isolation if is_forkable else version.isolation,
        execution_timeout=task.execution_timeout,
        is_resolvable=task.is_resolvable,
        preload=task.preload,
        timezone=version.spec.timezone,
    )
