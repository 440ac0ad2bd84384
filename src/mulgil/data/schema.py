"""The schema contract: *freeze*. A table's columns are what its first write gave it, until somebody alters it.

A first write creates the table from the staged columns, all nullable. Every later write must bring the
same columns (in any order, letter case aside), each of a type whose values fit unchanged: a narrower
number may go into a wider column, never a string into a number or a zoned timestamp into a naive one.
A missing, an extra or a misfitting column is an error that names it and both types; nothing is guessed,
cast or dropped. Changing a table on purpose is an ALTER TABLE by its owner.
"""

from collections.abc import Sequence

from mulgil.data.errors import SchemaMismatchError
from mulgil.data.target import Column, Dialect


def require_distinct_columns(table: str, names: Sequence[str]) -> None:
    """Refuse two columns whose names differ in letter case only.

    Raises:
        SchemaMismatchError: Naming the column.
    """
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise SchemaMismatchError("data.column_twice", table=table, column=name)
        seen.add(name.casefold())


def require_typed_columns(table: str, staged: Sequence[Column]) -> None:
    """Refuse to create a table from a column that holds nothing but NULL, whose type nobody can know.

    Raises:
        SchemaMismatchError: Naming the column.
    """
    for column in staged:
        if not column.type:
            raise SchemaMismatchError("data.column_untyped", table=table, column=column.name)


def require_same_columns(table: str, existing: Sequence[Column], staged: Sequence[Column], dialect: Dialect) -> None:
    """Refuse staged columns that aren't the table's.

    Raises:
        SchemaMismatchError: Naming the first column that is missing, extra or of a type that doesn't fit.
    """
    by_name = {column.name.casefold(): column for column in existing}
    for column in staged:
        kept = by_name.pop(column.name.casefold(), None)
        if kept is None:
            raise SchemaMismatchError("data.column_extra", table=table, column=column.name, type=column.type)
        if not dialect.fits(column.type, kept.type):
            raise SchemaMismatchError(
                "data.column_type", table=table, column=kept.name, staged=column.type, kept=kept.type
            )
    for missing in by_name.values():
        raise SchemaMismatchError("data.column_missing", table=table, column=missing.name, type=missing.type)
