"""The schema contract: what goes into which column, decided before a row is published.

A table's columns are those that its author declared, or else what its first write gave it. Every later
write brings the same columns, in any order, letter case aside; what else it may do is the table's
`SchemaContract`, *freeze* unless it says otherwise.

Types: where a column is declared, its values decide: each must fit the declared type unchanged, whatever
type it comes in, and however much wider the table's is. Where it isn't, types decide: a narrower number may
go into a wider column. Never, under any rule: text into a number, a number into text, a decimal into a
float or back, an instant into a naive timestamp or back. Nothing here reads a row; `conform` applies the
plan to the stage.
"""

from collections.abc import Sequence

import msgspec

from mulgil.data.column_type import DeclaredColumn
from mulgil.data.errors import SchemaMismatchError
from mulgil.data.schema_contract import Change, Rule
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import Column, ColumnKind, Conversion, Dialect

_INSTANTS = {ColumnKind.TIMESTAMP, ColumnKind.TIMESTAMP_TZ}


class Misfit(msgspec.Struct, frozen=True, kw_only=True):
    """Values that may not go into a column: the condition under which a staged row has one, and how to say it.

    `is_dropped`: such rows are left out and counted instead of failing the write.
    """

    condition: str
    code: str
    column: str
    type: str
    is_dropped: bool = False


class PlannedColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A staged column as it goes into the table: `expression` is SQL over the staged columns."""

    name: str
    type: str
    expression: str
    misfits: tuple[Misfit, ...] = ()


class ColumnPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of the staged columns. `discarded` are dropped; `changes` say what the table will gain."""

    columns: tuple[PlannedColumn, ...]
    discarded: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


class TableChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What a publish does to the table's columns before its rows."""

    added: tuple[Column, ...] = ()
    widened: tuple[tuple[Column, str], ...] = ()


def require_distinct_columns(table: str, names: Sequence[str]) -> None:
    """Refuse two columns whose names differ in letter case only, and names that no target holds.

    Raises:
        SchemaMismatchError: Naming the column.
    """
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise SchemaMismatchError("data.column_twice", table=table, column=name)
        if not name or "\x00" in name:
            raise SchemaMismatchError("data.column_nameless", table=table, columns=", ".join(map(repr, names))[:500])
        seen.add(name.casefold())


def require_typed_columns(table: str, staged: Sequence[Column]) -> None:
    """Refuse to create a table from a column that holds nothing but NULL, whose type nobody can know.

    Raises:
        SchemaMismatchError: Naming the column.
    """
    for column in staged:
        if not column.type:
            raise SchemaMismatchError("data.column_untyped", table=table, column=column.name)


def plan_columns(
    spec: TableSpec, existing: Sequence[Column] | None, staged: Sequence[Column], dialect: Dialect
) -> ColumnPlan:
    """Decide what becomes of each staged column; `existing` are the table's, None where it isn't there.

    Raises:
        SchemaMismatchError: Naming the first column that is missing, extra or of a type that doesn't fit.
    """
    planner = _Planner(spec, existing or (), dialect)
    planned = [planner.plan(column) for column in staged]
    planner.require_present(staged)
    return ColumnPlan(
        columns=tuple(column for column in planned if column is not None),
        discarded=tuple(planner.discarded),
        changes=tuple(planner.changes),
    )


