"""What a check comes to."""

from enum import StrEnum

import msgspec

from mulgil.i18n import Text


class Verdict(StrEnum):
    """How things stand."""

    OK = "ok"
    # It works, but not as it should, or not for long.
    WARN = "warn"
    # Something will not work until somebody changes it.
    FAIL = "fail"


class Finding(msgspec.Struct, frozen=True):
    """What was looked at, how it stands, and what to do where it doesn't stand well."""

    check: str
    verdict: Verdict
    says: Text
    remedy: Text | None = None


def ok(check: str, says: Text) -> Finding:
    """All is well."""
    return Finding(check, Verdict.OK, says)


def warn(check: str, says: Text, remedy: Text | None = None) -> Finding:
    """Somebody should know."""
    return Finding(check, Verdict.WARN, says, remedy)


def fail(check: str, says: Text, remedy: Text | None = None) -> Finding:
    """Somebody must do something."""
    return Finding(check, Verdict.FAIL, says, remedy)
