"""Setting staged rows aside: those for which a condition holds leave the stage, each with what is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mulgil.data.errors import AuditError
from mulgil.data.reject import BadRows
from mulgil.data.target import Row, Stage

_NUMBER = "_mulgil_row"
_WHY = "_mulgil_why"
_PAGE_ROWS = 5_000


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A condition over staged rows, and the error of a row for which it holds.

    `error` is given the row and its number, counted from 1 in the order in which rows were staged; so is
    `reason`, which says the same of a row that is set aside. `is_dropped`: where no bad rows are accepted,
    such rows are left out all the same.
    """

    condition: str
    error: Callable[[Row, int], AuditError]
    reason: Callable[[Row, int], AuditError]
    column: str | None = None
    is_dropped: bool = False


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is left: the condition under which a row stays, and how many were dropped without a place for them."""

    where: str | None = None
    dropped: int = 0


def set_aside(stage: Stage, faults: Sequence[Fault], bad_rows: BadRows, *, source: str) -> Kept:
    """Give the rows that have a fault to `bad_rows`; the caller then leaves them out.

    Raises:
        AuditError: A row has a fault, and neither is a bad row accepted nor are such rows dropped.
        TooManyBadRowsError: More rows are bad than are accepted.
    """
    if not faults:
        return Kept()
    bad = " OR ".join(f"({fault.condition})" for fault in faults)
    total = _count(stage, bad)
    if not total:
        return Kept()
    if bad_rows.is_accepted:
        _add_all(stage, faults, bad_rows, source=source)
        return Kept(where=f"({bad}) IS NOT TRUE")
    serious = [fault for fault in faults if not fault.is_dropped]
    for row, number, fault in _bad_rows(stage, serious, limit=1) if serious else ():
        raise fault.error(row, number)
    return Kept(where=f"({bad}) IS NOT TRUE", dropped=total)


def _add_all(stage: Stage, faults: Sequence[Fault], bad_rows: BadRows, *, source: str) -> None:
    offset = 0
    numbers: list[int] = []
    while True:
        page = _bad_rows(stage, faults, limit=_PAGE_ROWS, offset=offset)
        for row, place, fault in page:
            number = bad_rows.first_number(place)
            numbers.append(number)
            bad_rows.add(fault.reason(row, number), source=source, raw=row, line=number, column=fault.column)
        if len(page) < _PAGE_ROWS:
            bad_rows.forget_numbers(numbers)
            return
        offset += _PAGE_ROWS


def _bad_rows(stage: Stage, faults: Sequence[Fault], *, limit: int, offset: int = 0) -> list[tuple[Row, int, Fault]]:
    """Return rows that have a fault, each with its number and its first fault, in the order of the stage."""
    cases = " ".join(f"WHEN {fault.condition} THEN {index}" for index, fault in enumerate(faults))
    rows = stage.query(
        f'SELECT * FROM (SELECT *, row_number() OVER () AS "{_NUMBER}", CASE {cases} END AS "{_WHY}" '
        f'FROM {stage.relation}) AS numbered WHERE "{_WHY}" IS NOT NULL '
        f'ORDER BY "{_NUMBER}" LIMIT {limit} OFFSET {offset}'
    )
    found = []
    for row in rows:
        number, why = row.pop(_NUMBER), row.pop(_WHY)
        found.append((row, int(str(number)), faults[int(str(why))]))
    return found


def _count(stage: Stage, condition: str) -> int:
    return int(str(stage.query(f"SELECT count(*) AS n FROM {stage.relation} WHERE {condition}")[0]["n"]))
