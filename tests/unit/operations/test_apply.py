"""The apply side: a command and the state that it meets become an effect."""

from datetime import UTC, datetime, timedelta

import pytest

from mulgil.kernel import RunCancelled, TaskInstancesCleared, TaskInstancesMarked
from mulgil.messages import (
    Applied,
    CancelDagRun,
    ClearTaskInstances,
    Command,
    CommandPayload,
    MarkTaskInstances,
    Refused,
    SetDagPaused,
    TriggerDagRun,
)
from mulgil.model import (
    CronTimetable,
    Dag,
    DagRun,
    DagRunState,
    DagSpec,
    DagVersion,
    DataInterval,
    Isolation,
    ManualTimetable,
    ParamSpec,
    RunType,
    TaskInstance,
    TaskInstanceState,
    TaskKey,
    TaskSpec,
    TimetableSpec,
)
from mulgil.operations import (
    ChangeDag,
    ChangeRun,
    CreateRun,
    Effect,
    NoEffect,
    applied_event,
    apply_cancel,
    apply_clear,
    apply_mark,
    apply_pause,
    apply_trigger,
    make_run_id,
)
from mulgil.timetables import timetable_for

NOW = datetime(2024, 1, 10, 12, tzinfo=UTC)
DAY_9 = DataInterval(datetime(2024, 1, 9, tzinfo=UTC), datetime(2024, 1, 10, tzinfo=UTC))
DAILY = CronTimetable("0 0 * * *", "UTC")
DAG = Dag(dag_id="d", bundle="b", file="f.py", version_id="v", is_paused=False)


def command(payload: CommandPayload) -> Command:
    return Command(command_id="c", payload=payload, submitted_at=NOW, by="ada")


def trigger(
    payload: TriggerDagRun,
    *,
    timetable: TimetableSpec = DAILY,
    taken: tuple[str, ...] = (),
    dag: Dag | None = DAG,
    start_date: datetime | None = None,
) -> Effect:
    spec = DagSpec(
        dag_id="d",
        tasks=(),
        timetable=timetable,
        params={"n": ParamSpec(schema={"type": "integer"}, default=1)},
    )
    version = DagVersion(
        version_id="v",
        dag_id="d",
        number=1,
        spec=spec,
        snapshot="s",
        bundle="b",
        file="f.py",
        isolation=Isolation.FORK,
        isolation_reason=None,
        published_at=NOW,
    )
    return apply_trigger(
        command(payload),
        payload,
        dag=dag,
        version=version,
        timetable=timetable_for(timetable, start_date=start_date, end_date=None),
        is_taken=taken.__contains__,
        now=NOW,
    )


def created(effect: Effect) -> DagRun:
    assert isinstance(effect, CreateRun)
    return effect.run


def refusal(effect: Effect) -> str:
    assert isinstance(effect, NoEffect)
    assert isinstance(effect.answer, Refused)
    return effect.answer.reason.code


def test_a_manual_run_is_for_the_latest_complete_interval() -> None:
    effect = trigger(TriggerDagRun(dag_id="d", run_uid="u", conf={"n": 2}, note="why"))
    run = created(effect)
    assert run.data_interval == DAY_9
    assert run.run_id == "manual__2024-01-09T00:00:00+00:00"
    assert (run.run_uid, run.run_type, run.state) == ("u", RunType.MANUAL, DagRunState.QUEUED)
    assert (run.conf, run.note, run.triggered_by, run.version_id) == ({"n": 2}, "why", "ada", "v")
    assert effect.answer == Applied(
        {
            "dag_id": "d",
            "run_id": run.run_id,
            "run_uid": "u",
            "interval_start": "2024-01-09T00:00:00Z",
            "interval_end": "2024-01-10T00:00:00Z",
            "is_paused": False,
        }
    )


def test_a_second_run_of_an_interval_gets_a_number() -> None:
    stem = "manual__2024-01-09T00:00:00+00:00"
    run = created(trigger(TriggerDagRun(dag_id="d", run_uid="u"), taken=(stem, f"{stem}__2")))
    assert run.run_id == f"{stem}__3"


def test_a_logical_date_picks_the_interval_that_contains_it() -> None:
    run = created(trigger(TriggerDagRun(dag_id="d", run_uid="u", logical_date=datetime(2024, 1, 5, 7, tzinfo=UTC))))
    assert run.logical_date == datetime(2024, 1, 5, tzinfo=UTC)


