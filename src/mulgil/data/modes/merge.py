"""`merge`: each staged row takes the place of the table's row with the same key, unless that one is newer.

Newer is what `version_by` says, or else the data interval that brought the row, kept in
`_mulgil_interval_end`. A row with `delete_flag` deletes its key; the deletion is remembered with its
version in the tombstones, so that an older row of the key, coming later, doesn't bring it back. So the
table is the same in whatever order the intervals are run, and however often.
"""

from collections.abc import Sequence

from mulgil.data.checks import Check, NotNull
from mulgil.data.modes.change import Change, CreateTombstones, Index, Run, Work
from mulgil.data.modes.mode import key_checks
from mulgil.data.modes.options import ModeOptions
from mulgil.data.own_columns import INTERVAL_END
from mulgil.data.partition import Partition
from mulgil.data.scope import merge_scope
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import Column


class Merge:
    """Updates by key, and inserts."""

    def scopes(self, partitions: Sequence[Partition], author: str) -> tuple[str, ...]:
        """What this producer merged."""
        return (merge_scope(author),)

    def checks(self, spec: TableSpec, options: ModeOptions) -> tuple[Check, ...]:
        """The key is one, and every row has a version."""
        version = (NotNull(columns=(options.version_by,)),) if options.version_by else ()
        return (*key_checks(spec.key), *version)

    def added(self, options: ModeOptions, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The interval, unless the rows have a version."""
        return () if options.version_by else (INTERVAL_END,)

    def compared(self, spec: TableSpec, options: ModeOptions) -> tuple[str, ...]:
        """Key and version."""
        return (*spec.key, options.version_by or "")

    def changes(self, work: Work) -> tuple[Change, ...]:
        """Delete the older rows of the staged keys, insert where no newer one is left."""
        staged, kept = f"{work.stage} AS staged", f"{work.table} AS kept"
        match = work.match("staged", "kept")
        older = f"EXISTS (SELECT 1 FROM {staged} WHERE {match} AND {self._is_older(work, 'kept')})"
        newer = f"EXISTS (SELECT 1 FROM {kept} WHERE {match})"
        wanted = [f"NOT {newer}"]
        if self._remembers(work):
            gone = f"SELECT 1 FROM {work.tombstones} AS gone WHERE {work.match('staged', 'gone')}"
            wanted.append(f"NOT EXISTS ({gone} AND NOT {self._is_older(work, 'gone')})")
        if work.options.delete_flag is not None:
            wanted.append(f"NOT {self._is_deleted(work)}")
        return (
            Index(work.spec.key),
            *self._create(work),
            Run(f"DELETE FROM {kept} WHERE {older}"),
            work.insert_where(" AND ".join(wanted)),
            *self._remember(work, newer),
        )

    def _create(self, work: Work) -> tuple[Change, ...]:
        if work.options.delete_flag is None or work.has_tombstones:
            return ()
        by_name = {column.name.casefold(): column for column in work.existing}
        return (CreateTombstones(tuple(by_name[name.casefold()] for name in (*work.spec.key, self._order(work)))),)

    def _remember(self, work: Work, newer: str) -> tuple[Run, ...]:
        if not self._remembers(work):
            return ()
        staged, gone = f"{work.stage} AS staged", f"{work.tombstones} AS gone"
        match = work.match("staged", "gone")
        older = f"EXISTS (SELECT 1 FROM {staged} WHERE {match} AND {self._is_older(work, 'gone')})"
        forget = Run(f"DELETE FROM {gone} WHERE {older}")
        if work.options.delete_flag is None:
            return (forget,)
        key, order = work.spec.key, self._order(work)
        version = work.of("staged", order) if work.options.version_by else work.end_literal
        return (
            forget,
            Run(
                f"INSERT INTO {work.tombstones} ({work.listed((*key, order))}) "
                f"SELECT {work.listed(key, alias='staged')}, {version} FROM {staged} "
                f"WHERE {self._is_deleted(work)} AND NOT {newer} AND NOT EXISTS (SELECT 1 FROM {gone} WHERE {match})"
            ),
        )

    def _remembers(self, work: Work) -> bool:
        return work.has_tombstones or work.options.delete_flag is not None

    def _order(self, work: Work) -> str:
        return work.options.version_by or INTERVAL_END.name

    def _is_older(self, work: Work, alias: str) -> str:
        """Return the condition under which a row of `alias` isn't newer than the staged one."""
        order = work.of(alias, self._order(work))
        version = work.of("staged", work.options.version_by) if work.options.version_by else work.end_literal
        return f"({order} IS NULL OR {order} <= {version})"

    def _is_deleted(self, work: Work) -> str:
        flag = work.of("staged", work.options.delete_flag or "")
        return f"({flag} IS NOT NULL AND {flag} <> 0)"
