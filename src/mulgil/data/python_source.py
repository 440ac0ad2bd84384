"""Rows from Python: what a task returned, what the dag file holds, or what a function gives when it is read."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Self

from mulgil.data.arrow_type import arrow_schema
from mulgil.data.cursor import Cursor
from mulgil.data.errors import SourceShapeError
from mulgil.data.python_rows import Form, batches_of
from mulgil.data.source import Reading, Source
from mulgil.data.target import Batches
from mulgil.sdk.binding import context_arguments
from mulgil.sdk.operators.python import run_coroutine
from mulgil.sdk.xcom_arg import XComArg, find_xcom_args

if TYPE_CHECKING:
    import pyarrow as pa

_CURSOR = "cursor"


class RowsSource(Source):
    """Rows that are there: a list of dicts, dataclasses, structs or (with `columns`) tuples, or a data frame.

    Or the result of a task that returns such rows; results are for small data, they are kept as XComs.
    `columns` declare types and choose fields; without them the first 10,000 rows decide.
    """

    template_fields: ClassVar[tuple[str, ...]] = ("rows",)
    preload: ClassVar[tuple[str, ...]] = ("pyarrow",)

    def __init__(self, rows: object, *, columns: Mapping[str, str] | None = None) -> None:
        """Keep the rows; nothing is looked at."""
        self.rows = rows
        self.columns = dict(columns) if columns is not None else None
        # Kept, because the task's result takes the task's place.
        self._giver = f"task {rows.node_id!r}" if isinstance(rows, XComArg) else "rows"

    @property
    def shown_as(self) -> str:
        """The task that gives the rows, or that they stand in the dag file."""
        return self._giver

    def filled(self, fill: Callable[[str, object], object]) -> Self:
        """Put in what a task returned; rows are data, never templates."""
        return super().filled(fill) if next(find_xcom_args(self.rows), None) is not None else self

    @contextmanager
    def open(self, reading: Reading) -> Iterator[Batches]:
        """Turn the rows."""
        yield batches_of(self.rows, Form(self.shown_as, _declared(self.columns)), reading.bad_rows)


class PythonSource(Source):
    """Calls a function in the load's own attempt and reads what it returns or yields, in a stream.

    The function takes `op_kwargs`, and context values (`ds`, `interval`, `params` …) by their names, as a
    `@task` does. It gives rows (dicts, dataclasses, structs, or tuples with `columns`), or data frames,
    or Arrow tables or batches, one or many. It is called each time that the write begins anew, and so
    must give the same again. With a cursor it may take `cursor`, the value above which rows are new
    (None at first); rows that are not new are left out, so it need not look at it.
    """

    template_fields: ClassVar[tuple[str, ...]] = ("op_kwargs",)
    preload: ClassVar[tuple[str, ...]] = ("pyarrow",)

    def __init__(
        self,
        function: Callable[..., object],
        *,
        op_kwargs: Mapping[str, object] | None = None,
        columns: Mapping[str, str] | None = None,
        cursor: Cursor | str | None = None,
    ) -> None:
        """Keep the function; it is called when the source is read."""
        self.function = function
        self._name = getattr(function, "__name__", type(function).__name__)
        self.op_kwargs: Mapping[str, object] = dict(op_kwargs or {})
        self.columns = dict(columns) if columns is not None else None
        self.cursor = Cursor.read(cursor)

    @property
    def shown_as(self) -> str:
        """The function's name."""
        return f"{self._name}()"

    @property
    def cursor_name(self) -> str | None:
        """The function's name and the column."""
        return f"{self._name}:{self.cursor.column}" if self.cursor else None

    @contextmanager
    def open(self, reading: Reading) -> Iterator[Batches]:
        """Call the function."""
        given = dict(self.op_kwargs)
        if self.cursor is not None and _CURSOR in inspect.signature(self.function).parameters:
            given[_CURSOR] = reading.cursor
        context = reading.context
        more = {} if context is None else context_arguments(self.function, context, given=given, positional=0)
        found = self.function(**{**more, **given})
        rows = run_coroutine(found) if inspect.iscoroutine(found) else found
        if rows is None:
            raise SourceShapeError("data.rows_none", source=self.shown_as, kind="None")
        try:
            yield batches_of(rows, Form(self.shown_as, _declared(self.columns)), reading.bad_rows)
        finally:
            if inspect.isgenerator(rows):
                # What it holds open is closed now, also where not everything was read.
                rows.close()


def _declared(columns: Mapping[str, str] | None) -> pa.Schema | None:
    return None if columns is None else arrow_schema(columns)
