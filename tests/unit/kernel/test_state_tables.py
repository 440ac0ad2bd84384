"""The state tables: complete, and strict about what ends."""

import pytest

from mulgil.kernel import ImpossibleTransitionError
from mulgil.kernel.dag_run_states import TRANSITIONS as RUN_TRANSITIONS
from mulgil.kernel.dag_run_states import RunCause, next_run_state
from mulgil.kernel.task_instance_states import TRANSITIONS, Cause, next_state
from mulgil.model import FINISHED_STATES, DagRunState, TaskInstanceState

BY_PEOPLE = {Cause.CLEARED, Cause.CLEARED_WHILE_ALIVE, Cause.MARKED_FAILED, Cause.MARKED_SUCCESS}


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(TaskInstanceState)
    assert set(RUN_TRANSITIONS) == set(DagRunState)


def test_every_cause_leads_somewhere() -> None:
    assert {cause for row in TRANSITIONS.values() for cause in row} == set(Cause)
    assert {cause for row in RUN_TRANSITIONS.values() for cause in row} == set(RunCause)


@pytest.mark.parametrize("state", sorted(FINISHED_STATES))
def test_only_people_lead_out_of_a_finished_state(state: TaskInstanceState) -> None:
    ways_out = {cause for cause, following in TRANSITIONS[state].items() if following is not state}

    assert ways_out <= BY_PEOPLE


def test_what_the_table_lacks_is_refused() -> None:
    with pytest.raises(ImpossibleTransitionError, match="success"):
        next_state(TaskInstanceState.SUCCESS, Cause.STARTED)
    with pytest.raises(ImpossibleTransitionError, match="dag run"):
        next_run_state(DagRunState.QUEUED, RunCause.SUCCEEDED)


def test_only_scheduled_leads_to_queued() -> None:
    assert [state for state, row in TRANSITIONS.items() if TaskInstanceState.QUEUED in row.values()] == [
        TaskInstanceState.SCHEDULED
    ]