def test_a_given_interval_is_kept_and_no_schedule_means_an_empty_one() -> None:
    given = DataInterval(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 3, tzinfo=UTC))
    assert created(trigger(TriggerDagRun(dag_id="d", run_uid="u", data_interval=given))).data_interval == given
    run = created(trigger(TriggerDagRun(dag_id="d", run_uid="u"), timetable=ManualTimetable()))
    assert run.data_interval == DataInterval.at(NOW)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (TriggerDagRun(dag_id="d", run_uid="u", conf={"n": "two"}), "operations.param_type"),
        (TriggerDagRun(dag_id="d", run_uid="u", run_id="scheduled__x"), "operations.run_id_reserved"),
        (TriggerDagRun(dag_id="d", run_uid="u", run_id="../etc"), "operations.run_id_invalid"),
        (TriggerDagRun(dag_id="d", run_uid="u", run_id=".."), "operations.run_id_invalid"),
        (TriggerDagRun(dag_id="d", run_uid="u", run_id="taken"), "operations.run_exists"),
        (TriggerDagRun(dag_id="d", run_uid="u", logical_date=NOW + timedelta(days=1)), "operations.logical_date_ahead"),
        (
            TriggerDagRun(dag_id="d", run_uid="u", data_interval=DataInterval.at(NOW + timedelta(seconds=1))),
            "operations.logical_date_ahead",
        ),
    ],
)
def test_triggers_that_are_refused(payload: TriggerDagRun, code: str) -> None:
    assert refusal(trigger(payload, taken=("taken",))) == code


def test_an_interval_that_has_begun_may_be_run_before_it_ends() -> None:
    run = created(trigger(TriggerDagRun(dag_id="d", run_uid="u", logical_date=NOW)))
    assert run.data_interval.start < NOW < run.data_interval.end


def test_a_dag_that_is_gone_or_has_no_complete_interval_is_refused() -> None:
    payload = TriggerDagRun(dag_id="d", run_uid="u")
    assert refusal(trigger(payload, dag=None)) == "operations.dag_unknown"
    assert refusal(trigger(payload, start_date=NOW)) == "operations.no_complete_interval"


def test_make_run_id_counts_up() -> None:
    assert make_run_id(RunType.SCHEDULED, NOW, is_taken=lambda _: False) == "scheduled__2024-01-10T12:00:00+00:00"


SPEC = DagSpec(
    dag_id="d",
    timetable=ManualTimetable(),
    tasks=(
        TaskSpec(task_id="a", operator="x"),
        TaskSpec(task_id="b", operator="x", upstream=("a",)),
        TaskSpec(task_id="c", operator="x", upstream=("b",)),
        TaskSpec(task_id="side", operator="x"),
    ),
)
S = TaskInstanceState
INSTANCES = tuple(
    TaskInstance(dag_id="d", run_id="r", task_id=task_id, map_index=index, state=state)
    for task_id, index, state in (
        ("a", -1, S.SUCCESS),
        ("b", 0, S.FAILED),
        ("b", 1, S.SUCCESS),
        ("c", -1, S.UPSTREAM_FAILED),
        ("side", -1, S.SUCCESS),
    )
)


def clear(payload: ClearTaskInstances, *, spec: DagSpec | None = SPEC) -> Effect:
    return apply_clear(command(payload), payload, spec=spec, instances=INSTANCES if spec else ())


def cleared(effect: Effect) -> list[tuple[str, int]]:
    assert isinstance(effect, ChangeRun)
    assert isinstance(effect.event, TaskInstancesCleared)
    assert effect.answer == Applied({"dag_id": "d", "run_id": "r", "count": len(effect.event.keys)})
    return [(key.task_id, key.map_index) for key in effect.event.keys]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("a", -1), ("b", 0), ("b", 1), ("c", -1), ("side", -1)]),
        ({"only_failed": True}, [("b", 0), ("c", -1)]),
        ({"tasks": (TaskKey("b"),)}, [("b", 0), ("b", 1)]),
        ({"tasks": (TaskKey("b", 1),)}, [("b", 1)]),
        ({"tasks": (TaskKey("b", 1),), "downstream": True}, [("b", 1), ("c", -1)]),
        ({"tasks": (TaskKey("b", 0),), "upstream": True}, [("a", -1), ("b", 0)]),
        ({"tasks": (TaskKey("a"),), "downstream": True, "only_failed": True}, [("b", 0), ("c", -1)]),
    ],
)
def test_what_a_clear_means(fields: dict[str, object], expected: list[tuple[str, int]]) -> None:
    payload = ClearTaskInstances(dag_id="d", run_id="r", **fields)  # type: ignore[arg-type]
    assert cleared(clear(payload)) == expected


