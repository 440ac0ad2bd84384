"""`transform`: from tables into a table of the same connection, by SQL that runs where the tables are."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Unpack, cast

from mulgil.data.caller import tables_in_scope, task_id_for
from mulgil.data.date_comparison import refuse_mixed
from mulgil.data.errors import SqlTemplateError
from mulgil.data.sql_template import names_in, render_sql
from mulgil.data.table import Table
from mulgil.data.target import NativeQuery, Target
from mulgil.data.write_operator import WriteArguments, WriteOperator, WriteOperatorArguments
from mulgil.sdk import DagDefinitionError

if TYPE_CHECKING:
    from mulgil.data.write import WriteRequest
    from mulgil.sdk import Context, DagScope, TaskRuntime


class TransformOperator(WriteOperator):
    """Runs a query inside the target and writes its rows to a table there."""

    def __init__(
        self,
        *,
        sql: str,
        into: Table,
        tables: Mapping[str, Table] | None = None,
        **write_arguments: Unpack[WriteOperatorArguments],
    ) -> None:
        """Keep the template; `tables` are those that it names."""
        super().__init__(into=into, **write_arguments)
        self.sql = sql
        self.tables = dict(tables or {})

    @property
    def reads(self) -> tuple[Table, ...]:
        """The tables that the query names."""
        try:
            names = names_in(self.sql)
        except SqlTemplateError as error:
            raise DagDefinitionError("data.sql_broken", why=str(error), **self.place) from error
        return tuple(table for name, table in self.tables.items() if name in names)

    @property
    def shown_source(self) -> str:
        """The query, by its task."""
        return f"transform {self.task_id}"

    @property
    def heavy_modules(self) -> Sequence[str]:
        """The template engine."""
        return ("jinja2",)

    def declare(self, dag: DagScope) -> None:
        """Refuse tables of another connection: no query reaches both."""
        super().declare(dag)
        for table in self.reads:
            if table.connection_id != self.into.connection_id:
                raise DagDefinitionError(
                    "data.transform_across",
                    other=table.name,
                    here=self.into.connection_id,
                    there=table.connection_id,
                    **self.place,
                )

    def rows_for(self, request: WriteRequest, target: Target, context: Context, runtime: TaskRuntime) -> NativeQuery:
        """Return the query with its values."""
        rendered = render_sql(
            self.sql, ChainMap({**self.tables}, cast("MutableMapping[str, object]", context)), target.dialect
        )
        if rendered.comparisons:
            refuse_mixed(
                rendered.comparisons,
                {table.name: target.columns(table.name) or () for table in self.reads},
                timezone=self.dag.timezone,
                has_dates=target.dialect.has_dates,
            )
        return NativeQuery(
            sql=rendered.sql,
            params=rendered.params,
            reads=tuple(table.name for table in self.reads),
            scopes=tuple(part.scope for part in request.partitions),
        )


def transform(
    sql: str,
    *,
    into: Table,
    tables: Mapping[str, Table] | None = None,
    task_id: str | None = None,
    **arguments: Unpack[WriteArguments],
) -> TransformOperator:
    """Write the rows of a query into a table of the same connection, all or nothing, however often it is run.

    Args:
        sql: The query, a template that renders by type: `{{ flights }}` is the quoted name of the table
            that `tables`, or else the code around this call, knows as `flights`; `{{ ds }}` is a date;
            any other value becomes a parameter. Compare a DATE column with `{{ ds }}` or
            `{{ interval.end | ds }}`, a timestamp with `{{ interval.start }}`, which is an instant.
        into: The table that is written.
        tables: The tables that the query names, by the names that it uses.
        task_id: By default the table's name, with `_` for `.`.
        **arguments: What every task takes, and what `load` says of modes.
    """
    given = dict(tables or {})
    unknown = names_in(sql) - given.keys()
    return TransformOperator(
        task_id=task_id or task_id_for(into),
        sql=sql,
        into=into,
        tables={**tables_in_scope(unknown), **given},
        **arguments,
    )
