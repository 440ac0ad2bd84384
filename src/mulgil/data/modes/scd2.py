"""`scd2`: the table keeps every version of a key's row, each with the time in which it was true.

Validity comes from the data (`valid_from`), never from the moment of loading: a version lasts from its
own `valid_from` to that of the key's next one. A staged row that changes nothing makes no version; one
with `delete_flag` ends the last version and makes none.

What a version is depends on the one before, so intervals are applied in their order: the ledger keeps
the end of the last (`TableEntry.ordered_until`), and an earlier one is refused. The last may be run again:
`_mulgil_write` says which versions it opened and `_mulgil_closed_by` which it ended, so it is undone
first, and then applied anew.
"""

from collections.abc import Sequence

from mulgil.data.checks import Check
from mulgil.data.modes.change import Change, Delete, Index, RefuseLate, Run, Work
from mulgil.data.modes.mode import key_checks
from mulgil.data.modes.options import ModeOptions
from mulgil.data.own_columns import CLOSED_BY, INTERVAL_END, WRITE
from mulgil.data.partition import Partition
from mulgil.data.scope import merge_scope
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import Column

_CHANGED = "_mulgil_changed"


class Scd2:
    """Keeps versions."""

    def scopes(self, partitions: Sequence[Partition], author: str) -> tuple[str, ...]:
        """What this producer merged."""
        return (merge_scope(author),)

    def checks(self, spec: TableSpec, options: ModeOptions) -> tuple[Check, ...]:
        """A key has one row an instant."""
        return key_checks((*spec.key, options.valid_from or ""))

    def added(self, options: ModeOptions, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The end of the validity, of the type of its start; who opened and who ended the version."""
        since = (options.valid_from or "").casefold()
        found = next(column for column in columns if column.name.casefold() == since)
        return (Column(options.end_column, found.type, found.kind), WRITE, INTERVAL_END, CLOSED_BY)

    def compared(self, spec: TableSpec, options: ModeOptions) -> tuple[str, ...]:
        """Key and validity."""
        return (*spec.key, options.valid_from or "", options.end_column)

    def changes(self, work: Work) -> tuple[Change, ...]:
        """Undo this producer's last write, refuse what comes too late, end and open versions."""
        return _Versions(work).changes()


class _Versions:
    """The statements of one publish. In `_mulgil_changed` the columns are k0…, since, a0…, gone, ended."""

    def __init__(self, work: Work) -> None:
        self._work = work
        name = work.dialect.identifier
        self._since, self._until = name(work.options.valid_from or ""), name(work.options.end_column)
        self._closed_by = name(CLOSED_BY.name)
        known = {column.casefold() for column in (*work.spec.key, work.options.valid_from or "")}
        self._key = [name(column) for column in work.spec.key]
        self._attributes = [name(column.name) for column in work.columns if column.name.casefold() not in known]
        self._keys = [f"k{number}" for number in range(len(self._key))]
        self._values = [f"a{number}" for number in range(len(self._attributes))]

    def changes(self) -> tuple[Change, ...]:
        work = self._work
        return (
            Index(work.spec.key),
            Delete(f"{work.dialect.identifier(WRITE.name)} = {work.author_literal}"),
            Run(self._reopen()),
            RefuseLate(self._late()),
            Run(f"CREATE TEMPORARY TABLE {_CHANGED} AS {self._changed()}"),
            Run(self._close()),
            Run(self._open()),
            Run(f"DROP TABLE {_CHANGED}"),
        )

    def _reopen(self) -> str:
        """Let what this producer had ended last until the key's next version, if there is one."""
        table = self._work.table
        later = (
            f"SELECT min(later.{self._since}) FROM {table} AS later "
            f"WHERE {self._work.match('later', 'kept')} AND later.{self._since} > kept.{self._since}"
        )
        return (
            f"UPDATE {table} AS kept SET {self._until} = ({later}), {self._closed_by} = NULL "
            f"WHERE kept.{self._closed_by} = {self._work.author_literal}"
        )

    def _is_past(self) -> str:
        """Return the condition under which the table knows as late or later a change of the staged key."""
        since = f"staged.{self._since}"
        return (
            f"EXISTS (SELECT 1 FROM {self._work.table} AS kept WHERE {self._work.match('staged', 'kept')} "
            f"AND ({since} <= kept.{self._since} OR {since} <= kept.{self._until}))"
        )

    def _late(self) -> str:
        work = self._work
        kept = f"SELECT 1 FROM {work.table} AS kept WHERE {work.match('staged', 'kept')}"
        same = " AND ".join(
            [
                f"kept.{self._since} = staged.{self._since}",
                *(work.dialect.same(f"kept.{each}", f"staged.{each}") for each in self._attributes),
            ]
        )
        is_known = f"(NOT {self._is_deleted()} AND EXISTS ({kept} AND {same}))"
        # The key was deleted at that instant: a version ends there, and none begins.
        is_gone = (
            f"({self._is_deleted()} AND EXISTS ({kept} AND kept.{self._until} = staged.{self._since}) "
            f"AND NOT EXISTS ({kept} AND kept.{self._since} = staged.{self._since}))"
        )
        return (
            f"SELECT staged.* FROM {work.stage} AS staged WHERE {self._is_past()} AND NOT {is_known} AND NOT {is_gone}"
        )

    def _changed(self) -> str:
        """Return the staged rows that begin or end a version, each with the instant of the key's next one."""
        work = self._work
        names = [*self._keys, *self._values]
        picked = ", ".join(
            f"staged.{column} AS {name}" for column, name in zip([*self._key, *self._attributes], names, strict=True)
        )
        new = (
            f"SELECT {picked}, staged.{self._since} AS since, CASE WHEN {self._is_deleted()} THEN 1 ELSE 0 END AS gone "
            f"FROM {work.stage} AS staged WHERE NOT {self._is_past()}"
        )
        before = "".join(f", lag({name}) OVER told AS b_{name}" for name in [*self._values, "gone"])
        ordered = (
            f"SELECT new.*, row_number() OVER told AS place{before} FROM new "
            f"WINDOW told AS (PARTITION BY {', '.join(self._keys)} ORDER BY since)"
        )
        same = [work.dialect.same(f"ordered.{name}", f"ordered.b_{name}") for name in self._values]
        as_kept = [
            work.dialect.same(f"ordered.{name}", f"kept.{column}")
            for name, column in zip(self._values, self._attributes, strict=True)
        ]
        match = " AND ".join(
            f"kept.{column} = ordered.{name}" for column, name in zip(self._key, self._keys, strict=True)
        )
        begins = (
            f"CASE WHEN ordered.place > 1 THEN CASE WHEN ordered.b_gone = 1 THEN ordered.gone = 0 "
            f"ELSE ordered.gone = 1 OR NOT ({_all(same)}) END "
            f"WHEN kept.{self._key[0]} IS NULL THEN ordered.gone = 0 ELSE ordered.gone = 1 OR NOT ({_all(as_kept)}) END"
        )
        return (
            f"WITH new AS ({new}), ordered AS ({ordered}) "
            f"SELECT {', '.join(f'ordered.{name}' for name in names)}, ordered.since, ordered.gone, "
            f"lead(ordered.since) OVER (PARTITION BY {', '.join(f'ordered.{name}' for name in self._keys)} "
            f"ORDER BY ordered.since) AS ended "
            f"FROM ordered LEFT JOIN {work.table} AS kept ON {match} AND kept.{self._until} IS NULL WHERE {begins}"
        )

    def _close(self) -> str:
        match = " AND ".join(
            f"kept.{column} = begun.{name}" for column, name in zip(self._key, self._keys, strict=True)
        )
        keys = ", ".join(self._keys)
        return (
            f"UPDATE {self._work.table} AS kept SET {self._until} = begun.since, "
            f"{self._closed_by} = {self._work.author_literal} "
            f"FROM (SELECT {keys}, min(since) AS since FROM {_CHANGED} GROUP BY {keys}) AS begun "
            f"WHERE {match} AND kept.{self._until} IS NULL"
        )

    def _open(self) -> str:
        work = self._work
        constants = work.constants(is_authored=True)
        into = [*self._key, self._since, *self._attributes, self._until]
        values = [*self._keys, "since", *self._values, "ended"]
        return (
            f"INSERT INTO {work.table} "
            f"({', '.join([*into, *(work.dialect.identifier(name) for name, _ in constants)])}) "
            f"SELECT {', '.join([*values, *(value for _, value in constants)])} FROM {_CHANGED} WHERE gone = 0"
        )

    def _is_deleted(self) -> str:
        if self._work.options.delete_flag is None:
            return "(1 = 0)"
        flag = self._work.of("staged", self._work.options.delete_flag)
        return f"({flag} IS NOT NULL AND {flag} <> 0)"


def _all(conditions: Sequence[str]) -> str:
    return " AND ".join(conditions) or "1 = 1"