class _Planner:
    """One table and what its contract says, column by column."""

    def __init__(self, spec: TableSpec, existing: Sequence[Column], dialect: Dialect) -> None:
        self._spec = spec
        self._dialect = dialect
        self._declared = {column.name.casefold(): column for column in spec.columns}
        self._existing = {column.name.casefold(): column for column in existing}
        self.discarded: list[str] = []
        self.changes: list[str] = []

    def plan(self, staged: Column) -> PlannedColumn | None:
        """Plan one staged column; None if it is dropped."""
        folded = staged.name.casefold()
        declared, kept = self._declared.get(folded), self._existing.get(folded)
        if declared is not None:
            return self._plan_declared(staged, declared, kept)
        if kept is not None:
            return self._plan_kept(staged, kept)
        if self._declared or self._existing:
            return self._plan_new(staged)
        return self._unchanged(staged)

    def require_present(self, staged: Sequence[Column]) -> None:
        """Refuse the absence of a column, unless NULL may stand for it."""
        there = {column.name.casefold() for column in staged}
        types = {
            **{folded: self._dialect.column_type(column.type) for folded, column in self._declared.items()},
            **{folded: column.type for folded, column in self._existing.items()},
        }
        for folded, type_name in types.items():
            if folded not in there:
                self._require_nullable(folded, type_name)

    def _require_nullable(self, folded: str, type_name: str) -> None:
        declared, kept = self._declared.get(folded), self._existing.get(folded)
        name = declared.name if declared is not None else kept.name if kept is not None else folded
        is_nullable = declared is None or declared.is_nullable
        if is_nullable and self._spec.contract.rule(Change.MISSING, name) is Rule.EVOLVE:
            return
        raise SchemaMismatchError("data.column_missing", table=self._spec.name, column=name, type=type_name)

    def _plan_new(self, staged: Column) -> PlannedColumn | None:
        rule = self._spec.contract.rule(Change.NEW, staged.name)
        if rule is Rule.FREEZE:
            raise SchemaMismatchError(
                "data.column_extra", table=self._spec.name, column=staged.name, type=staged.type or "NULL"
            )
        if rule is Rule.DISCARD or not staged.type:
            self.discarded.append(staged.name)
            return None
        self.changes.append(f"add {staged.name} {staged.type}")
        return self._unchanged(staged)

    def _plan_kept(self, staged: Column, kept: Column) -> PlannedColumn:
        if self._dialect.fits(staged.type, kept.type):
            return self._converted(staged, kept.type, self._conversion(staged, kept.type), is_dropped=False)
        rule = self._spec.contract.rule(Change.TYPE, staged.name)
        if rule is Rule.EVOLVE and (wide := self._least_common(kept, staged.type)) is not None:
            self.changes.append(f"widen {kept.name} {kept.type} to {wide}")
            return self._converted(staged, wide, self._conversion(staged, wide), is_dropped=False)
        conversion = None if rule is Rule.FREEZE else self._conversion(staged, kept.type)
        if conversion is None:
            raise self._misfitting(staged, kept)
        return self._converted(staged, kept.type, conversion, is_dropped=rule is Rule.DISCARD)

    def _plan_declared(self, staged: Column, declared: DeclaredColumn, kept: Column | None) -> PlannedColumn:
        wanted = self._declared_type(declared, kept)
        conversion = self._conversion(staged, wanted)
        # The table's type may be wider than the declared one, which is what values must fit.
        promised = self._dialect.column_type(declared.type)
        narrow = self._conversion(staged, promised)
        if conversion is None or narrow is None:
            raise self._misfitting(staged, self._dialect.column(declared.name, promised))
        conversion = msgspec.structs.replace(conversion, misfit=narrow.misfit or conversion.misfit)
        is_dropped = self._spec.contract.rule(Change.TYPE, declared.name) is Rule.DISCARD
        planned = self._converted(staged, wanted, conversion, is_dropped=is_dropped, named=promised)
        own = self._dialect.identifier(staged.name)
        limits = []
        if not declared.is_nullable:
            limits.append((f"{own} IS NULL", "data.value_null"))
        if declared.type.length is not None:
            limits.append((f"length({own}) > {declared.type.length}", "data.value_too_long"))
        found = tuple(
            Misfit(condition=sql, code=code, column=staged.name, type=str(declared.type), is_dropped=is_dropped)
            for sql, code in limits
        )
        return msgspec.structs.replace(planned, misfits=(*planned.misfits, *found))

    def _declared_type(self, declared: DeclaredColumn, kept: Column | None) -> str:
        """Return the type that the column has or gets."""
        spelled = self._dialect.column_type(declared.type)
        if kept is None:
            if self._existing:
                self._require_may_be_added(declared, spelled)
            return spelled
        if self._dialect.fits(spelled, kept.type):
            return kept.type
        wide = self._least_common(kept, spelled)
        if self._spec.contract.rule(Change.TYPE, declared.name) is Rule.EVOLVE and wide is not None:
            self.changes.append(f"widen {kept.name} {kept.type} to {wide}")
            return wide
        raise SchemaMismatchError(
            "data.column_declared", table=self._spec.name, column=kept.name, declared=spelled, kept=kept.type
        )

    def _require_may_be_added(self, declared: DeclaredColumn, spelled: str) -> None:
        if self._spec.contract.rule(Change.NEW, declared.name) is not Rule.EVOLVE:
            raise SchemaMismatchError(
                "data.column_not_there", table=self._spec.name, column=declared.name, type=spelled
            )
        self.changes.append(f"add {declared.name} {spelled}")

    def _least_common(self, kept: Column, other: str) -> str | None:
        # A date that becomes a timestamp would cut the table into other partitions.
        is_cut = kept.name.casefold() == (self._spec.partition_by or "").casefold()
        return None if is_cut else self._dialect.least_common(kept.type, other)

    def _conversion(self, staged: Column, wanted: str) -> Conversion | None:
        own = self._dialect.identifier(staged.name)
        return self._dialect.conversion(own, staged.type, wanted) if staged.type else Conversion(own, "")

    def _converted(
        self,
        staged: Column,
        wanted: str,
        conversion: Conversion | None,
        *,
        is_dropped: bool,
        named: str = "",
    ) -> PlannedColumn:
        own = self._dialect.identifier(staged.name)
        if conversion is None:
            return PlannedColumn(name=staged.name, type=staged.type or wanted, expression=own)
        misfit = Misfit(
            condition=conversion.misfit,
            code="data.value_misfit",
            column=staged.name,
            type=named or wanted,
            is_dropped=is_dropped,
        )
        return PlannedColumn(
            name=staged.name,
            type=wanted,
            expression=conversion.expression,
            misfits=(misfit,) if conversion.misfit else (),
        )

    def _unchanged(self, staged: Column) -> PlannedColumn:
        return PlannedColumn(name=staged.name, type=staged.type, expression=self._dialect.identifier(staged.name))

    def _misfitting(self, staged: Column, kept: Column) -> SchemaMismatchError:
        is_zone = {staged.kind, kept.kind} == _INSTANTS
        return SchemaMismatchError(
            "data.column_zone" if is_zone else "data.column_type",
            table=self._spec.name,
            column=kept.name,
            staged=staged.type,
            kept=kept.type,
        )


