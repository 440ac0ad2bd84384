"""`replace`: the table holds the staged rows and nothing else. The last that was opened wins, whole."""

from collections.abc import Sequence

from mulgil.data.checks import Check
from mulgil.data.modes.change import Change, Delete, Run, Work
from mulgil.data.modes.mode import key_checks
from mulgil.data.modes.options import ModeOptions
from mulgil.data.partition import Partition
from mulgil.data.scope import WHOLE_TABLE
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import Column


class Replace:
    """Replaces the whole table."""

    def scopes(self, partitions: Sequence[Partition], author: str) -> tuple[str, ...]:
        """The whole table."""
        return (WHOLE_TABLE,)

    def checks(self, spec: TableSpec, options: ModeOptions) -> tuple[Check, ...]:
        """A declared key is one."""
        return key_checks(spec.key)

    def added(self, options: ModeOptions, columns: Sequence[Column]) -> tuple[Column, ...]:
        """None."""
        return ()

    def compared(self, spec: TableSpec, options: ModeOptions) -> tuple[str, ...]:
        """None."""
        return ()

    def changes(self, work: Work) -> tuple[Change, ...]:
        """Delete everything, what was known of deleted keys included; insert."""
        forget = (Run(f"DELETE FROM {work.tombstones}"),) if work.has_tombstones else ()
        return (Delete(), *forget, work.insert())
