"""Dags as bytes: what is refused, and why."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from mulgil.model import DagSpec, ManualTimetable, ParamSpec, RetryPolicy, TaskSpec
from mulgil.serialization import DAG_FORMAT, DagFormatError, dag_hash, decode_dag, encode_dag


def dag(*tasks: TaskSpec, **fields: Any) -> DagSpec:
    return DagSpec(dag_id="flights", tasks=tasks, timetable=ManualTimetable(), **fields)


def refusal(spec: DagSpec) -> DagFormatError:
    with pytest.raises(DagFormatError) as caught:
        encode_dag(spec)
    return caught.value


def test_bytes_are_sorted_versioned_and_free_of_defaults() -> None:
    spec = dag(TaskSpec(task_id="load", operator="python"), params={"b": ParamSpec(), "a": ParamSpec(default=1)})

    assert encode_dag(spec) == (
        b'{"dag":{"dag_id":"flights","params":{"a":{"default":1},"b":{}},'
        b'"tasks":[{"operator":"python","task_id":"load"}],"timetable":{"type":"manual"}},"format":1}'
    )


def test_params_in_another_order_are_the_same_bytes_and_hash() -> None:
    one = dag(params={"a": ParamSpec(default={"x": 1, "y": 2}), "b": ParamSpec()})
    other = dag(params={"b": ParamSpec(), "a": ParamSpec(default={"y": 2, "x": 1})})

    assert encode_dag(one) == encode_dag(other)
    assert dag_hash(one) == dag_hash(other)
    assert dag_hash(one) != dag_hash(dag())


def test_a_required_param_stays_different_from_one_that_defaults_to_none() -> None:
    read = decode_dag(encode_dag(dag(params={"required": ParamSpec(), "optional": ParamSpec(default=None)})))

    assert read.params["required"].default is msgspec.UNSET
    assert read.params["optional"].default is None


def test_a_newer_format_names_both_numbers() -> None:
    data = encode_dag(dag()).replace(b'"format":1', b'"format":7')

    with pytest.raises(DagFormatError) as caught:
        decode_dag(data)

    assert caught.value.text.code == "serialization.dag_newer"
    assert caught.value.text.fields == {"format": 7, "supported": DAG_FORMAT}


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b'{"format":0,"dag":{}}', b'{"format":1,"dag":{"dag_id":3}}', b"\xff", b'{"format":1}']
)
def test_other_bytes_are_no_dag(data: bytes) -> None:
    with pytest.raises(DagFormatError) as caught:
        decode_dag(data)

    assert caught.value.text.code == "serialization.dag_unreadable"


@pytest.mark.parametrize(
    ("default", "where"),
    [
        ((1, 2), "params['p'].default"),
        ({"rows": [1.5, float("nan")]}, "params['p'].default['rows'][1]"),
        ({"at": datetime(2013, 1, 1, tzinfo=UTC)}, "params['p'].default['at']"),
        ({1: "one"}, "params['p'].default key 1"),
        (float("inf"), "params['p'].default"),
    ],
)
def test_a_param_that_json_would_change_is_refused_with_its_place(default: object, where: str) -> None:
    error = refusal(dag(params={"p": ParamSpec(default=default)}))

    assert error.text.code == "serialization.param_not_json"
    assert error.text.fields["where"] == where


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        (dag(TaskSpec(task_id="load", operator="python", pool_slots=0)), "$.tasks[0].pool_slots"),
        (dag(TaskSpec(task_id="a", operator="b", retry=RetryPolicy(multiplier=float("nan")))), "$.tasks[0].retry"),
        (dag(max_active_runs=-1), "$.max_active_runs"),
        (dag(description="\ud800"), "surrogates"),
    ],
)
def test_a_field_out_of_its_limits_is_refused_with_its_place(spec: DagSpec, place: str) -> None:
    error = refusal(spec)

    assert error.text.code == "serialization.dag_invalid"
    assert error.text.fields["dag_id"] == "flights"
    assert place in str(error)


def test_the_same_instants_in_another_zone_are_the_same_bytes() -> None:
    here, there = datetime(2013, 1, 1, tzinfo=ZoneInfo("Asia/Seoul")), datetime(2012, 12, 31, 15, tzinfo=UTC)

    assert encode_dag(dag(start_date=here)) == encode_dag(dag(start_date=there))


def test_durations_and_instants_are_exact() -> None:
    spec = dag(
        TaskSpec(task_id="a", operator="b", execution_timeout=timedelta(days=3, microseconds=1)),
        start_date=datetime(2013, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
        dagrun_timeout=timedelta(weeks=60),
    )

    assert decode_dag(encode_dag(spec)) == spec


def test_an_instant_that_utc_can_not_hold_is_refused_by_name() -> None:
    error = refusal(dag(start_date=datetime(1, 1, 1, tzinfo=ZoneInfo("Asia/Seoul"))))

    assert error.text.code == "serialization.instant_out_of_range"
    assert "0001-01-01" in str(error)


def test_a_whole_number_beyond_64_bits_is_refused() -> None:
    assert refusal(dag(params={"n": ParamSpec(default=10**30)})).text.code == "serialization.dag_invalid"
    heavy = TaskSpec(task_id="load", operator="python", priority_weight=2**70)
    assert refusal(dag(heavy)).text.code == "serialization.dag_invalid"
