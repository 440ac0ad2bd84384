"""Arming fault points."""

from __future__ import annotations

import pytest

from mulgil.data.errors import ConnectionLostError, DeclarationError, FaultInjectedError
from mulgil.data.fault_point import Fault, FaultAction, FaultPlan, FaultPoint


def test_a_plan_is_read_from_one_string():
    plan = FaultPlan.parse("K6:kill,task=load,once=/tmp/m; K6c:drop ;")
    assert plan.faults == (
        Fault(point=FaultPoint.K6, action=FaultAction.KILL, task="load", once="/tmp/m"),
        Fault(point=FaultPoint.K6C, action=FaultAction.DROP),
    )
    assert FaultPlan.parse(None) == FaultPlan.parse("") == FaultPlan()


@pytest.mark.parametrize("text", ["K99:kill", "K6", "K6:explode", "K6:kill,when=now"])
def test_what_cannot_be_armed_is_refused(text):
    with pytest.raises(DeclarationError, match="can't be armed"):
        FaultPlan.parse(text)


def test_a_fault_fires_at_its_point_in_its_task():
    plan = FaultPlan.parse("K3:raise,task=load")
    plan.hit("K3", task_id="other")
    plan.hit("K4", task_id="load")
    with pytest.raises(FaultInjectedError, match="K3"):
        plan.hit("K3", task_id="load")


def test_a_marker_lets_a_fault_fire_once(tmp_path):
    plan = FaultPlan.parse(f"K6c:drop,once={tmp_path / 'fired'}")
    with pytest.raises(ConnectionLostError):
        plan.hit("K6c", task_id="load")
    plan.hit("K6c", task_id="load")
    assert (tmp_path / "fired").exists()
