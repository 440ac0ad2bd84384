"""How a write ended well."""

from enum import StrEnum

import msgspec

from mulgil.data.checks import CheckResult, Severity
from mulgil.data.ledger import CommitRecord


class WriteStatus(StrEnum):
    """How a write ended well."""

    COMMITTED = "committed"
    ALREADY_COMMITTED = "already_committed"
    SUPERSEDED = "superseded"


class WriteOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a write. `records` are its ledger rows, one a scope; none if it was superseded."""

    status: WriteStatus
    table_name: str
    scopes: tuple[str, ...]
    fence: int
    records: tuple[CommitRecord, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    superseded_by: int | None = None

    @property
    def rows(self) -> int:
        """How many rows were published."""
        return sum(record.rows for record in self.records)

    @property
    def warnings(self) -> tuple[CheckResult, ...]:
        """The checks of severity `warn` that failed."""
        return tuple(check for check in self.checks if not check.passed and check.severity is Severity.WARN)
