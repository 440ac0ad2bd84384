"""The table of the thirteen trigger rules: from the tally of upstream ends to a verdict.

Each rule answers as early as Airflow's does: `all_success` fails its task on the first upstream failure,
`one_success` lets it run on the first success. Where every upstream instance has ended no rule says
"wait", so a run can't come to a standstill (a test walks through every mix).
"""

from collections.abc import Callable

from mulgil.kernel.readiness.verdict import Verdict
from mulgil.kernel.upstream_tally import UpstreamTally
from mulgil.model import TriggerRule

TriggerRuleJudge = Callable[[UpstreamTally], Verdict]


def _ready_if(condition: bool) -> Verdict:
    return Verdict.READY if condition else Verdict.WAIT


def _all_success(tally: UpstreamTally) -> Verdict:
    if tally.failures:
        return Verdict.UPSTREAM_FAILED
    if tally.skipped:
        return Verdict.SKIP
    return _ready_if(tally.is_complete)


def _all_failed(tally: UpstreamTally) -> Verdict:
    if tally.success or tally.skipped:
        return Verdict.SKIP
    return _ready_if(tally.is_complete)


def _all_done(tally: UpstreamTally) -> Verdict:
    return _ready_if(tally.is_complete)


def _all_done_min_one_success(tally: UpstreamTally) -> Verdict:
    if tally.skipped:
        return Verdict.SKIP
    if tally.is_complete and not tally.success:
        return Verdict.UPSTREAM_FAILED
    return _ready_if(tally.is_complete)


def _one_success(tally: UpstreamTally) -> Verdict:
    if tally.success:
        return Verdict.READY
    if not tally.is_complete:
        return Verdict.WAIT
    return Verdict.UPSTREAM_FAILED if tally.failures else Verdict.SKIP


def _one_failed(tally: UpstreamTally) -> Verdict:
    if tally.failures:
        return Verdict.READY
    return Verdict.SKIP if tally.is_complete else Verdict.WAIT


def _one_done(tally: UpstreamTally) -> Verdict:
    if tally.success or tally.failed:
        return Verdict.READY
    return Verdict.SKIP if tally.is_complete else Verdict.WAIT


def _none_failed(tally: UpstreamTally) -> Verdict:
    return Verdict.UPSTREAM_FAILED if tally.failures else _ready_if(tally.is_complete)


def _none_failed_min_one_success(tally: UpstreamTally) -> Verdict:
    if tally.failures:
        return Verdict.UPSTREAM_FAILED
    if tally.is_complete and not tally.success:
        return Verdict.SKIP
    return _ready_if(tally.is_complete)


def _none_skipped(tally: UpstreamTally) -> Verdict:
    return Verdict.SKIP if tally.skipped else _ready_if(tally.is_complete)


def _all_skipped(tally: UpstreamTally) -> Verdict:
    if tally.success or tally.failures:
        return Verdict.SKIP
    return _ready_if(tally.is_complete)


def _always(tally: UpstreamTally) -> Verdict:
    return Verdict.READY


TRIGGER_RULES: dict[TriggerRule, TriggerRuleJudge] = {
    TriggerRule.ALL_SUCCESS: _all_success,
    TriggerRule.ALL_FAILED: _all_failed,
    TriggerRule.ALL_DONE: _all_done,
    TriggerRule.ALL_DONE_MIN_ONE_SUCCESS: _all_done_min_one_success,
    # A dag has no setup tasks yet; without one upstream the rule is Airflow's `all_done`.
    TriggerRule.ALL_DONE_SETUP_SUCCESS: _all_done,
    TriggerRule.ONE_SUCCESS: _one_success,
    TriggerRule.ONE_FAILED: _one_failed,
    TriggerRule.ONE_DONE: _one_done,
    TriggerRule.NONE_FAILED: _none_failed,
    TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS: _none_failed_min_one_success,
    TriggerRule.NONE_SKIPPED: _none_skipped,
    TriggerRule.ALL_SKIPPED: _all_skipped,
    TriggerRule.ALWAYS: _always,
}
