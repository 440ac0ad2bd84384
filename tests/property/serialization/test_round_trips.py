"""What is written is read back equal, with the same types, and written again as the same bytes."""

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from mulgil.model import (
    AssetRef,
    CronTimetable,
    CronTriggerTimetable,
    DagSpec,
    DeltaTimetable,
    DeltaTriggerTimetable,
    EventsTimetable,
    ManualTimetable,
    Mapping,
    OnceTimetable,
    ParamSpec,
    RetryPolicy,
    TaskGroupSpec,
    TaskSpec,
)
from mulgil.serialization import TypeRegistry, XComReadError, decode_dag, decode_xcom, encode_dag, encode_xcom


@dataclass(frozen=True)
class Pair:
    left: object
    right: object


class Box(msgspec.Struct, frozen=True):
    content: object


REGISTRY = TypeRegistry()
REGISTRY.register(Pair)
REGISTRY.register(Box)

zones = st.one_of(
    st.none(),
    st.just(UTC),
    st.sampled_from(["Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "UTC"]).map(ZoneInfo),
    st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23))),
    st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23)), st.text(min_size=1)),
)
anything = st.text(st.characters())  # includes lone surrogates
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**200), 2**200),
    st.floats(),
    anything,
    st.binary(),
    st.datetimes(timezones=zones),
    st.dates(),
    st.times(),
    st.builds(time.replace, st.times(), tzinfo=zones, fold=st.sampled_from([0, 1])),
    st.timedeltas(),
    st.builds(timezone, st.timedeltas(timedelta(hours=-23), timedelta(hours=23))),
    st.just(ZoneInfo("Asia/Seoul")),
    st.decimals(allow_nan=True),
    st.uuids(),
)
hashables = st.recursive(
    scalars.filter(lambda value: not (isinstance(value, Decimal) and value.is_snan())),
    lambda inner: st.one_of(st.lists(inner, max_size=4).map(tuple), st.frozensets(inner, max_size=4)),
    max_leaves=6,
)
keys = st.one_of(anything, st.sampled_from(["$type", "value", ""]))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(keys, inner, max_size=4),
        st.sets(hashables, max_size=4),
        st.builds(Pair, inner, inner),
        st.builds(Box, inner),
    ),
    max_leaves=12,
)


def same(left: object, right: object) -> bool:
    """Compare by type and contents; NaN is NaN, and a set's items are matched by their representation."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(map(same, left.values(), right.values()))
    if isinstance(left, set | frozenset):
        return sorted(map(canonical, left)) == sorted(map(canonical, right))
    if isinstance(left, Pair):
        return same((left.left, left.right), (right.left, right.right))
    if isinstance(left, Box):
        return same(left.content, right.content)
    return canonical(left) == canonical(right)


def canonical(value: Hashable) -> str:
    if isinstance(value, frozenset):
        return f"frozenset({sorted(map(canonical, value))})"
    if isinstance(value, tuple):
        return f"({', '.join(map(canonical, value))})"
    return repr(value)


@settings(max_examples=400)
@given(value=values)
def test_xcoms(value: object) -> None:
    data = encode_xcom(value, task_id="t", key="k", registry=REGISTRY)
    read = decode_xcom(data, registry=REGISTRY)

    assert same(read, value)
    assert encode_xcom(read, task_id="t", key="k", registry=REGISTRY) == data


KINDS = ["bytes", "date", "datetime", "decimal", "dict", "float", "frozenset", "int", "object", "set", "str", "time"]
KINDS += ["timedelta", "timezone", "tuple", "uuid", "zone", "unheard-of"]
damaged = st.recursive(
    st.one_of(st.none(), st.integers(-5, 5), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.fixed_dictionaries(
            {"$type": st.sampled_from(KINDS) | inner, "value": inner},
            optional={"zone": inner, "fold": inner, "name": inner, "class": st.just(f"{__name__}:Pair") | inner},
        ),
    ),
)


@settings(max_examples=400)
@given(content=damaged.map(msgspec.json.encode) | st.binary(max_size=40))
def test_reading_a_damaged_xcom_gives_a_value_or_its_own_error(content: bytes) -> None:
    try:
        decode_xcom(b'{"format":1,"value":' + content + b"}", registry=REGISTRY)
    except XComReadError as error:
        assert error.text.area == "xcom"  # noqa: PT017 - most examples are readable after all


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
# A day short of what UTC can hold, whatever the zone; Hypothesis takes naive bounds.
FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001
instants = st.datetimes(FIRST, LAST, timezones=st.sampled_from([UTC, ZoneInfo("Asia/Seoul")]), allow_imaginary=False)
# What the stores and the wire carry.
whole = st.integers(-(2**63), 2**63 - 1)
natural = st.integers(0, 1000)
positive = st.integers(1, 1000)
jsons: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), whole, st.floats(allow_nan=False, allow_infinity=False), names),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=5,
)
assets = st.lists(st.builds(AssetRef, names, names), max_size=2).map(tuple)
some_names = st.lists(names, max_size=3).map(tuple)
tasks = st.builds(
    TaskSpec,
    task_id=names,
    operator=names,
    upstream=some_names,
    retry=st.builds(
        RetryPolicy, natural, st.timedeltas(), st.floats(1, 10), st.none() | st.timedeltas(), st.floats(0, 1)
    ),
    execution_timeout=st.none() | st.timedeltas(),
    pool_slots=positive,
    priority_weight=whole,
    mapping=st.none() | st.builds(Mapping, some_names, st.lists(natural, max_size=3).map(tuple)),
    inlets=assets,
    outlets=assets,
    preload=some_names,
    line=natural,
)
timetables = st.one_of(
    st.builds(CronTimetable, names, names),
    st.builds(DeltaTimetable, st.timedeltas(), instants),
    st.just(OnceTimetable()),
    st.builds(CronTriggerTimetable, st.lists(names, max_size=3).map(tuple), names, st.timedeltas()),
    st.builds(DeltaTriggerTimetable, st.timedeltas(), instants, st.timedeltas()),
    st.builds(EventsTimetable, st.lists(instants, max_size=3).map(tuple), st.booleans()),
    st.just(ManualTimetable()),
)
dags = st.builds(
    DagSpec,
    dag_id=names,
    tasks=st.lists(tasks, max_size=3).map(tuple),
    timetable=timetables,
    start_date=st.none() | instants,
    end_date=st.none() | instants,
    max_active_runs=positive,
    max_active_tasks=positive,
    dagrun_timeout=st.none() | st.timedeltas(),
    groups=st.lists(st.builds(TaskGroupSpec, names, st.none() | names, names), max_size=2).map(tuple),
    params=st.dictionaries(
        names, st.builds(ParamSpec, st.dictionaries(names, jsons, max_size=2), jsons | st.just(msgspec.UNSET), names)
    ),
    tags=some_names,
    line=natural,
)


@settings(max_examples=150)
@given(spec=dags)
def test_dags(spec: DagSpec) -> None:
    data = encode_dag(spec)
    read = decode_dag(data)

    assert read == spec
    assert encode_dag(read) == data
