"""Audit: everything that must hold of the staged rows before they may be published."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

import msgspec

from mulgil.data.checks import (
    AcceptedValues,
    Check,
    CheckResult,
    ForeignKey,
    Freshness,
    NotNull,
    RowCount,
    Severity,
    Sql,
    Unique,
    check_name,
)
from mulgil.data.errors import AuditError, CheckFailedError, CheckUnusableError, PartitionValueError, QueryError
from mulgil.data.partition import Partition
from mulgil.data.predicate import partition_column, predicate
from mulgil.data.query_detail import author_lines, without_lines
from mulgil.data.set_aside import Fault
from mulgil.data.table_spec import TableSpec
from mulgil.data.target import ColumnKind, Dialect, Row, Stage
from mulgil.i18n import nearest_name

SAMPLED_ROWS = 5
_LONGEST_SAMPLE = 1000


def require_rows_in_partitions(
    stage: Stage, spec: TableSpec, partitions: Sequence[Partition], dialect: Dialect
) -> None:
    """Refuse staged rows that belong to no declared partition: they are never inserted, never dropped.

    Raises:
        PartitionValueError: Rows lie outside, or have no partition value; some are shown.
    """
    column = partition_column(spec, stage.columns)
    name = dialect.identifier(column.name)
    inside = predicate(partitions, column, dialect)
    without, _ = _failing(stage, f"SELECT * FROM {stage.relation} WHERE {name} IS NULL")
    if without:
        raise PartitionValueError("data.partition_null", table=spec.name, column=column.name, rows=without)
    outside, sample = _failing(stage, f"SELECT * FROM {stage.relation} WHERE NOT ({inside})")
    if outside:
        raise PartitionValueError(
            "data.rows_outside_partition",
            table=spec.name,
            column=column.name,
            rows=outside,
            partitions=_some_keys(partitions),
            sample=sample,
        )


def partition_faults(
    stage: Stage, spec: TableSpec, partitions: Sequence[Partition], dialect: Dialect
) -> tuple[Fault, ...]:
    """Return what makes a row belong to no declared partition."""
    column = partition_column(spec, stage.columns)
    name, keys = dialect.identifier(column.name), _some_keys(partitions)

    def without(row: Row, number: int) -> AuditError:
        return PartitionValueError("data.row_without_partition", column=column.name, row=number)

    def outside(row: Row, number: int) -> AuditError:
        value = str(row[column.name])
        return PartitionValueError(
            "data.row_outside_partition", column=column.name, value=value, partitions=keys, row=number
        )

    return (
        Fault(condition=f"{name} IS NULL", error=without, reason=without, column=column.name),
        Fault(
            condition=f"NOT ({predicate(partitions, column, dialect)})",
            error=outside,
            reason=outside,
            column=column.name,
        ),
    )


def rejecting_faults(stage: Stage, spec: TableSpec, checks: Iterable[Check], dialect: Dialect) -> tuple[Fault, ...]:
    """Return the checks of severity `reject`, as what is wrong with single rows.

    Raises:
        CheckUnusableError: One names a column that isn't staged.
    """
    found: list[Fault] = []
    for check in checks:
        if check.severity is Severity.REJECT and isinstance(check, NotNull | AcceptedValues):
            _require_columns(check, stage, spec)
            found.append(_rejecting(check, dialect))
    return tuple(found)


def _rejecting(check: NotNull | AcceptedValues, dialect: Dialect) -> Fault:
    name = check_name(check)

    def error(row: Row, number: int) -> AuditError:
        return CheckFailedError("data.check_row", check=name, row=number)

    column = check.column if isinstance(check, AcceptedValues) else check.columns[0]
    return Fault(condition=_offends(check, dialect), error=error, reason=error, column=column)


def run_checks(stage: Stage, spec: TableSpec, checks: Iterable[Check], dialect: Dialect) -> tuple[CheckResult, ...]:
    """Run the key's own checks and the author's; return what they found.

    A declared key is checked without being asked for: no NULLs in it, no two staged rows with the same.

    Raises:
        CheckFailedError: A check of severity `error` failed; the offending rows are sampled.
        CheckUnusableError: A check names a column that isn't staged, or can't be run.
    """
    implied: tuple[Check, ...] = (NotNull(columns=spec.key), Unique(columns=spec.key)) if spec.key else ()
    wanted = dict.fromkeys((*implied, *checks))
    for check in wanted:
        _require_columns(check, stage, spec)
    results = tuple(_run(check, stage, spec, dialect) for check in wanted)
    for result in results:
        if not result.passed and result.severity is Severity.ERROR:
            if not result.sample:
                raise CheckFailedError("data.check_rows", table=spec.name, check=result.name, rows=result.failing)
            raise CheckFailedError(
                "data.check_failed",
                table=spec.name,
                check=result.name,
                failing=result.failing,
                sample=result.sample,
            )
    return results


def _require_columns(check: Check, stage: Stage, spec: TableSpec) -> None:
    staged = [column.name for column in stage.columns]
    known = {name.casefold() for name in staged}
    for column in _named(check):
        if column.casefold() in known:
            continue
        guess, place = nearest_name(column, staged), {"check": check_name(check), "table": spec.name, "column": column}
        if guess is None:
            raise CheckUnusableError("data.check_column", columns=", ".join(staged), **place)
        raise CheckUnusableError("data.check_column_guess", guess=guess, **place)


def _named(check: Check) -> tuple[str, ...]:
    match check:
        case NotNull() | Unique() | ForeignKey():
            return check.columns
        case AcceptedValues() | Freshness():
            return (check.column,)
        case RowCount() | Sql():
            return ()


def _run(check: Check, stage: Stage, spec: TableSpec, dialect: Dialect) -> CheckResult:
    if isinstance(check, RowCount):
        rows = count_rows(stage)
        is_enough = check.minimum is None or rows >= check.minimum
        is_little = check.maximum is None or rows <= check.maximum
        passed, failing, sample = is_enough and is_little, rows, ""
    else:
        try:
            if isinstance(check, ForeignKey):
                failing, sample = _orphans(stage, check, dialect)
            else:
                failing, sample = _failing(stage, _offenders(check, stage, dialect))
        except QueryError as error:
            detail = str(error.text.fields["detail"])
            detail = author_lines(detail) if isinstance(check, Sql) else without_lines(detail)
            raise CheckUnusableError(
                "data.check_broken", table=spec.name, check=check_name(check), detail=detail
            ) from error
        passed = failing == 0
    return CheckResult(
        name=check_name(check),
        severity=check.severity,
        passed=passed,
        failing=0 if passed else failing,
        sample=sample,
    )


def count_rows(stage: Stage) -> int:
    """Return how many rows are staged."""
    return _integer(stage.query(f"SELECT count(*) AS n FROM {stage.relation}")[0]["n"])


def _offenders(check: NotNull | Unique | AcceptedValues | Freshness | Sql, stage: Stage, dialect: Dialect) -> str:
    relation = stage.relation
    match check:
        case NotNull() | AcceptedValues():
            return f"SELECT * FROM {relation} WHERE {_offends(check, dialect)}"
        case Unique():
            names = ", ".join(dialect.identifier(column) for column in check.columns)
            return f"SELECT {names}, count(*) AS times FROM {relation} GROUP BY {names} HAVING count(*) > 1"
        case Freshness():
            name, bound = dialect.identifier(check.column), dialect.literal(_oldest(check, stage))
            newest = f"SELECT max({name}) AS newest FROM {relation}"
            return f"SELECT * FROM ({newest}) AS found WHERE newest IS NULL OR newest < {bound}"
        case Sql():
            return check.statement.strip().rstrip(";")


def _oldest(check: Freshness, stage: Stage) -> date | datetime:
    """Return the oldest value that is fresh, as the column holds its values: local dates, naive UTC, instants.

    Raises:
        QueryError: The column holds neither dates nor timestamps.
    """
    column = next(column for column in stage.columns if column.name.casefold() == check.column.casefold())
    if check.not_before is None:
        raise ValueError(check)
    match column.kind:
        case ColumnKind.DATE:
            return check.not_before.date()
        case ColumnKind.TIMESTAMP:
            return check.not_before.astimezone(UTC).replace(tzinfo=None)
        case ColumnKind.TIMESTAMP_TZ:
            return check.not_before
        case ColumnKind.OTHER:
            raise QueryError("data.query_failed", detail=f"{column.name} {column.type}: neither a date nor a timestamp")


def _orphans(stage: Stage, check: ForeignKey, dialect: Dialect) -> tuple[int, str]:
    """Return how many staged rows name a row of the other table that isn't there, and some of them as JSON."""
    own = [dialect.identifier(column) for column in check.columns]
    theirs = [dialect.identifier(column) for column in check.references]
    named = " AND ".join(f"staged.{name} IS NOT NULL" for name in own)
    match = " AND ".join(f"other.{there} = staged.{here}" for here, there in zip(own, theirs, strict=True))
    other = f"SELECT 1 FROM {dialect.qualified(check.table)} AS other WHERE {match}"

    def offenders(relation: str) -> str:
        return f"SELECT * FROM {relation} AS staged WHERE {named} AND NOT EXISTS ({other})"

    def count(relation: str) -> str:
        return f"SELECT count(*) AS n FROM ({offenders(relation)}) AS orphans"

    total = _integer(stage.query_beside(count, reads=(check.table,))[0]["n"])
    if not total:
        return 0, ""
    return total, sample_of(
        stage.query_beside(lambda relation: f"{offenders(relation)} LIMIT {SAMPLED_ROWS}", reads=(check.table,))
    )


