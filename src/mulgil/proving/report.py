"""What a proof found: checks, each with what differed, the cause as far as it is known, and the remedy."""

from enum import StrEnum

import msgspec

from mulgil.i18n import Text


class Verdict(StrEnum):
    """How a check ended."""

    OK = "ok"
    # Nothing is wrong for sure: an author should look.
    DOUBTFUL = "doubtful"
    FAILED = "failed"
    SKIPPED = "skipped"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. `where` is a table or task, `at` how a task had been killed before."""

    where: str
    at: Text | None = None
    what: Text
    cause: Text | None = None
    remedy: Text | None = None
    samples: tuple[str, ...] = ()


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One question that was asked of the pipeline; `tried` is how many times."""

    name: str
    title: Text
    verdict: Verdict
    tried: int = 1
    note: Text | None = None
    findings: tuple[Finding, ...] = ()


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report."""

    dag_id: str
    file: str
    intervals: tuple[str, ...]
    tables: dict[str, int]
    checks: tuple[Check, ...]
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return all(check.verdict is not Verdict.FAILED for check in self.checks)
