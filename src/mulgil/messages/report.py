"""How an attempt ended. A report is idempotent by its attempt id."""

from datetime import datetime

import msgspec

from mulgil.i18n import Text
from mulgil.model import AssetCommit


class Succeeded(msgspec.Struct, frozen=True, tag="succeeded", omit_defaults=True):
    """The task returned. `branch` are the task ids that a branching task chose (directly downstream)."""

    branch: tuple[str, ...] | None = None


class Skipped(msgspec.Struct, frozen=True, tag="skipped", omit_defaults=True):
    """The task chose to be skipped."""

    reason: Text | None = None


class Failed(msgspec.Struct, frozen=True, tag="failed", omit_defaults=True):
    """The task raised. Without `may_retry` it fails at once, whatever tries are left."""

    error: Text
    may_retry: bool = True


class Died(msgspec.Struct, frozen=True, tag="died"):
    """The task's process ended without a report (signal, exit code, timeout): consumes a try."""

    cause: Text


class Lost(msgspec.Struct, frozen=True, tag="lost"):
    """One of our own processes died and took the attempt with it, or it never started: consumes no try."""

    cause: Text


class Cancelled(msgspec.Struct, frozen=True, tag="cancelled"):
    """The worker ended the attempt because it was told to."""

    reason: Text


Outcome = Succeeded | Skipped | Failed | Died | Lost | Cancelled


class XComEntry(msgspec.Struct, frozen=True, array_like=True):
    """A value that the attempt pushed, encoded by `mulgil.serialization.xcom`."""

    key: str
    value: bytes


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The end of one attempt with all that becomes visible with it, or not at all.

    `started_at` is null for an attempt that never ran a line of its task, `pid` where no process is known.
    """

    attempt_id: str
    outcome: Outcome
    ended_at: datetime
    started_at: datetime | None = None
    pid: int | None = None
    xcoms: tuple[XComEntry, ...] = ()
    commits: tuple[AssetCommit, ...] = ()
