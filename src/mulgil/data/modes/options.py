"""What an author may say about a mode, beside its name."""

from collections.abc import Sequence

import msgspec

from mulgil.data.errors import DeclarationError, SchemaMismatchError
from mulgil.data.table_spec import TableSpec, WriteMode
from mulgil.data.target import Column, ColumnKind

_USED_BY: dict[str, tuple[WriteMode, ...]] = {
    "delete_flag": (WriteMode.MERGE, WriteMode.SCD2),
    "version_by": (WriteMode.MERGE,),
    "dedup_key": (WriteMode.APPEND,),
    "valid_from": (WriteMode.SCD2,),
    "valid_to": (WriteMode.SCD2,),
}
_KEYED = (WriteMode.MERGE, WriteMode.INSERT_ONLY, WriteMode.SCD2)


class ModeOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Names of columns of the staged rows (`valid_to`: of the table) that mean something to the mode.

    delete_flag: rows in which it is true say that their key was deleted; the column itself isn't stored.
    version_by: of two rows of one key the one with the higher value stays, whichever comes first.
    dedup_key: the columns by which a row that was appended before is found again.
    valid_from: the instant or date since which a row is true.
    valid_to: the column, added by us, in which the validity ends; NULL while it lasts.
    """

    delete_flag: str | None = None
    version_by: str | None = None
    dedup_key: tuple[str, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None

    @property
    def end_column(self) -> str:
        """The column in which a version's validity ends."""
        return self.valid_to or "valid_to"

    def named(self) -> dict[str, tuple[str, ...]]:
        """Return each given option with the columns that it names in the staged rows."""
        given = {
            "delete_flag": self.delete_flag,
            "version_by": self.version_by,
            "valid_from": self.valid_from,
        }
        found: dict[str, tuple[str, ...]] = {
            option: (column,) for option, column in given.items() if column is not None
        }
        return {**found, "dedup_key": self.dedup_key} if self.dedup_key else found


def require_fitting(spec: TableSpec, mode: WriteMode, options: ModeOptions) -> None:
    """Refuse what the mode can't be declared with.

    Raises:
        DeclarationError: An option isn't the mode's, or one that it needs is missing, or the table's key.
    """
    for option, modes in _USED_BY.items():
        if getattr(options, option) and mode not in modes:
            raise DeclarationError(
                "data.mode_option", table=spec.name, mode=mode.value, option=option, modes=", ".join(modes)
            )
    if mode in _KEYED and not spec.key:
        raise DeclarationError("data.mode_needs_key", table=spec.name, mode=mode.value)
    if mode is WriteMode.SCD2 and options.valid_from is None:
        raise DeclarationError("data.mode_needs_valid_from", table=spec.name)


def require_staged(spec: TableSpec, options: ModeOptions, staged: Sequence[Column]) -> None:
    """Refuse staged rows that lack a column which an option names, or hold something else in it.

    Raises:
        SchemaMismatchError: Naming option and column.
    """
    known = {column.name.casefold(): column for column in staged}
    for option, names in options.named().items():
        for name in names:
            column = known.get(name.casefold())
            if column is None:
                raise SchemaMismatchError(
                    "data.option_column_missing",
                    table=spec.name,
                    option=option,
                    column=name,
                    columns=", ".join(column.name for column in staged),
                )
            if not _is_usable(option, column):
                raise SchemaMismatchError(
                    "data.option_column_type", table=spec.name, option=option, column=column.name, type=column.type
                )


def _is_usable(option: str, column: Column) -> bool:
    if not column.type:
        return True
    if option == "delete_flag":
        return any(word in column.type.upper() for word in ("BOOL", "INT"))
    return option != "valid_from" or column.kind is not ColumnKind.OTHER
