"""What a readiness rule answers."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum

import msgspec

from mulgil.i18n import Text
from mulgil.kernel.run_state import RunState
from mulgil.model import TaskInstance


class Verdict(Enum):
    """Ready, not yet, or never: then skipped, or failed for what lies upstream."""

    READY = "ready"
    WAIT = "wait"
    SKIP = "skip"
    UPSTREAM_FAILED = "upstream_failed"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One readiness rule: `judge` is asked often and builds no text, `explain` says why it wasn't READY.

    Both are given the run, the task's number, the task instance's row and the current instant. A shared
    rule answers alike for every map index of a task.
    """

    judge: Callable[[RunState, int, TaskInstance, datetime], Verdict]
    explain: Callable[[RunState, int, TaskInstance, datetime], Text]
    is_shared: bool = False
