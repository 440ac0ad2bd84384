"""The state tables: complete, and strict about what ends."""

import pytest

from mulgil.kernel import BackfillCause, BackfillRunCause, ImpossibleTransitionError
from mulgil.kernel.backfill.states import RUN_TRANSITIONS as BACKFILL_RUN_TRANSITIONS
from mulgil.kernel.backfill.states import TRANSITIONS as BACKFILL_TRANSITIONS
from mulgil.kernel.backfill.states import next_backfill_run_state, next_backfill_state
from mulgil.kernel.dag_run_states import TRANSITIONS as RUN_TRANSITIONS
from mulgil.kernel.dag_run_states import RunCause, next_run_state
from mulgil.kernel.task_instance_states import TRANSITIONS, Cause, next_state
from mulgil.model import FINISHED_STATES, BackfillRunState, BackfillState, DagRunState, TaskInstanceState

# A backfill runs a run again because somebody wants it, and by another version of its dag if there is one.
BY_BACKFILLS = {Cause.TASK_REMOVED, Cause.TASK_RESTORED}
BY_PEOPLE = {Cause.CLEARED, Cause.CLEARED_WHILE_ALIVE, Cause.MARKED_FAILED, Cause.MARKED_SUCCESS}


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(TaskInstanceState)
    assert set(RUN_TRANSITIONS) == set(DagRunState)
    assert set(BACKFILL_TRANSITIONS) == set(BackfillState)
    assert set(BACKFILL_RUN_TRANSITIONS) == set(BackfillRunState)


def test_every_cause_leads_somewhere() -> None:
    assert {cause for row in TRANSITIONS.values() for cause in row} == set(Cause)
    assert {cause for row in RUN_TRANSITIONS.values() for cause in row} == set(RunCause)
    assert {cause for row in BACKFILL_TRANSITIONS.values() for cause in row} == set(BackfillCause)
    assert {cause for row in BACKFILL_RUN_TRANSITIONS.values() for cause in row} == set(BackfillRunCause)


@pytest.mark.parametrize("state", sorted(FINISHED_STATES))
def test_only_people_and_their_backfills_lead_out_of_a_finished_state(state: TaskInstanceState) -> None:
    ways_out = {cause for cause, following in TRANSITIONS[state].items() if following is not state}

    assert ways_out <= BY_PEOPLE | BY_BACKFILLS


def test_nothing_leads_out_of_the_end_of_a_backfill() -> None:
    assert all(state.is_finished is not bool(row) for state, row in BACKFILL_TRANSITIONS.items())
    assert all(state.is_finished is not bool(row) for state, row in BACKFILL_RUN_TRANSITIONS.items())


def test_what_the_table_lacks_is_refused() -> None:
    with pytest.raises(ImpossibleTransitionError, match="success"):
        next_state(TaskInstanceState.SUCCESS, Cause.STARTED)
    with pytest.raises(ImpossibleTransitionError, match="dag run"):
        next_run_state(DagRunState.QUEUED, RunCause.SUCCEEDED)
    with pytest.raises(ImpossibleTransitionError, match="backfill"):
        next_backfill_state(BackfillState.CANCELLED, BackfillCause.RESUMED)
    with pytest.raises(ImpossibleTransitionError, match="backfill run"):
        next_backfill_run_state(BackfillRunState.SUCCESS, BackfillRunCause.TAKEN_UP)


def test_only_scheduled_leads_to_queued() -> None:
    assert [state for state, row in TRANSITIONS.items() if TaskInstanceState.QUEUED in row.values()] == [
        TaskInstanceState.SCHEDULED
    ]
