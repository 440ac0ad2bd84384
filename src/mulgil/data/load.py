"""`load`: from a source into a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Unpack

from mulgil.data.as_source import as_source
from mulgil.data.caller import task_id_for
from mulgil.data.connector import select_dialect
from mulgil.data.errors import DeclarationError
from mulgil.data.source import Reading
from mulgil.data.source_origin import SourceOrigin, origin_of
from mulgil.data.sql_template import render_sql
from mulgil.data.table import Table
from mulgil.data.table_spec import WriteMode
from mulgil.data.target import NativeQuery, Target
from mulgil.data.write_operator import WriteArguments, WriteOperator, WriteOperatorArguments
from mulgil.sdk import DagDefinitionError, render_value
from mulgil.sdk.xcom_arg import XComArg, find_xcom_args, resolve_xcom_args

if TYPE_CHECKING:
    from mulgil.data.write import WriteRequest
    from mulgil.sdk import Context, DagScope, TaskRuntime


class LoadOperator(WriteOperator):
    """Reads a source and writes a table. `select` reshapes the rows on their way."""

    def __init__(
        self,
        *,
        source: object,
        into: Table,
        select: str | None = None,
        **write_arguments: Unpack[WriteOperatorArguments],
    ) -> None:
        """Keep the source; a Table stands for its rows, a task for its result."""
        super().__init__(into=into, **write_arguments)
        found = as_source(source)
        if found is None:
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

    def declare(self, dag: DagScope) -> None:
        """Refuse to replace what was read before by what is new."""
        super().declare(dag)
        if self.source.cursor_name is not None and self.mode in (WriteMode.REPLACE, WriteMode.REPLACE_PARTITION):
            raise DagDefinitionError("data.cursor_mode", mode=self.mode.value, **self.place)
        if self.source.may_repeat and self.mode is WriteMode.APPEND and not self.options.dedup_key:
            raise DagDefinitionError("data.cursor_repeats", source=self.source.shown_as, **self.place)

    def rows_for(self, request: WriteRequest, target: Target, context: Context, runtime: TaskRuntime) -> SourceOrigin:
        """Return the source with its templates rendered, and the query over it."""

        def fill(name: str, value: object) -> object:
            # What another task returned is data: it is put in last, and never taken for a template.
            rendered = render_value(value, context, field=f"source.{name}", dag=self.dag)
            return resolve_xcom_args(rendered, runtime)

        query = None
        if self.select is not None:
            rendered = render_sql(self.select, context, select_dialect())
            query = NativeQuery(sql=rendered.sql, params=rendered.params)
        reading = Reading(
            runtime=runtime,
            interval=runtime.dag_run.data_interval,
            timezone=self.dag.timezone,
            partitions=None if request.mode is WriteMode.REPLACE else request.partitions,
            context=context,
        )
        name = self.source.cursor_name
        if name is not None and runtime.task_instance.map_index >= 0:
            raise DeclarationError("data.cursor_mapped", task_id=self.task_id)
        return origin_of(self.source.filled(fill), reading, query, request.bad_rows, name=name)


def load(
    source: object,
    *,
    into: Table,
    select: str | None = None,
    task_id: str | None = None,
    **arguments: Unpack[WriteArguments],
) -> LoadOperator:
    """Load the rows of `source` into a table, all or nothing, however often it is run.

    Args:
        source: A connector's source, a Table of any connection, the result of a task, a function that gives
            rows when it is called (as `PythonSource`), a list of rows, or a data frame.
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
