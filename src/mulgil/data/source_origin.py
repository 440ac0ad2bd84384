"""A load's source as the origin of its write: read anew each time that the write begins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace

from mulgil.data.connector import reshaper
from mulgil.data.cursor import IncrementalOrigin, Mark, Window, tracked
from mulgil.data.reject import BadRowLimit, BadRows
from mulgil.data.source import Reading, Source
from mulgil.data.target import Batches, NativeQuery


class SourceOrigin:
    """A source whose rows a query may reshape on their way."""

    def __init__(self, source: Source, reading: Reading, query: NativeQuery | None, limit: BadRowLimit) -> None:
        """Keep what to read; nothing is opened."""
        self.source = source
        self.reading = reading
        self._query = query
        self._limit = limit

    def open(self) -> AbstractContextManager[Batches]:
        """Start reading."""
        return self._opened()

    @contextmanager
    def _opened(self) -> Iterator[Batches]:
        bad_rows = BadRows(self._limit)
        with ExitStack() as failing:
            failing.enter_context(bad_rows)
            reading = replace(self.reading, bad_rows=bad_rows)
            with self.source.open(reading) as found:
                batches = self._in_window(found)
                if self._query is None:
                    yield replace(batches, bad_rows=bad_rows)
                else:
                    with reshaper()(batches, self._query) as reshaped:
                        yield replace(reshaped, bad_rows=bad_rows)
            # What was set aside is the write's from here on, which closes it.
            failing.pop_all()

    def _in_window(self, batches: Batches) -> Batches:
        """Leave out what this round isn't to read."""
        return batches


class IncrementalSourceOrigin(SourceOrigin, IncrementalOrigin):
    """A source with a cursor, read a window at a time."""

    def __init__(
        self, source: Source, reading: Reading, query: NativeQuery | None, limit: BadRowLimit, *, name: str
    ) -> None:
        """Keep what to read; `name` is what the source is called for ever."""
        super().__init__(source, reading, query, limit)
        self._name = name
        initial = source.cursor.initial if source.cursor else None
        self.initial = None if initial is None else Mark.of(initial)

    @property
    def cursor_name(self) -> str:
        """The source's name."""
        return self._name

    def begin(self, window: Window) -> None:
        """Take the window for the next `open`."""
        self.reading = replace(self.reading, window=window)

    def _in_window(self, batches: Batches) -> Batches:
        window, cursor = self.reading.window, self.source.cursor
        if window is None or cursor is None:
            return batches
        rows = tracked(batches, cursor.column, window, source=self.source.shown_as)
        return replace(batches, batches=rows, total=None)


def origin_of(
    source: Source, reading: Reading, query: NativeQuery | None, limit: BadRowLimit, *, name: str | None
) -> SourceOrigin:
    """Return the origin; `name` is set where the source has a cursor."""
    if name is None:
        return SourceOrigin(source, reading, query, limit)
    return IncrementalSourceOrigin(source, reading, query, limit, name=name)
