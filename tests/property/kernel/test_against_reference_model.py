"""Kernel and reference model agree on every state after every event, and the run always ends."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_dags import dag_specs, new_run
from kernel_harness import Harness

from mulgil.kernel import RunState, advance, compile_graph
from mulgil.model import DagSpec

scripts = st.lists(st.integers(0, 10_000), max_size=60)


@settings(max_examples=2000)
@given(spec=dag_specs(), script=scripts)
def test_attempts_alone(spec: DagSpec, script: list[int]) -> None:
    Harness(spec).play(script, interventions=False)


@settings(max_examples=1500)
@given(spec=dag_specs(max_tasks=5), script=scripts)
def test_with_people_restarts_and_late_reports(spec: DagSpec, script: list[int]) -> None:
    Harness(spec).play(script, interventions=True)


@pytest.mark.long
@settings(max_examples=6_000)
@given(spec=dag_specs(max_tasks=9), script=scripts)
def test_attempts_alone_at_length(spec: DagSpec, script: list[int]) -> None:
    Harness(spec).play(script, interventions=False)


@pytest.mark.long
@settings(max_examples=6_000)
@given(spec=dag_specs(), script=scripts)
def test_with_people_restarts_and_late_reports_at_length(spec: DagSpec, script: list[int]) -> None:
    Harness(spec).play(script, interventions=True)


@settings(max_examples=200)
@given(spec=dag_specs(), script=scripts)
def test_same_events_same_decisions(spec: DagSpec, script: list[int]) -> None:
    harness = Harness(spec)
    harness.play(script, interventions=True)
    run, _ = RunState.create(compile_graph(spec), new_run())
    for event, now, decisions in harness.history:
        assert advance(run, event, now) == decisions