def _offends(check: NotNull | AcceptedValues, dialect: Dialect) -> str:
    """Return the condition under which a row offends."""
    if isinstance(check, NotNull):
        return " OR ".join(f"{dialect.identifier(column)} IS NULL" for column in check.columns)
    name = dialect.identifier(check.column)
    accepted = ", ".join(dialect.literal(value) for value in check.values)
    return f"{name} IS NOT NULL AND {name} NOT IN ({accepted})"


def _failing(stage: Stage, offenders: str) -> tuple[int, str]:
    """Return how many rows a query gives, and some of them as JSON."""
    head = f"WITH staged AS (SELECT * FROM {stage.relation})"
    count = _integer(stage.query(f"{head} SELECT count(*) AS n FROM (\n{offenders}\n)")[0]["n"])
    if not count:
        return 0, ""
    rows = stage.query(f"{head} SELECT * FROM (\n{offenders}\n) LIMIT {SAMPLED_ROWS}")
    return count, sample_of(rows)


def sample_of(rows: Sequence[Row]) -> str:
    """Return rows as JSON, as far as an error can show them."""
    text = msgspec.json.encode(rows, enc_hook=str).decode()
    return text if len(text) <= _LONGEST_SAMPLE else text[: _LONGEST_SAMPLE - 1] + "…"


def _some_keys(partitions: Sequence[Partition]) -> str:
    keys = [part.key for part in partitions]
    return ", ".join(keys) if len(keys) <= SAMPLED_ROWS else f"{keys[0]} … {keys[-1]}"


def _integer(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value
