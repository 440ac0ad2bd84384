"""Random dags for the kernel's properties."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from mulgil.model import (
    DagRun,
    DagRunState,
    DagSpec,
    DataInterval,
    ManualTimetable,
    Mapping,
    RetryPolicy,
    RunType,
    TaskGroupSpec,
    TaskSpec,
    TriggerRule,
    WeightRule,
)

START = datetime(2026, 1, 1, tzinfo=UTC)

retry_policies = st.builds(
    RetryPolicy,
    retries=st.integers(0, 2),
    delay=st.sampled_from([timedelta(0), timedelta(seconds=10), timedelta(minutes=1)]),
    multiplier=st.sampled_from([1.0, 2.0]),
    max_delay=st.sampled_from([None, timedelta(seconds=15)]),
)
mappings = st.sampled_from(
    [
        Mapping(("x",), (2,)),
        Mapping(("x",), (3,)),
        Mapping(("x", "y"), (2, 2)),
        Mapping(("x",), (0,)),
        Mapping((), (1,)),
    ]
)
GROUPS = (TaskGroupSpec("outer"), TaskGroupSpec("outer.inner", parent="outer"), TaskGroupSpec("other"))


@st.composite
def dag_specs(draw: st.DrawFn, *, max_tasks: int = 7) -> DagSpec:
    """A dag of a few tasks with any mix of rules, branches, mappings, groups and retries."""
    size = draw(st.integers(1, max_tasks))
    names = [f"t{number}" for number in range(size)]
    tasks = []
    for number, name in enumerate(names):
        above = draw(st.sets(st.sampled_from(names[:number]), max_size=3)) if number else set()
        tasks.append(
            TaskSpec(
                task_id=name,
                operator="python",
                upstream=tuple(sorted(above)),
                trigger_rule=draw(st.one_of(st.just(TriggerRule.ALL_SUCCESS), st.sampled_from(list(TriggerRule)))),
                retry=draw(st.one_of(st.just(RetryPolicy()), retry_policies)),
                group=draw(st.sampled_from([None, None, "outer", "outer.inner", "other"])),
                is_branch=draw(st.sampled_from([False, False, True])),
                mapping=draw(st.one_of(st.none(), st.none(), mappings)),
                priority_weight=draw(st.integers(-2, 9)),
                weight_rule=draw(st.sampled_from(list(WeightRule))),
            )
        )
    return DagSpec(dag_id="random", tasks=tuple(tasks), timetable=ManualTimetable(), groups=GROUPS)


def new_run(run_id: str = "run", *, dag_id: str = "random", start: datetime = START) -> DagRun:
    """A run that has not started."""
    return DagRun(
        dag_id=dag_id,
        run_id=run_id,
        run_uid=run_id,
        run_type=RunType.MANUAL,
        state=DagRunState.QUEUED,
        data_interval=DataInterval.at(start),
        version_id="v1",
        created_at=START,
    )
