"""`replace_partition`: the named partitions hold the staged rows and nothing else. Any order, any number of times."""

from collections.abc import Sequence

from mulgil.data.checks import Check
from mulgil.data.modes.change import Change, Delete, Work
from mulgil.data.modes.mode import key_checks
from mulgil.data.modes.options import ModeOptions
from mulgil.data.partition import Partition
from mulgil.data.predicate import partition_column, predicate
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import Column


class ReplacePartition:
    """Replaces the partitions that the write names."""

    def scopes(self, partitions: Sequence[Partition], author: str) -> tuple[str, ...]:
        """One a partition."""
        return tuple(sorted(part.scope for part in partitions))

    def checks(self, spec: TableSpec, options: ModeOptions) -> tuple[Check, ...]:
        """A declared key is one."""
        return key_checks(spec.key)

    def added(self, options: ModeOptions, columns: Sequence[Column]) -> tuple[Column, ...]:
        """None."""
        return ()

    def compared(self, spec: TableSpec, options: ModeOptions) -> tuple[str, ...]:
        """The partition column."""
        return (spec.partition_by or "",)

    def changes(self, work: Work) -> tuple[Change, ...]:
        """Delete the partitions' rows, insert the staged ones, which all belong to them."""
        column = partition_column(work.spec, work.existing)
        where = predicate(work.partitions, column, work.dialect)
        return (Delete(where), *work.forget_deleted(), work.insert())
