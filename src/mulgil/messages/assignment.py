"""What a worker is told to run."""

from datetime import timedelta

import msgspec

from mulgil.model import DagRun, Isolation, TaskInstance


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to start: everything that a worker needs to know, and no secrets.

    The worker imports `file` of the bundle snapshot `snapshot` (both as in `DagVersion`) and runs the
    task of `instance` in it. A daemon starts an `attempt_id` at most once, ever.
    """

    attempt_id: str
    run: DagRun
    instance: TaskInstance
    version_id: str
    snapshot: str
    bundle: str
    file: str
    isolation: Isolation
    execution_timeout: timedelta | None = None
    is_resolvable: bool = False
    preload: tuple[str, ...] = ()
    # The dag's data-interval zone, for template values such as `ds` in a local-date partition.
    timezone: str = "UTC"
