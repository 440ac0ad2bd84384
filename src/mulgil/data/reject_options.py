"""What an author says about bad rows: how many, where they go, and whether rows outside of the partitions are some."""

from collections.abc import Sequence

import msgspec

from mulgil.data.checks import Check, Severity, check_name
from mulgil.data.errors import DeclarationError
from mulgil.data.reject import BadRowLimit
from mulgil.data.reject_table import SUFFIX
from mulgil.data.table_spec import TableSpec

_OUTSIDE = ("error", "reject")


class RejectOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a write treats bad rows; `table` is where they go, None where none is accepted."""

    limit: BadRowLimit = BadRowLimit(count=0)
    table: str | None = None
    is_outside_rejected: bool = False


def read_reject_options(
    spec: TableSpec,
    *,
    max_bad_rows: float | None,
    rejects: TableSpec | None,
    out_of_partition: str,
    checks: Sequence[Check],
) -> RejectOptions:
    """Return the options of a write into `spec`.

    Raises:
        DeclarationError: They contradict each other, or the table of rejects can't be written with the table.
    """
    limit = BadRowLimit.of(max_bad_rows)
    if out_of_partition not in _OUTSIDE:
        raise DeclarationError("data.out_of_partition", word=out_of_partition, known=", ".join(_OUTSIDE))
    if not limit.accepts_any:
        _refuse_without_limit(rejects, out_of_partition, checks)
        return RejectOptions()
    if rejects is not None:
        _require_writable_together(spec, rejects)
    return RejectOptions(
        limit=limit,
        table=rejects.name if rejects is not None else spec.name + SUFFIX,
        is_outside_rejected=out_of_partition == "reject",
    )


def _refuse_without_limit(rejects: TableSpec | None, out_of_partition: str, checks: Sequence[Check]) -> None:
    asked = ["rejects="] if rejects is not None else []
    asked += ["out_of_partition='reject'"] if out_of_partition == "reject" else []
    asked += [check_name(check) for check in checks if check.severity is Severity.REJECT]
    if asked:
        raise DeclarationError("data.rejects_unlimited", asked=asked[0])


def _require_writable_together(spec: TableSpec, rejects: TableSpec) -> None:
    if rejects.connection_id != spec.connection_id:
        raise DeclarationError(
            "data.rejects_elsewhere", rejects=rejects.name, here=spec.connection_id, there=rejects.connection_id
        )
    if rejects.name.casefold() == spec.name.casefold():
        raise DeclarationError("data.rejects_same", rejects=rejects.name)
