"""Sources: where rows come from. A connector's source class extends `Source`."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import ClassVar, Self

from mulgil.data.cursor import Cursor, CursorValue, Window
from mulgil.data.partition import Partition
from mulgil.data.patience import pause
from mulgil.data.reject import BadRows
from mulgil.data.target import Batches
from mulgil.model import DataInterval
from mulgil.sdk import Asset, Context, TaskRuntime


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a source is told about the attempt that reads it.

    `partitions` are those that the write replaces: None where it replaces the whole table, none where it
    adds to what is there. `wait` passes the time between two tries. `bad_rows` takes the rows that can't be
    read; it raises their error where the load accepts none. `context` are the values that templates see.
    `window` is what a source with a cursor is to read: it may leave out what lies outside, and must where
    its cursor is no column of its rows.
    """

    runtime: TaskRuntime
    interval: DataInterval
    timezone: str
    partitions: tuple[Partition, ...] | None = None
    wait: Callable[[float], None] = pause
    bad_rows: BadRows = field(default_factory=BadRows)
    context: Context | None = None
    window: Window | None = None

    @property
    def cursor(self) -> CursorValue | None:
        """The value above which rows are new; None at first, and for sources without a cursor."""
        return self.window.before.value if self.window and self.window.before else None


class Source(ABC):
    """Something that can be read as Arrow record batches, as often as a write begins.

    Declaring a source opens nothing. `template_fields` are the attributes in which templates and
    results of other tasks are put in just before reading.
    """

    template_fields: ClassVar[Sequence[str]] = ()
    # Heavy modules that reading needs, imported once before attempts are forked.
    preload: ClassVar[Sequence[str]] = ()
    # The column by which rows are read on; sources that can be take it as an argument.
    cursor: Cursor | None = None

    @property
    def cursor_name(self) -> str | None:
        """What the source is called where the ledger keeps its cursor, for ever; None without a cursor.

        Asked before templates are put in.
        """
        return f"{self.shown_as}:{self.cursor.column}" if self.cursor else None

    @property
    def may_repeat(self) -> bool:
        """Whether its cursor finds rows again that were read before, because something else changed."""
        return False

    @property
    def inlets(self) -> tuple[Asset, ...]:
        """The assets that are read."""
        return ()

    @property
    @abstractmethod
    def shown_as(self) -> str:
        """What the source is called in logs and errors."""

    @abstractmethod
    def open(self, reading: Reading) -> AbstractContextManager[Batches]:
        """Start reading.

        Raises:
            SourceError: It can't be read, now or (from the batches) later.
        """

    def filled(self, fill: Callable[[str, object], object]) -> Self:
        """Return a copy whose template fields are what `fill` makes of them."""
        filled = copy.copy(self)
        for name in self.template_fields:
            setattr(filled, name, fill(name, getattr(self, name)))
        return filled
