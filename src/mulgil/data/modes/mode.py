"""The port of a mode."""

from collections.abc import Sequence
from typing import Protocol

from mulgil.data.checks import Check, NotNull, Unique
from mulgil.data.modes.change import Change, Work
from mulgil.data.modes.options import ModeOptions
from mulgil.data.partition import Partition
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import Column


class Mode(Protocol):
    """Which rows a write replaces. Implementations hold no state and do no IO."""

    def scopes(self, partitions: Sequence[Partition], author: str) -> tuple[str, ...]:
        """Return what a write replaces, as the ledger names it, sorted."""
        ...

    def checks(self, spec: TableSpec, options: ModeOptions) -> tuple[Check, ...]:
        """Return what must hold of the staged rows before they can be published in this mode."""
        ...

    def added(self, options: ModeOptions, columns: Sequence[Column]) -> tuple[Column, ...]:
        """Return the columns that a table has beside `columns`, the staged ones, if its rows are to be found again."""
        ...

    def compared(self, spec: TableSpec, options: ModeOptions) -> tuple[str, ...]:
        """Return the columns whose values in the table the mode compares."""
        ...

    def changes(self, work: Work) -> tuple[Change, ...]:
        """Return what to do to the rows, in order."""
        ...


def key_checks(columns: Sequence[str]) -> tuple[Check, ...]:
    """Return what must hold of a key: no NULLs in it, no two staged rows with the same."""
    return (NotNull(columns=tuple(columns)), Unique(columns=tuple(columns))) if columns else ()
