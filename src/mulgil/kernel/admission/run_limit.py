"""Admission of whole runs: `max_active_runs`."""

from mulgil.i18n import Text


def may_start_run(active: int, limit: int) -> bool:
    """Whether another run of a dag may start beside `active` ones."""
    return active < limit


def why_run_waits(active: int, limit: int) -> Text | None:
    """Return why a queued run doesn't start; None if it may."""
    return None if may_start_run(active, limit) else Text("wait.max_active_runs", {"active": active, "limit": limit})
