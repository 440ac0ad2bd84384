"""What applying a command comes to: the answer, and what the owning scheduler does for it."""

from datetime import datetime

import msgspec

from mulgil.i18n import FieldValue, Text
from mulgil.kernel import BackfillCause, RunEvent
from mulgil.messages import Applied, Command, CommandAnswer, Refused
from mulgil.model import Backfill, BackfillRun, CommandApplied, Dag, DagRun, Event


class CreateRun(msgspec.Struct, frozen=True):
    """Create this run."""

    run: DagRun
    answer: CommandAnswer


class ChangeRun(msgspec.Struct, frozen=True):
    """Give this event to the run of the command."""

    event: RunEvent
    answer: CommandAnswer


class ChangeDag(msgspec.Struct, frozen=True):
    """Write this dag row."""

    dag: Dag
    answer: CommandAnswer


class StartBackfill(msgspec.Struct, frozen=True):
    """Create this backfill with its intervals."""

    backfill: Backfill
    runs: tuple[BackfillRun, ...]
    answer: CommandAnswer


class MoveBackfill(msgspec.Struct, frozen=True):
    """Move the backfill of the command along its state table; a cancel ends what it has under way."""

    cause: BackfillCause
    answer: CommandAnswer


class NoEffect(msgspec.Struct, frozen=True):
    """Nothing to write but the answer: refused, or true already."""

    answer: CommandAnswer


Effect = CreateRun | ChangeRun | ChangeDag | StartBackfill | MoveBackfill | NoEffect


def refuse(code: str, /, **fields: FieldValue) -> NoEffect:
    """Refuse a command for the reason `code`."""
    return NoEffect(Refused(Text(code, fields)))


def applied(**facts: FieldValue) -> Applied:
    """Say that a command took effect, with these facts."""
    return Applied(facts)


def command_name(command: Command) -> str:
    """Return the kind of a command as it is recorded, such as `trigger_dag_run`."""
    return str(command.payload.__struct_config__.tag)


def applied_event(command: Command, answer: CommandAnswer, *, at: datetime) -> Event:
    """Return the audit event of an answered command."""
    payload = CommandApplied(
        command_id=command.command_id,
        command=command_name(command),
        by=command.by,
        refused=answer.reason if isinstance(answer, Refused) else None,
    )
    return Event(at=at, payload=payload, dag_id=command.payload.dag_id, run_id=getattr(command.payload, "run_id", None))
