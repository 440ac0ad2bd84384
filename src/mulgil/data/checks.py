"""Checks: what must hold of the staged rows before anybody sees them.

A failed check of severity `error` leaves the table as it was; one of severity `warn` is recorded with
the commit and logged; rows that one of severity `reject` offends are set aside (`max_bad_rows=`).

    checks=[checks.not_null("carrier"), checks.row_count(min=1), checks.unique("flight_id")]
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import msgspec

from mulgil.data.errors import DeclarationError, UnknownCheckError
from mulgil.data.table import Table
from mulgil.i18n import nearest_name

# What the result is called that counts the rows that were set aside.
BAD_ROWS = "max_bad_rows="
Scalar = str | int | float | bool
_Value = TypeVar("_Value", bound=Scalar)


class Severity(StrEnum):
    """What a failed check does: fail the write, be recorded, or set the offending rows aside."""

    ERROR = "error"
    WARN = "warn"
    REJECT = "reject"


class NotNull(msgspec.Struct, frozen=True, kw_only=True, tag="not_null"):
    """No row has NULL in any of `columns`."""

    columns: tuple[str, ...]
    severity: Severity = Severity.ERROR


class Unique(msgspec.Struct, frozen=True, kw_only=True, tag="unique"):
    """No two staged rows agree in all of `columns`; NULLs count as equal."""

    columns: tuple[str, ...]
    severity: Severity = Severity.ERROR


class AcceptedValues(msgspec.Struct, frozen=True, kw_only=True, tag="accepted_values"):
    """Every value of `column` that isn't NULL is one of `values`."""

    column: str
    values: tuple[Scalar, ...]
    severity: Severity = Severity.ERROR


class RowCount(msgspec.Struct, frozen=True, kw_only=True, tag="row_count"):
    """The number of staged rows lies within the bounds, ends included."""

    minimum: int | None = None
    maximum: int | None = None
    severity: Severity = Severity.ERROR


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True, tag="foreign_key"):
    """Every row's `columns`, unless one of them is NULL, are the `references` of a row of another table."""

    columns: tuple[str, ...]
    connection_id: str
    table: str
    references: tuple[str, ...]
    severity: Severity = Severity.ERROR


class Freshness(msgspec.Struct, frozen=True, kw_only=True, tag="freshness"):
    """The newest value of `column` is at most `max_age` older than the end of the data interval.

    `not_before` is the instant that this comes to in a run, in the zone in which the column's dates are.
    """

    column: str
    max_age: timedelta
    severity: Severity = Severity.ERROR
    not_before: datetime | None = None


class Sql(msgspec.Struct, frozen=True, kw_only=True, tag="sql"):
    """A query over `staged` that returns the offending rows; none means that the check holds."""

    statement: str
    name: str
    severity: Severity = Severity.ERROR


Check = NotNull | Unique | AcceptedValues | RowCount | ForeignKey | Freshness | Sql


class CheckResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a check found; `sample` holds some offending rows as JSON."""

    name: str
    severity: Severity
    passed: bool
    failing: int = 0
    sample: str = ""


def not_null(*columns: str, severity: str = "error") -> NotNull:
    """Require values in `columns`."""
    return NotNull(columns=_some(columns, "not_null"), severity=_severity(severity, may_reject=True))


def unique(*columns: str, severity: str = "error") -> Unique:
    """Require that no two rows agree in all of `columns`."""
    return Unique(columns=_some(columns, "unique"), severity=_severity(severity))


def accepted_values(column: str, values: Iterable[Scalar], *, severity: str = "error") -> AcceptedValues:
    """Require that `column` holds only `values` (or NULL)."""
    accepted = _some(tuple(values), "accepted_values")
    return AcceptedValues(column=column, values=accepted, severity=_severity(severity, may_reject=True))


def row_count(*, min: int | None = None, max: int | None = None, severity: str = "error") -> RowCount:
    """Require at least `min` and at most `max` rows."""
    if min is None and max is None:
        raise DeclarationError("data.check_empty", check="row_count")
    return RowCount(minimum=min, maximum=max, severity=_severity(severity))


def foreign_key(*columns: str, references: Table, to: Sequence[str] | str = (), severity: str = "error") -> ForeignKey:
    """Require that `columns` name a row of `references`, by its columns `to` (by default its key, or the same names).

    The tables must be in one connection; a task with this check runs after those that write the other
    table. A NULL in one of the columns names no row, and is fine.
    """
    own = _some(columns, "foreign_key")
    if not isinstance(references, Table):
        raise DeclarationError("data.check_references", value=repr(references)[:80])
    given = (to,) if isinstance(to, str) else tuple(to)
    key = references.spec.key
    found = given or (key if len(key) == len(own) else own)
    if len(found) != len(own):
        raise DeclarationError("data.check_reference_columns", columns=", ".join(own), to=", ".join(found))
    return ForeignKey(
        columns=own,
        connection_id=references.connection_id,
        table=references.name,
        references=found,
        severity=_severity(severity),
    )


def freshness(column: str, *, max_age: timedelta, severity: str = "error") -> Freshness:
    """Require that the newest value of `column`, a date or timestamp, is at most `max_age` before the interval's end.

    The clock on the wall plays no part: a backfill is as fresh as the run at the time was. Without rows,
    or with NULLs only, the check fails.
    """
    if not isinstance(max_age, timedelta) or max_age < timedelta(0):
        raise DeclarationError("data.check_age", value=repr(max_age)[:80])
    return Freshness(column=column, max_age=max_age, severity=_severity(severity))


def sql(statement: str, *, name: str = "sql", severity: str = "error") -> Sql:
    """Require that `statement`, a query over the table `staged`, returns no rows."""
    return Sql(statement=statement, name=name, severity=_severity(severity))


def check_name(check: Check) -> str:
    """Return what a check is called in logs and in the ledger."""
    match check:
        case NotNull() | Unique():
            kind = "not_null" if isinstance(check, NotNull) else "unique"
            return f"{kind}({', '.join(check.columns)})"
        case AcceptedValues():
            return f"accepted_values({check.column})"
        case RowCount():
            bounds = (("min", check.minimum), ("max", check.maximum))
            return f"row_count({', '.join(f'{word}={bound}' for word, bound in bounds if bound is not None)})"
        case ForeignKey():
            return f"foreign_key({', '.join(check.columns)} -> {check.table})"
        case Freshness():
            return f"freshness({check.column}, {check.max_age})"
        case Sql():
            return check.name


def __getattr__(name: str) -> object:
    """Refuse a check that doesn't exist, naming the one that was probably meant."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    known = ("accepted_values", "foreign_key", "freshness", "not_null", "row_count", "sql", "unique")
    guess, listed = nearest_name(name, known), ", ".join(known)
    if guess is None:
        raise UnknownCheckError("data.check_unknown", check=name, known=listed)
    raise UnknownCheckError("data.check_unknown_guess", check=name, guess=guess, known=listed)


def _severity(word: str, *, may_reject: bool = False) -> Severity:
    try:
        found = Severity(word)
    except ValueError:
        raise DeclarationError("data.check_severity", severity=word) from None
    if found is Severity.REJECT and not may_reject:
        raise DeclarationError("data.check_never_rejects", severity=word)
    return found


def _some(values: tuple[_Value, ...], check: str) -> tuple[_Value, ...]:
    if not values:
        raise DeclarationError("data.check_empty", check=check)
    return values