def test_a_clear_of_nothing_changes_nothing() -> None:
    effect = clear(ClearTaskInstances(dag_id="d", run_id="r", tasks=(TaskKey("side"),), only_failed=True))
    assert effect == NoEffect(Applied({"dag_id": "d", "run_id": "r", "count": 0}))


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (TaskKey("sid"), "operations.task_misspelt"),
        (TaskKey("zzzzz"), "operations.task_unknown"),
        (TaskKey("b", 9), "operations.map_index_unknown"),
    ],
)
def test_unknown_tasks_are_refused(key: TaskKey, code: str) -> None:
    assert refusal(clear(ClearTaskInstances(dag_id="d", run_id="r", tasks=(key,)))) == code
    mark = MarkTaskInstances(dag_id="d", run_id="r", tasks=(key,), state=S.SUCCESS)
    assert refusal(apply_mark(command(mark), mark, instances=INSTANCES)) == code


def test_a_mark_passes_over_what_is_in_that_state_already() -> None:
    payload = MarkTaskInstances(dag_id="d", run_id="r", tasks=(TaskKey("a"), TaskKey("b")), state=S.SUCCESS)
    effect = apply_mark(command(payload), payload, instances=INSTANCES)
    assert isinstance(effect, ChangeRun)
    assert effect.event == TaskInstancesMarked((TaskKey("b", 0),), S.SUCCESS, "ada")
    again = MarkTaskInstances(dag_id="d", run_id="r", tasks=(TaskKey("a"),), state=S.SUCCESS)
    assert isinstance(apply_mark(command(again), again, instances=INSTANCES), NoEffect)


def test_runs_that_do_not_exist_and_states_that_cannot_be_marked_are_refused() -> None:
    mark = MarkTaskInstances(dag_id="d", run_id="r", tasks=(TaskKey("a"),), state=S.RUNNING)
    assert refusal(apply_mark(command(mark), mark, instances=INSTANCES)) == "operations.state_not_markable"
    assert refusal(apply_mark(command(mark), mark, instances=None)) == "operations.run_unknown"
    assert refusal(clear(ClearTaskInstances(dag_id="d", run_id="r"), spec=None)) == "operations.run_unknown"
    cancel = CancelDagRun("d", "r")
    assert refusal(apply_cancel(command(cancel), cancel, run=None)) == "operations.run_unknown"


@pytest.mark.parametrize("state", list(DagRunState))
def test_only_a_run_that_has_not_ended_can_be_cancelled(state: DagRunState) -> None:
    run = DagRun(
        dag_id="d",
        run_id="r",
        run_uid="u",
        run_type=RunType.MANUAL,
        state=state,
        data_interval=DAY_9,
        version_id="v",
        created_at=NOW,
    )
    payload = CancelDagRun("d", "r")
    effect = apply_cancel(command(payload), payload, run=run)
    if state.is_finished:
        assert refusal(effect) == "operations.run_finished"
    else:
        assert effect == ChangeRun(RunCancelled("ada"), Applied({"dag_id": "d", "run_id": "r"}))


def test_pausing_twice_changes_nothing_the_second_time() -> None:
    effect = apply_pause(SetDagPaused("d", True), dag=DAG)
    assert isinstance(effect, ChangeDag)
    assert effect.dag.is_paused
    assert isinstance(apply_pause(SetDagPaused("d", True), dag=effect.dag), NoEffect)
    assert refusal(apply_pause(SetDagPaused("d", True), dag=None)) == "operations.dag_unknown"


def test_the_audit_event_names_the_command_its_object_and_the_refusal() -> None:
    cancel = CancelDagRun("d", "r")
    effect = apply_cancel(command(cancel), cancel, run=None)
    event = applied_event(command(cancel), effect.answer, at=NOW)
    assert (event.dag_id, event.run_id, event.payload.command) == ("d", "r", "cancel_dag_run")
    assert event.payload.refused.code == "operations.run_unknown"
    paused = command(SetDagPaused("d", True))
    assert applied_event(paused, Applied(), at=NOW).run_id is None
