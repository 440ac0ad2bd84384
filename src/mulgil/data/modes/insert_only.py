"""`insert_only`: a key's row is the one of the earliest data interval that brought it, and then stays.

So rows never change once they are there, however often later intervals bring their keys; and an interval
that is run late, or again, puts its own rows where they would be, had everything been run in order.
"""

from collections.abc import Sequence

from mulgil.data.checks import Check
from mulgil.data.modes.change import Change, Index, Run, Work
from mulgil.data.modes.mode import key_checks
from mulgil.data.modes.options import ModeOptions
from mulgil.data.own_columns import INTERVAL_END
from mulgil.data.partition import Partition
from mulgil.data.scope import merge_scope
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import Column


class InsertOnly:
    """Inserts rows of new keys."""

    def scopes(self, partitions: Sequence[Partition], author: str) -> tuple[str, ...]:
        """What this producer merged."""
        return (merge_scope(author),)

    def checks(self, spec: TableSpec, options: ModeOptions) -> tuple[Check, ...]:
        """The key is one."""
        return key_checks(spec.key)

    def added(self, options: ModeOptions, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The interval."""
        return (INTERVAL_END,)

    def compared(self, spec: TableSpec, options: ModeOptions) -> tuple[str, ...]:
        """The key."""
        return spec.key

    def changes(self, work: Work) -> tuple[Change, ...]:
        """Delete the staged keys' rows of this and later intervals, insert where none is left."""
        match = work.match("staged", "kept")
        staged = f"EXISTS (SELECT 1 FROM {work.stage} AS staged WHERE {match})"
        later = f"{work.of('kept', INTERVAL_END.name)} >= {work.end_literal}"
        return (
            Index(work.spec.key),
            Run(f"DELETE FROM {work.table} AS kept WHERE {later} AND {staged}"),
            *work.forget_deleted(),
            work.insert_where(f"NOT EXISTS (SELECT 1 FROM {work.table} AS kept WHERE {match})"),
        )
