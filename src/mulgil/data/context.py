"""What a write is told about the attempt that makes it, and how it talks back."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from mulgil.data.fault_point import FaultPoint
from mulgil.data.outcome import WriteOutcome
from mulgil.model import UNMAPPED, DataInterval
from mulgil.ports import Clock


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
    """Told just before a publish: if the attempt dies from here on, the target knows whether it committed."""

    table_name: str
    scopes: tuple[str, ...]
    write_id: str


def _ignore(*_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True, kw_only=True)
class WriteContext:
    """The attempt behind a write.

    `is_pure`: the task does nothing but this write, so a write that the ledger already holds need not
    be made again. `ordinal` counts the task's writes of one table. `inputs` are commits that the rows
    derive from, beside those that the source itself names.
    """

    clock: Clock
    run_uid: str
    run_id: str
    dag_id: str
    task_id: str
    data_interval: DataInterval
    map_index: int = UNMAPPED
    clear_number: int = 0
    ordinal: int = 0
    timezone: str = "UTC"
    code_version: str = ""
    parameters: str = "{}"
    is_pure: bool = False
    inputs: tuple[str, ...] = ()
    fault: Callable[[str], None] = field(default=_ignore)
    publishing: Callable[[Announcement], None] = field(default=_ignore)
    committed: Callable[[WriteOutcome], None] = field(default=_ignore)
    progress: Callable[[int, int | None], None] = field(default=_ignore)

    def hit(self, point: FaultPoint) -> None:
        """Pass a fault point."""
        self.fault(point.value)

    def now_us(self) -> int:
        """Return the current instant in µs since the epoch."""
        return int(self.clock.now().timestamp() * 1_000_000)
