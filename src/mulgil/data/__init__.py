"""The write contract and its ports: loads that are idempotent, all-or-nothing, checked, fenced, recorded.

Authors use `Table`, `load`, `transform` and `checks`. `write` is the whole contract; `target` holds the
ports that a connector implements, `source` what a source implements.
"""

from mulgil.data import checks
from mulgil.data.cursor import Cursor
from mulgil.data.load import LoadOperator, load
from mulgil.data.python_source import PythonSource, RowsSource
from mulgil.data.source import Reading, Source
from mulgil.data.sql_source import SqlSource
from mulgil.data.table import Table
from mulgil.data.table_spec import Grain, WriteMode
from mulgil.data.transform import TransformOperator, transform

__all__ = [
    "Cursor",
    "Grain",
    "LoadOperator",
    "PythonSource",
    "Reading",
    "RowsSource",
    "Source",
    "SqlSource",
    "Table",
    "TransformOperator",
    "WriteMode",
    "checks",
    "load",
    "transform",
]
