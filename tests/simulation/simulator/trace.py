"""What happened, in words, for reading after a seed has failed. A play without a reader keeps no trace."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from mulgil.model import AttemptState
from mulgil.ports import Batch

if TYPE_CHECKING:
    from tests.simulation.simulator.agenda import Agenda

_LONGEST = 300


class Trace:
    """Lines with their times."""

    def __init__(self, agenda: "Agenda", tell: Callable[[str], None]) -> None:
        self._agenda = agenda
        self._tell = tell

    def say(self, words: str) -> None:
        """Add a line."""
        self._tell(f"{self._agenda.now:9.4f}  {words}")

    def message(self, way: str, message: msgspec.Struct) -> None:
        """Add what was said."""
        self.say(f"{way} {_short(message)}")

    def commit(self, batch: Batch, epoch: int) -> None:
        """Add what was committed."""
        rows = [f"{row.run_id}/{row.task_id}[{row.map_index}]={row.state}#{row.try_number}" for row in batch.instances]
        runs = [f"{run.run_id}={run.state}" for run in (*batch.new_runs, *batch.runs)]
        ended = (AttemptState.ENDED, AttemptState.LOST)
        attempts = [
            f"{one.attempt_id}={one.outcome if one.state in ended else one.state}@{one.daemon_id}"
            for one in batch.attempts
        ]
        answers = [answer.command_id for answer in batch.answers]
        self.say(f"commit of epoch {epoch}: runs {runs} rows {rows} attempts {attempts} answers {answers}")


def _short(message: object) -> str:
    if isinstance(message, msgspec.Struct):
        fields = ", ".join(
            _short(getattr(message, name)) for name in message.__struct_fields__ if name not in ("run", "instance")
        )
        return f"{type(message).__name__}({fields})"[:_LONGEST]
    if isinstance(message, datetime):
        return f"{message:%H:%M:%S.%f}"
    if isinstance(message, tuple):
        return "[" + ", ".join(_short(one) for one in message) + "]"
    return str(message)
