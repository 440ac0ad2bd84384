"""What `load` takes as its source: sources, tables, results of tasks, rows, and functions that give rows."""

from collections.abc import Callable
from typing import cast

from mulgil.data.python_rows import is_rows
from mulgil.data.python_source import PythonSource, RowsSource
from mulgil.data.source import Source
from mulgil.data.table import Table
from mulgil.data.table_source import TableSource
from mulgil.sdk import BaseOperator, Task, XComArg


def as_source(given: object) -> Source | None:
    """Return the source that `given` stands for, or None if it stands for none.

    An iterator stands for none: it could be read once only, and a write that begins anew reads again. Nor
    does a task that wasn't called.
    """
    if isinstance(given, Source):
        return given
    if isinstance(given, Table):
        return TableSource(given)
    if isinstance(given, XComArg):
        return RowsSource(given)
    if isinstance(given, BaseOperator):
        return RowsSource(given.output)
    if isinstance(given, Task | type):
        return None
    if is_rows(given):
        return RowsSource(given)
    return PythonSource(cast("Callable[..., object]", given)) if callable(given) else None