def created_columns(spec: TableSpec, stored: Sequence[Column], dialect: Dialect) -> tuple[Column, ...]:
    """Return the columns of a table that is made: the declared ones first, then what the data brings beside them."""
    declared = {column.name.casefold() for column in spec.columns}
    made = (
        msgspec.structs.replace(
            dialect.column(column.name, dialect.column_type(column.type)), is_nullable=column.is_nullable
        )
        for column in spec.columns
    )
    return (*made, *(column for column in stored if column.name.casefold() not in declared))


def table_changes(
    spec: TableSpec, existing: Sequence[Column], stored: Sequence[Column], dialect: Dialect
) -> TableChanges:
    """Decide, under the table's lock, what its columns need so that the conformed rows go in.

    Raises:
        SchemaMismatchError: The table was altered since the rows were conformed to it.
    """
    by_name = {column.name.casefold(): column for column in existing}
    added: list[Column] = []
    widened: list[tuple[Column, str]] = []
    for column in stored:
        kept = by_name.pop(column.name.casefold(), None)
        if kept is None:
            if spec.contract.rule(Change.NEW, column.name) is not Rule.EVOLVE:
                raise SchemaMismatchError("data.column_extra", table=spec.name, column=column.name, type=column.type)
            added.append(column)
        elif not _goes_in(column, kept, dialect):
            widened.append((kept, _widened(spec, column, kept, dialect)))
    for missing in by_name.values():
        if spec.contract.rule(Change.MISSING, missing.name) is not Rule.EVOLVE:
            raise SchemaMismatchError("data.column_missing", table=spec.name, column=missing.name, type=missing.type)
    return TableChanges(added=tuple(added), widened=tuple(widened))


def _goes_in(staged: Column, kept: Column, dialect: Dialect) -> bool:
    """Whether the values fit as they stand, without a conversion."""
    if not dialect.fits(staged.type, kept.type):
        return False
    own = dialect.identifier(staged.name)
    conversion = dialect.conversion(own, staged.type, kept.type) if staged.type else None
    return conversion is None or conversion.expression == own


def _widened(spec: TableSpec, staged: Column, kept: Column, dialect: Dialect) -> str:
    wide = dialect.least_common(kept.type, staged.type)
    if wide is None or not dialect.fits(staged.type, wide) or spec.contract.rule(Change.TYPE, kept.name) is Rule.FREEZE:
        raise SchemaMismatchError(
            "data.column_type", table=spec.name, column=kept.name, staged=staged.type, kept=kept.type
        )
    return wide
