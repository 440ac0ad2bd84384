"""What people can do, one file a use case: the submit side, and the apply side for the owning scheduler.

Submitting validates, inserts the command row, rings the doorbell and waits a moment for the answer
(`LocalControl`). Applying turns a command and the state it meets into an `Effect`: what the owner writes
or tells the kernel. Nothing here decides about task instances; that is the kernel's.
"""

from mulgil.operations.backfill import (
    DEFAULT_MAX_ACTIVE,
    apply_change_backfill,
    apply_create_backfill,
    command_of,
    plan_backfill,
)
from mulgil.operations.backfill_progress import BackfillProgress, progress_of
from mulgil.operations.cancel import apply_cancel
from mulgil.operations.clear import apply_clear
from mulgil.operations.effect import (
    ChangeDag,
    ChangeRun,
    CreateRun,
    Effect,
    MoveBackfill,
    NoEffect,
    StartBackfill,
    applied_event,
    command_name,
)
from mulgil.operations.errors import InvalidArgumentError, OperationError
from mulgil.operations.local_control import LocalControl
from mulgil.operations.mark import apply_mark
from mulgil.operations.params import check_conf
from mulgil.operations.pause import apply_pause
from mulgil.operations.run_identity import make_run_id
from mulgil.operations.trigger import apply_trigger

__all__ = [
    "DEFAULT_MAX_ACTIVE",
    "BackfillProgress",
    "ChangeDag",
    "ChangeRun",
    "CreateRun",
    "Effect",
    "InvalidArgumentError",
    "LocalControl",
    "MoveBackfill",
    "NoEffect",
    "OperationError",
    "StartBackfill",
    "applied_event",
    "apply_cancel",
    "apply_change_backfill",
    "apply_clear",
    "apply_create_backfill",
    "apply_mark",
    "apply_pause",
    "apply_trigger",
    "check_conf",
    "command_name",
    "command_of",
    "make_run_id",
    "plan_backfill",
    "progress_of",
]
