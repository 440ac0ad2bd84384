"""Conforming the stage to the table: the plan of `schema`, applied to the staged rows."""

from collections.abc import Sequence

from mulgil.data.checks import CheckResult, Severity
from mulgil.data.errors import AuditError, SchemaMismatchError
from mulgil.data.reject import BadRows
from mulgil.data.schema import ColumnPlan, Misfit, PlannedColumn, plan_columns
from mulgil.data.set_aside import Fault, Kept, set_aside
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import Column, Dialect, Row, Stage

_LONGEST_VALUE = 80
# What is said of a row that is set aside, in place of an error: nothing else failed.
_REASONS = {
    "data.value_misfit": "data.reject_misfit",
    "data.value_null": "data.reject_null",
    "data.value_too_long": "data.reject_too_long",
}


def conform(
    stage: Stage,
    spec: TableSpec,
    *,
    existing: Sequence[Column] | None,
    stored: Sequence[Column],
    dialect: Dialect,
    bad_rows: BadRows,
    source: str,
) -> tuple[CheckResult, ...]:
    """Let the stage hold what goes into the table, and say what was changed on the way.

    `stored` are the staged columns that the table takes; the others stay as they are.

    Raises:
        SchemaMismatchError: The columns, or a value, may not go in.
        TooManyBadRowsError: More rows have such a value than are accepted.
    """
    plan = plan_columns(spec, existing, stored, dialect)
    faults = [_fault(misfit) for column in plan.columns for misfit in column.misfits]
    kept = set_aside(stage, faults, bad_rows, source=source)
    told = _told(stage, plan, kept, dialect)
    _reshape(stage, plan, kept, dialect, stored)
    return told


def _reshape(stage: Stage, plan: ColumnPlan, kept: Kept, dialect: Dialect, stored: Sequence[Column]) -> None:
    """Change nothing where nothing is to be changed: reading a plain stage is fastest."""
    planned = {column.name: column for column in plan.columns}
    dropped = set(plan.discarded)
    names = {column.name for column in stored}
    columns: list[Column] = []
    expressions: list[str] = []
    for column in stage.columns:
        if column.name in dropped and column.name in names:
            continue
        found = planned.get(column.name) if column.name in names else None
        columns.append(column if found is None else _column(column, found, dialect))
        expressions.append(dialect.identifier(column.name) if found is None else found.expression)
    is_plain = expressions == [dialect.identifier(column.name) for column in stage.columns]
    if not is_plain or kept.where is not None or tuple(columns) != tuple(stage.columns):
        stage.reshape(tuple(columns), expressions, where=kept.where)


def _column(staged: Column, planned: PlannedColumn, dialect: Dialect) -> Column:
    # A type that fits as it stands is left as it is staged: nothing needs to be read through a query.
    is_plain = planned.expression == dialect.identifier(staged.name) and staged.type
    fits = is_plain and dialect.fits(staged.type, planned.type)
    return staged if fits else dialect.column(staged.name, planned.type)


def _fault(misfit: Misfit) -> Fault:
    def told(code: str, row: Row, number: int) -> AuditError:
        value = str(row[misfit.column])
        shown = value if len(value) <= _LONGEST_VALUE else value[: _LONGEST_VALUE - 1] + "…"
        return SchemaMismatchError(code, column=misfit.column, type=misfit.type, value=shown, row=number)

    return Fault(
        condition=misfit.condition,
        error=lambda row, number: told(misfit.code, row, number),
        reason=lambda row, number: told(_REASONS[misfit.code], row, number),
        column=misfit.column,
        is_dropped=misfit.is_dropped,
    )


def _told(stage: Stage, plan: ColumnPlan, kept: Kept, dialect: Dialect) -> tuple[CheckResult, ...]:
    """Say what the contract did, as it is recorded with the commit."""
    told = [CheckResult(name=f"schema: {change}", severity=Severity.WARN, passed=True) for change in plan.changes]
    for name in plan.discarded:
        own = dialect.identifier(name)
        count = int(str(stage.query(f"SELECT count({own}) AS n FROM {stage.relation}")[0]["n"]))
        told.append(
            CheckResult(name=f"schema: discard {name}", severity=Severity.WARN, passed=not count, failing=count)
        )
    if kept.dropped:
        told.append(
            CheckResult(name="schema: discard rows", severity=Severity.WARN, passed=False, failing=kept.dropped)
        )
    return tuple(told)
