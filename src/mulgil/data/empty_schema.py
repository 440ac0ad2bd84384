"""The columns of a result that has neither rows nor columns: those that the table is to have, or has."""

from typing import TYPE_CHECKING

from mulgil.data.errors import SchemaMismatchError
from mulgil.data.own_columns import without_own
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import NativeQuery, Target

if TYPE_CHECKING:
    import pyarrow as pa


def empty_schema(spec: TableSpec, target: Target) -> "pa.Schema":
    """Return the declared columns, or else those of the table.

    Raises:
        SchemaMismatchError: There are neither.
    """
    import pyarrow as pa

    from mulgil.data.arrow_type import to_arrow

    if spec.columns:
        return pa.schema([(column.name, to_arrow(column.type)) for column in spec.columns])
    columns = without_own(target.columns(spec.name) or ())
    if not columns:
        raise SchemaMismatchError("data.no_columns", table=spec.name)
    names = ", ".join(target.dialect.identifier(column.name) for column in columns)
    sql = f"SELECT {names} FROM {target.dialect.qualified(spec.name)} LIMIT 0"
    with target.read(NativeQuery(sql=sql, reads=(spec.name,))) as batches:
        return batches.schema
