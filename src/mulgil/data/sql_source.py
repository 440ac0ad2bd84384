"""`SqlSource`: the rows of a query, on any connection that holds tables."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, cast

from mulgil.data.caller import tables_in_scope
from mulgil.data.connector import open_target
from mulgil.data.cursor import Cursor, Mark
from mulgil.data.errors import SourceError, SqlTemplateError, TableMissingError, TargetError
from mulgil.data.query_detail import author_lines
from mulgil.data.source import Reading, Source
from mulgil.data.sql_template import RenderedSql, names_in, render_sql
from mulgil.data.table import Table
from mulgil.data.target import Batches, NativeQuery
from mulgil.sdk import Asset

if TYPE_CHECKING:
    import pyarrow as pa

    from mulgil.data.target import Dialect, Target

# Values that every system compares as we do. Dates and instants in SQLite are text of many forms, and text has
# collations: where there is doubt the rows are compared after they were read. SQLite keeps decimals as text, too.
_ORDERED_ALIKE = ("int", "float", "decimal", "date", "timestamp")
_ORDERED_IN_SQLITE = ("int", "float")
_SQLITE = "sqlite"


class SqlSource(Source):
    """Reads the rows of a query in a stream, from one snapshot: `SqlSource("shop", "select … from {{ orders }}")`.

    The query is a template that renders by type, as that of a `transform`: tables that `tables`, or else
    the code around this call, knows become quoted names (and make the task depend on who writes them),
    other values become parameters. With a cursor only rows above the last value of its column are read.
    """

    preload: ClassVar[tuple[str, ...]] = ("pyarrow", "pyarrow.compute", "jinja2")

    def __init__(
        self,
        connection_id: str,
        sql: str,
        *,
        tables: Mapping[str, Table] | None = None,
        cursor: Cursor | str | None = None,
    ) -> None:
        """Declare what to read; nothing is opened.

        Raises:
            SqlTemplateError: The query is no template.
        """
        self.connection_id = connection_id
        self.sql = sql
        self.cursor = Cursor.read(cursor)
        given = dict(tables or {})
        used = names_in(sql)
        known = {**tables_in_scope(used - given.keys()), **given}
        self.tables = {name: table for name, table in known.items() if name in used}
        for table in self.tables.values():
            if table.connection_id != connection_id:
                raise SqlTemplateError(
                    "data.sql_source_across", table=table.name, here=connection_id, there=table.connection_id
                )

    @property
    def inlets(self) -> tuple[Asset, ...]:
        """The tables that the query names."""
        return tuple(self.tables.values())

    @property
    def shown_as(self) -> str:
        """The connection."""
        return f"SQL on {self.connection_id}"

    @property
    def cursor_name(self) -> str | None:
        """Connection and column: the query may be changed."""
        return f"{self.connection_id}:{self.cursor.column}" if self.cursor else None

    @contextmanager
    def open(self, reading: Reading) -> Iterator[Batches]:
        """Run the query."""
        target = open_target(reading.runtime, self.connection_id)
        connection = reading.runtime.get_connection(self.connection_id)
        values: Mapping[str, object] = ChainMap(
            {**self.tables}, cast("MutableMapping[str, object]", reading.context or {})
        )
        rendered = render_sql(self.sql, values, target.dialect)
        if self.cursor is not None and reading.window is not None:
            rendered = _bounded(rendered, self.cursor, reading, target.dialect, connection.conn_type)
        reads = tuple(table.name for table in self.tables.values())
        query = NativeQuery(sql=rendered.sql, params=rendered.params, reads=reads)
        try:
            with target.read(query) as batches:
                yield Batches(batches.schema, self._told(batches, target), total=batches.total, inputs=batches.inputs)
        except TargetError as error:
            raise self._explained(error, target) from error

    def _told(self, batches: Batches, target: Target) -> Iterator[pa.RecordBatch]:
        try:
            yield from batches.batches
        except TargetError as error:
            raise self._explained(error, target) from error

    def _explained(self, error: TargetError, target: Target) -> SourceError:
        for table in self.tables.values():
            if target.columns(table.name) is None:
                return TableMissingError("data.source_table_missing", table=table.name, connection=self.connection_id)
        detail = str(error.text.fields.get("detail", error))
        return SourceError("data.sql_source_failed", connection=self.connection_id, detail=author_lines(detail))


def _bounded(rendered: RenderedSql, cursor: Cursor, reading: Reading, dialect: Dialect, conn_type: str) -> RenderedSql:
    """Let the database leave out what lies outside of the window, where it surely compares as we do."""
    window = reading.window
    bounds = [(">", window.before), ("<=", window.until)] if window else []
    column = dialect.identifier(cursor.column)
    wheres, params = [], list(rendered.params)
    for compare, mark in bounds:
        if mark is not None and _is_comparable(mark, conn_type) and (compare == ">" or _is_upper_bound(mark)):
            wheres.append(f"{column} {compare} ?")
            params.append(mark.value)
    if not wheres:
        return rendered
    # A row without a value is read, so that it is refused by name and not left out in silence.
    where = f"({' AND '.join(wheres)}) OR {column} IS NULL"
    if conn_type == _SQLITE:
        # A number is compared with text as text, or as less than any.
        where += f" OR typeof({column}) NOT IN ('integer', 'real')"
    return RenderedSql(f"SELECT * FROM (\n{rendered.sql}\n) AS source WHERE {where}", tuple(params))


def _is_comparable(mark: Mark, conn_type: str) -> bool:
    return mark.kind in (_ORDERED_IN_SQLITE if conn_type == _SQLITE else _ORDERED_ALIKE)


def _is_upper_bound(mark: Mark) -> bool:
    """Whether a database leaves nothing out that must be seen: what is cut to µs, and NaN, which is above all."""
    return mark.kind != "float" and mark == Mark.of(mark.value)
