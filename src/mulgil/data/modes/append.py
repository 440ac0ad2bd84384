"""`append`: rows are added, and a re-run replaces those that it had added. Any number of times.

Which rows those are, `_mulgil_write` says: it holds the producer (dag, task, map index and data
interval), so every run of one interval finds the rows of the others. A table that lacks the column can
be appended to by `dedup_key`: a row whose key is there already takes that row's place.
"""

from collections.abc import Sequence

from mulgil.data.checks import Check
from mulgil.data.modes.change import Change, Delete, Index, Run, Work
from mulgil.data.modes.mode import key_checks
from mulgil.data.modes.options import ModeOptions
from mulgil.data.own_columns import WRITE, has_column
from mulgil.data.partition import Partition
from mulgil.data.scope import append_scope
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import Column


class Append:
    """Adds rows."""

    def scopes(self, partitions: Sequence[Partition], author: str) -> tuple[str, ...]:
        """The rows of this producer."""
        return (append_scope(author),)

    def checks(self, spec: TableSpec, options: ModeOptions) -> tuple[Check, ...]:
        """Declared keys are keys."""
        return (*key_checks(spec.key), *key_checks(options.dedup_key))

    def added(self, options: ModeOptions, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The producer, unless the rows have a key."""
        return () if options.dedup_key else (WRITE,)

    def compared(self, spec: TableSpec, options: ModeOptions) -> tuple[str, ...]:
        """The key by which rows come again."""
        return options.dedup_key

    def changes(self, work: Work) -> tuple[Change, ...]:
        """Delete this producer's rows and those that come again, insert."""
        own: tuple[Change, ...] = ()
        if has_column(work.existing, WRITE.name):
            own = (Delete(f"{work.dialect.identifier(WRITE.name)} = {work.author_literal}"),)
        return (*own, *self._known(work), *work.forget_deleted(), work.insert(is_authored=True))

    def _known(self, work: Work) -> tuple[Change, ...]:
        key = work.options.dedup_key
        if not key:
            return ()
        match = work.match("staged", "kept", columns=key)
        known = f"EXISTS (SELECT 1 FROM {work.stage} AS staged WHERE {match})"
        return (Index(key), Run(f"DELETE FROM {work.table} AS kept WHERE {known}"))
