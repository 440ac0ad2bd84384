"""`load`: from a source into a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from mulgil.data.caller import task_id_for
from mulgil.data.connector import reshaper, select_dialect
from mulgil.data.reject import BadRowLimit, BadRows
from mulgil.data.source import Reading, Source
from mulgil.data.sql_template import render_sql
from mulgil.data.table import Table
from mulgil.data.table_source import TableSource
from mulgil.data.table_spec import WriteMode
from mulgil.data.target import Batches, NativeQuery, Target
from mulgil.data.write_operator import WriteArguments, WriteOperator, WriteOperatorArguments
from mulgil.sdk import DagDefinitionError, render_value
from mulgil.sdk.xcom_arg import XComArg, find_xcom_args, resolve_xcom_args

if TYPE_CHECKING:
    from mulgil.data.write import WriteRequest
    from mulgil.sdk import Context, TaskRuntime


class LoadOperator(WriteOperator):
    """Reads a source and writes a table. `select` reshapes the rows on their way."""

    def __init__(
        self,
        *,
        source: Source | Table,
        into: Table,
        select: str | None = None,
        **write_arguments: Unpack[WriteOperatorArguments],
    ) -> None:
        """Keep the source; a Table stands for its rows."""
        super().__init__(into=into, **write_arguments)
        found = TableSource(source) if isinstance(source, Table) else source
        if not isinstance(found, Source):
            raise DagDefinitionError("data.no_source", kind=type(source).__name__, **self.place)
        self.source = found
        self.select = select

    @property
    def reads(self) -> tuple[Table, ...]:
        """The source, if it is a table."""
        return tuple(asset for asset in self.source.inlets if isinstance(asset, Table))

    @property
    def shown_source(self) -> str:
        """What the source calls itself."""
        return self.source.shown_as

    @property
    def heavy_modules(self) -> Sequence[str]:
        """What the source needs."""
        return (*self.source.preload, "jinja2") if self.select else self.source.preload

    def data_edges(self) -> Iterator[XComArg[object]]:
        """Yield the results of other tasks in the source's fields, too."""
        yield from super().data_edges()
        for name in self.source.template_fields:
            yield from find_xcom_args(getattr(self.source, name, None))

    def rows_for(self, request: WriteRequest, target: Target, context: Context, runtime: TaskRuntime) -> _SourceOrigin:
        """Return the source with its templates rendered, and the query over it."""

        def fill(name: str, value: object) -> object:
            return render_value(resolve_xcom_args(value, runtime), context, field=f"source.{name}", dag=self.dag)

        query = None
        if self.select is not None:
            rendered = render_sql(self.select, context, select_dialect())
            query = NativeQuery(sql=rendered.sql, params=rendered.params)
        reading = Reading(
            runtime=runtime,
            interval=runtime.dag_run.data_interval,
            timezone=self.dag.timezone,
            partitions=None if request.mode is WriteMode.REPLACE else request.partitions,
        )
        return _SourceOrigin(self.source.filled(fill), reading, query, request.bad_rows)


class _SourceOrigin:
    """A source, read anew each time that the write begins."""

    def __init__(self, source: Source, reading: Reading, query: NativeQuery | None, limit: BadRowLimit) -> None:
        self._source = source
        self._reading = reading
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
            with self._source.open(replace(self._reading, bad_rows=bad_rows)) as batches:
                if self._query is None:
                    yield replace(batches, bad_rows=bad_rows)
                else:
                    with reshaper()(batches, self._query) as reshaped:
                        yield replace(reshaped, bad_rows=bad_rows)
            # What was set aside is the write's from here on, which closes it.
            failing.pop_all()


def load(
    source: Source | Table,
    *,
    into: Table,
    select: str | None = None,
    task_id: str | None = None,
    **arguments: Unpack[WriteArguments],
) -> LoadOperator:
    """Load the rows of `source` into a table, all or nothing, however often it is run.

    Args:
        source: A connector's source, or a Table of any connection.
        into: The table that is written.
        select: A query over the rows, which it reads as the table `source`; run by DuckDB in memory.
        task_id: By default the table's name, with `_` for `.`.
        **arguments: What every task takes, and `mode`, `partition`, `checks`, `delete_flag`, `version_by`,
            `dedup_key`, `valid_from`, `valid_to` and `shared`, as `WriteArguments` describes them. Modes:
            `replace_partition` (the default for a partitioned table): the partitions hold the rows, in any
            order of runs; `replace` (the default for others): the table does; `append`: a re-run replaces
            the rows that it had added; `merge`: rows take the place of older ones with the same key, in any
            order; `insert_only`: a key's first row stays, in any order; `scd2`: every version of a row is
            kept with its validity, in the order of the intervals.
    """
    return LoadOperator(
        task_id=task_id or task_id_for(into),
        source=source,
        into=into,
        select=select,
        **arguments,
    )
