"""A write that is ready to be published."""

import msgspec

from mulgil.data.checks import CheckResult
from mulgil.data.cursor import CursorMove
from mulgil.data.modes import ModeOptions
from mulgil.data.partition import Partition
from mulgil.data.table_spec import TableSpec, WriteMode


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A write that is staged and audited: everything that the atomic step needs."""

    spec: TableSpec
    mode: WriteMode
    options: ModeOptions
    is_shared: bool
    partitions: tuple[Partition, ...]
    scopes: tuple[str, ...]
    table_name: str
    fence: int
    inputs: tuple[str, ...]
    checks: tuple[CheckResult, ...]
    rejects: str | None = None
    cursor: CursorMove | None = None

    @property
    def watched(self) -> tuple[str, ...]:
        """The scopes whose commits decide: those that are written, and the cursor's if it moves."""
        return (*self.scopes, self.cursor.scope) if self.cursor and self.cursor.scope else self.scopes
