"""Events and commands as rows. Both are tagged unions that only grow: a reader skips what it doesn't know."""

from collections.abc import Sequence
from typing import get_args

import msgspec

from mulgil.messages import Command, CommandAnswer, CommandPayload
from mulgil.model import Event, EventPayload
from mulgil.ports import AnsweredCommand
from mulgil.stores.sql.database import Params, Row
from mulgil.stores.sql.instants import from_microseconds, to_microseconds
from mulgil.stores.sql.rows.columns import json_column

_payload_decoder: msgspec.json.Decoder[EventPayload] = msgspec.json.Decoder(EventPayload)
_command_decoder: msgspec.json.Decoder[CommandPayload] = msgspec.json.Decoder(CommandPayload)
_answer_decoder: msgspec.json.Decoder[CommandAnswer] = msgspec.json.Decoder(CommandAnswer)

_KNOWN_EVENT_KINDS = tuple(str(kind.__struct_config__.tag) for kind in get_args(EventPayload))


def _kind(payload: EventPayload | CommandPayload) -> str:
    return str(payload.__struct_config__.tag)


def event_params(event: Event) -> Params:
    """Return an event's columns by name; the database gives its `seq`."""
    return {
        "at": to_microseconds(event.at),
        "kind": _kind(event.payload),
        "payload": json_column(event.payload),
        "dag_id": event.dag_id,
        "run_id": event.run_id,
        "task_id": event.task_id,
        "map_index": event.map_index,
    }


def kinds_param(kinds: Sequence[str]) -> str:
    """Return the event kinds to read, of those that this version knows; none given = all."""
    return json_column([kind for kind in _KNOWN_EVENT_KINDS if not kinds or kind in kinds])


def event_value(row: Row) -> Event | None:
    """Build an event from its row; None when a newer version wrote what this one can't read."""
    try:
        payload = _payload_decoder.decode(row[3])
    except msgspec.ValidationError:
        return None
    return Event(
        seq=row[0],
        at=from_microseconds(row[1]),
        payload=payload,
        dag_id=row[4],
        run_id=row[5],
        task_id=row[6],
        map_index=row[7],
    )


def command_params(command: Command) -> Params:
    """Return a command's columns by name."""
    return {
        "command_id": command.command_id,
        "kind": _kind(command.payload),
        "payload": json_column(command.payload),
        "submitted_at": to_microseconds(command.submitted_at),
        "submitted_by": command.by,
    }


def command_value(row: Row) -> Command | None:
    """Build a command from its row; None when a newer version wrote what this one can't read."""
    try:
        payload = _command_decoder.decode(row[1])
    except msgspec.ValidationError:
        return None
    return Command(command_id=row[0], payload=payload, submitted_at=from_microseconds(row[2]), by=row[3])


def answer_params(answered: AnsweredCommand) -> Params:
    """Return an answer's columns by name."""
    return {"command_id": answered.command_id, "answer": json_column(answered.answer)}


def answer_value(column: str) -> CommandAnswer:
    """Decode an answer."""
    return _answer_decoder.decode(column)
