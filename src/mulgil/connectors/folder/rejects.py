"""The rejects of a publish: rows of another table, whose manifest can't be swapped in the same instant.

They are added just before the table's manifest is swapped, and those of rows that it replaced are removed just
after. So whenever a writer is killed, the rejects of what the table holds are there; beside them there may be
some of a write that never came to be, or of rows just replaced, until the next publish removes them.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from mulgil.connectors.folder.sql_session import quoted, translated
from mulgil.connectors.folder.table_publish import TablePublish
from mulgil.data.errors import TargetError
from mulgil.data.ledger import TableEntry
from mulgil.data.target import Column
from mulgil.ports import Clock

_log = logging.getLogger("mulgil.data")


class RejectsChange:
    """What becomes of one table's rejects in one publish."""

    def __init__(self, main: TablePublish, rejects: TablePublish, *, now_us: Callable[[], int]) -> None:
        """Change `rejects`, whose lock is held, beside `main`, which is prepared."""
        self._main = main
        self._rejects = rejects
        self._now_us = now_us
        self._is_added = False

    def prepare(self, staged: str | None, columns: tuple[Column, ...]) -> None:
        """Write what is added; `staged` is what stands after FROM to read it."""
        rejects = self._rejects
        with translated(rejects.place.folder):
            if rejects.columns is not None:
                self._delete(rejects, (*self._main.fences_before, *self._main.live_fences))
            elif staged is not None:
                rejects.change.create(columns)
            if staged is not None:
                rejects.change.insert(staged, columns, {})
        self._is_added = self._prepare(rejects)

    def publish(self) -> None:
        """Show them, just before the table's manifest is swapped."""
        if self._is_added:
            self._rejects.publish()

    def close(self, clock: Clock, grace: timedelta) -> None:
        """Take them back if the table wasn't published; if it was, remove those of rows that it doesn't hold."""
        self._rejects.discard()
        self._rejects.tidy(clock, grace)
        if not self._main.is_published:
            return
        try:
            self._remove_replaced(clock, grace)
        except TargetError as error:
            _log.warning("%s keeps rejects of replaced rows: %s", self._rejects.place.table_name, error)

    def _remove_replaced(self, clock: Clock, grace: timedelta) -> None:
        rejects = self._rejects.again()
        try:
            with translated(rejects.place.folder):
                self._delete(rejects, self._main.live_fences)
            if self._prepare(rejects):
                rejects.publish()
        finally:
            rejects.discard()
            rejects.tidy(clock, grace)

    def _delete(self, rejects: TablePublish, live: Sequence[int]) -> None:
        fences = ", ".join(str(fence) for fence in live)
        mine = quoted(self._main.place.table_name)
        rejects.change.delete(f"table_name = {mine} AND fence NOT IN ({fences})", scopes=(), is_decisive=False)

    def _prepare(self, rejects: TablePublish) -> bool:
        if not rejects.change.is_changed:
            return False
        entry = TableEntry(table_name=rejects.place.table_name)
        rejects.prepare(entry, (), fence=max(self._main.live_fences), now_us=self._now_us())
        return True
