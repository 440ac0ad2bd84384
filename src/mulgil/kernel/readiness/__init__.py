"""Readiness: may this task instance run? An ordered tuple of pure rules, one a file."""

from mulgil.kernel.readiness.rules import RULES, judge, why_not_ready
from mulgil.kernel.readiness.upstream import judge_upstream
from mulgil.kernel.readiness.verdict import Rule, Verdict

__all__ = ["RULES", "Rule", "Verdict", "judge", "judge_upstream", "why_not_ready"]
