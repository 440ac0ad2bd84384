"""From a difference between tables to a sentence that helps: what differed, why, and what to do."""

from collections.abc import Collection, Mapping, Sequence

from mulgil.i18n import Text
from mulgil.proving.contents import Difference
from mulgil.proving.report import Finding
from mulgil.proving.statements import Hit

_DATES_REMEDY = Text("prove.remedy_interval")
_WRITE_REMEDY = Text("prove.remedy_write")
_HIT_WHAT = {"clock": "prove.what_sql_clock", "chance": "prove.what_sql_chance", "limit": "prove.what_sql_limit"}


def of_difference(
    difference: Difference,
    *,
    check: str,
    writers: Mapping[str, Sequence[str]],
    at: Text | None = None,
    unstable: Collection[str] = (),
) -> Finding:
    """Return the finding for a table that differs in a check.

    `at` says where a task was killed. Tables that are `unstable` differ from run to run anyway, so that
    another order or day explains nothing.
    """
    tasks = ", ".join(writers.get(difference.table, ())) or "?"
    what = Text(
        "prove.what_differs",
        {"missing": difference.missing, "extra": difference.extra, "tasks": tasks},
    )
    if difference.table in unstable:
        return Finding(where=difference.table, at=at, what=what, cause=Text("prove.cause_unstable"))
    cause, remedy = _cause(difference, check=check, columns=", ".join(difference.columns))
    samples = (
        *(f"- {row}" for row in difference.missing_sample),
        *(f"+ {row}" for row in difference.extra_sample),
    )
    return Finding(where=difference.table, at=at, what=what, cause=cause, remedy=remedy, samples=samples)


def _cause(difference: Difference, *, check: str, columns: str) -> tuple[Text, Text]:
    if check == "half":
        return Text("prove.cause_half"), _WRITE_REMEDY
    if difference.repeated:
        return Text("prove.cause_repeated"), _WRITE_REMEDY
    if check == "later":
        return Text("prove.cause_clock"), _DATES_REMEDY
    if check == "order":
        return Text("prove.cause_order"), Text("prove.remedy_own_partition")
    if columns:
        return Text("prove.cause_values", {"columns": columns}), Text("prove.remedy_values")
    if check == "again" and difference.missing != difference.extra:
        return Text("prove.cause_latest"), Text("prove.remedy_own_partition")
    return Text("prove.cause_unknown"), Text("prove.remedy_inputs")


def of_failure(where: str, reason: Text, *, at: Text | None = None) -> Finding:
    """Return the finding for a task that failed, or stood still."""
    return Finding(where=where, at=at, what=reason)


def of_stage(stage: str, *, at: Text) -> Finding:
    """Return the finding for a stage that a dead write has left."""
    return Finding(where=stage, at=at, what=Text("prove.what_stage"))


def of_hit(hit: Hit) -> Finding:
    """Return the finding for a word in a query."""
    remedy = {
        "clock": _DATES_REMEDY,
        "chance": Text("prove.remedy_values"),
        "limit": Text("prove.remedy_order_by"),
    }[hit.kind]
    what = Text(_HIT_WHAT[hit.kind], {"word": hit.word, "file": hit.file, "line": hit.line})
    return Finding(where=hit.task_id, what=what, remedy=remedy)


def of_alike(table: str, columns: Sequence[str], *, writers: Mapping[str, Sequence[str]]) -> Finding:
    """Return the finding for a table to which two intervals gave equal rows."""
    tasks = ", ".join(writers.get(table, ())) or "?"
    what = Text("prove.what_alike", {"columns": ", ".join(columns), "tasks": tasks})
    return Finding(where=table, what=what, remedy=Text("prove.remedy_own_input"))
