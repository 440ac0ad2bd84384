"""What a scheduler writes: whole or not at all, under its epoch, each thing once."""

from datetime import timedelta

import msgspec
import pytest
from store_rows import START, a_command, a_commit, a_run, a_version, an_attempt, an_event, an_instance, an_xcom, day

from mulgil.i18n import Text
from mulgil.messages import Applied, Refused
from mulgil.model import AttemptState, DagRunState, DagSchedule, RunType, TaskInstanceState
from mulgil.ports import (
    AnsweredCommand,
    Batch,
    LeaseLostError,
    MetadataStore,
    StoredRun,
    StoreError,
    UniquenessError,
)


def test_each_claim_raises_the_epoch(store: MetadataStore) -> None:
    assert [store.claim("a"), store.claim("b"), store.claim("a")] == [1, 2, 3]


@pytest.mark.parametrize("offset", [-1, 1])
def test_only_the_newest_epoch_commits(store: MetadataStore, offset: int) -> None:
    store.claim("a")
    newest = store.claim("b")
    with pytest.raises(LeaseLostError, match="another scheduler has taken over"):
        store.commit(Batch(new_runs=[a_run()], events=[an_event()]), epoch=newest + offset)
    assert store.runs() == ()
    assert store.last_event() == 0


def test_an_unclaimed_store_takes_no_commit(store: MetadataStore) -> None:
    with pytest.raises(LeaseLostError):
        store.commit(Batch(), epoch=1)


def test_a_whole_step_is_read_back_as_it_was_written(store: MetadataStore, epoch: int) -> None:
    moment = START + timedelta(microseconds=1)
    run = a_run(
        conf={"날짜": "2026-01-01", "n": [1, None, True, 2.5]},
        started_at=moment,
        ended_at=moment,
        reason=Text("run.done", {"count": 3, "ratio": 0.5, "ok": True, "none": None}),
        triggered_by="ann",
        note='it\'s a "note"',
    )
    instance = an_instance(
        "load",
        map_index=4,
        state=TaskInstanceState.UP_FOR_RETRY,
        try_number=2,
        max_tries=3,
        clear_number=1,
        lost_count=1,
        attempt_id="a1",
        reason=Text("wait.pool_full", {"pool": "p"}),
        scheduled_at=moment,
        queued_at=moment,
        started_at=moment,
        ended_at=moment,
        retry_at=moment,
    )
    attempt = an_attempt(
        task_id="load", map_index=4, pid=7, started_at=moment, ended_at=None, outcome=None, state=AttemptState.RUNNING
    )
    ended = an_attempt(
        "a0",
        task_id="load",
        map_index=4,
        state=AttemptState.ENDED,
        ended_at=moment,
        outcome="failed",
        error=Text("x.y", {"z": 1}),
    )
    xcom = an_xcom(value=bytes(range(256)), task_id="load", map_index=4)
    commit = a_commit(record=b'{"a": 1}', superseded_by=9)
    batch = Batch(
        new_runs=[run],
        instances=[instance],
        attempts=[attempt, ended],
        xcoms=[xcom],
        commits=[commit],
        events=[an_event()],
    )
    assert store.commit(batch, epoch=epoch) == 1
    assert store.run("d", "r0") == run
    assert store.stored_run("d", "r0") == StoredRun(run=run, instances=(instance,), live_attempts=(attempt,))
    assert store.task_instances("d", "r0") == (instance,)
    assert store.attempts("d", "r0") == (ended, attempt)
    assert store.xcoms("d", "r0", "load", map_index=4, key="return_value") == (xcom,)
    assert store.asset_commits("d", "r0") == (commit,)
    assert store.events() == (msgspec.structs.replace(an_event(), seq=1),)


def test_what_is_not_there_is_none(store: MetadataStore) -> None:
    assert store.run("d", "r0") is None
    assert store.stored_run("d", "r0") is None
    assert store.run_of_interval("d", day(0)) is None
    assert store.active_runs() == ()
    assert store.task_instances("d", "r0") == ()
    assert store.attempts("d", "r0") == ()
    assert store.xcoms("d", "r0", "t", map_index=None, key="k") == ()
    assert store.asset_commits("d", "r0") == ()


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (a_run(run_uid="other", data_interval=day(1)), "has a run r0 already"),
        (a_run(run_id="r1", run_type=RunType.SCHEDULED), "has a run of the interval .* already: r0"),
        (a_run(run_id="r1", run_type=RunType.BACKFILL), "has a run of the interval .* already: r0"),
        (a_run("e", run_uid="uid-d-r0"), "uid uid-d-r0 .* is used already"),
    ],
)
@pytest.mark.parametrize("is_in_one_batch", [True, False])
def test_a_run_that_is_not_new_refuses_the_whole_batch(
    store: MetadataStore, epoch: int, second: object, message: str, *, is_in_one_batch: bool
) -> None:
    first = a_run(run_type=RunType.SCHEDULED)
    refused = Batch(new_runs=[a_run("z", "z"), second], events=[an_event()])  # type: ignore[list-item]
    if is_in_one_batch:
        refused.new_runs.insert(0, first)
    else:
        store.commit(Batch(new_runs=[first]), epoch=epoch)
    before = store.runs()
    with pytest.raises(UniquenessError, match=message):
        store.commit(refused, epoch=epoch)
    assert store.runs() == before
    assert store.last_event() == 0


def test_manual_and_asset_runs_may_share_an_interval(store: MetadataStore, epoch: int) -> None:
    runs = [
        a_run(run_id="s", run_type=RunType.SCHEDULED),
        a_run(run_id="m1"),
        a_run(run_id="m2"),
        a_run(run_id="a", run_type=RunType.ASSET_TRIGGERED),
        a_run("other", run_id="s", run_type=RunType.SCHEDULED),
    ]
    store.commit(Batch(new_runs=runs), epoch=epoch)
    assert store.run_of_interval("d", day(0)) == runs[0]
    assert store.run_of_interval("d", day(1)) is None
    assert len(store.runs()) == 5


def test_the_run_of_an_interval_is_never_a_manual_one(store: MetadataStore, epoch: int) -> None:
    store.commit(Batch(new_runs=[a_run()]), epoch=epoch)
    assert store.run_of_interval("d", day(0)) is None


def test_an_update_replaces_a_run_but_not_its_identity(store: MetadataStore, epoch: int) -> None:
    run = a_run(run_type=RunType.SCHEDULED, state=DagRunState.QUEUED)
    store.commit(Batch(new_runs=[run]), epoch=epoch)
    changed = msgspec.structs.replace(
        run,
        state=DagRunState.SUCCESS,
        version_id="v2",
        note="n",
        run_uid="another",
        run_type=RunType.MANUAL,
        data_interval=day(5),
        created_at=day(5).start,
    )
    store.commit(Batch(runs=[changed]), epoch=epoch)
    expected = msgspec.structs.replace(run, state=DagRunState.SUCCESS, version_id="v2", note="n")
    assert store.run("d", "r0") == store.run_of_interval("d", day(0)) == expected


def test_a_run_may_be_created_and_changed_in_one_batch(store: MetadataStore, epoch: int) -> None:
    run = a_run(state=DagRunState.QUEUED)
    running = msgspec.structs.replace(run, state=DagRunState.RUNNING)
    store.commit(Batch(new_runs=[run], runs=[running]), epoch=epoch)
    assert store.run("d", "r0") == running


@pytest.mark.parametrize(
    "batch",
    [
        Batch(runs=[a_run("nobody")]),
        Batch(instances=[an_instance(dag_id="nobody")]),
        Batch(attempts=[an_attempt(dag_id="nobody")]),
        Batch(xcoms=[msgspec.structs.replace(an_xcom(), dag_id="nobody")]),
        Batch(answers=[AnsweredCommand(command_id="nobody", answer=Applied())]),
    ],
)
def test_a_row_of_something_unknown_refuses_the_whole_batch(store: MetadataStore, epoch: int, batch: Batch) -> None:
    batch.new_runs = [a_run()]
    batch.events = [an_event()]
    with pytest.raises(StoreError, match="nothing was written"):
        store.commit(batch, epoch=epoch)
    assert store.runs() == ()
    assert store.last_event() == 0


def test_of_a_row_that_stands_twice_the_last_counts(store: MetadataStore, epoch: int) -> None:
    queued, running = (an_instance(state=s) for s in (TaskInstanceState.QUEUED, TaskInstanceState.RUNNING))
    first, second = (an_attempt(state=s) for s in (AttemptState.QUEUED, AttemptState.RUNNING))
    batch = Batch(
        new_runs=[a_run()],
        instances=[queued, running],
        attempts=[first, second],
        xcoms=[an_xcom(value=b"old"), an_xcom(value=b"new")],
    )
    store.commit(batch, epoch=epoch)
    assert store.task_instances("d", "r0") == (running,)
    assert store.attempts("d", "r0") == (second,)
    assert [xcom.value for xcom in store.xcoms("d", "r0", "t", map_index=-1, key="return_value")] == [b"new"]


def test_a_restart_loads_every_unfinished_run_oldest_first(store: MetadataStore, epoch: int) -> None:
    late, early = a_run(run_id="late", created_at=START + timedelta(seconds=1)), a_run(run_id="early")
    queued = a_run(run_id="queued", state=DagRunState.QUEUED, created_at=START + timedelta(seconds=2))
    over = [a_run(run_id=state.value, state=state) for state in (DagRunState.SUCCESS, DagRunState.FAILED)]
    live = an_attempt("a2", run_id="late", state=AttemptState.STARTING)
    attempts = [
        an_attempt("a1", run_id="late", state=AttemptState.LOST),
        live,
        an_attempt("a0", run_id="early", state=AttemptState.ENDED),
        an_attempt("a9", run_id="success", state=AttemptState.RUNNING),
    ]
    instances = [an_instance("b", run_id="late"), an_instance("a", run_id="late"), an_instance(run_id="failed")]
    batch = Batch(new_runs=[late, early, queued, *over], instances=instances, attempts=attempts)
    store.commit(batch, epoch=epoch)
    assert store.active_runs() == (
        StoredRun(run=early, instances=()),
        StoredRun(run=late, instances=(instances[1], instances[0]), live_attempts=(live,)),
        StoredRun(run=queued, instances=()),
    )


def test_dropped_xcoms_go_before_the_new_ones_come(store: MetadataStore, epoch: int) -> None:
    old = [an_xcom("a", b"1"), an_xcom("b", b"2"), an_xcom("a", b"3", map_index=0), an_xcom("a", b"4", task_id="u")]
    store.commit(Batch(new_runs=[a_run()], xcoms=old), epoch=epoch)
    store.commit(Batch(dropped_xcoms=[("d", "r0", "t", -1)], xcoms=[an_xcom("b", b"5")]), epoch=epoch)
    assert store.xcoms("d", "r0", "t", map_index=-1, key="a") == ()
    assert store.xcoms("d", "r0", "t", map_index=-1, key="b") == (an_xcom("b", b"5"),)
    assert store.xcoms("d", "r0", "t", map_index=None, key="a") == (old[2],)
    assert store.xcoms("d", "r0", "u", map_index=None, key="a") == (old[3],)


def test_xcoms_of_a_mapped_task_come_by_map_index(store: MetadataStore, epoch: int) -> None:
    xcoms = [an_xcom(value=str(index).encode(), map_index=index) for index in (10, 2, 0)]
    store.commit(Batch(new_runs=[a_run()], xcoms=xcoms), epoch=epoch)
    found = store.xcoms("d", "r0", "t", map_index=None, key="return_value")
    assert [xcom.map_index for xcom in found] == [0, 2, 10]


def test_a_commit_that_is_reported_again_is_one_commit(store: MetadataStore, epoch: int) -> None:
    first, again = a_commit(rows=3), msgspec.structs.replace(a_commit(rows=3), attempt_id="a2")
    other = a_commit("p:2026-01-02", committed_at=START - timedelta(seconds=1))
    store.commit(Batch(commits=[first, other]), epoch=epoch)
    store.commit(Batch(commits=[again]), epoch=epoch)
    assert store.asset_commits("d", "r0") == (other, again)


def test_schedules_are_kept_by_dag(store: MetadataStore, epoch: int) -> None:
    old, other = DagSchedule(dag_id="d", scheduled_until=None), DagSchedule(dag_id="a", scheduled_until=START)
    new = DagSchedule(dag_id="d", scheduled_until=START, has_run_once=True)
    store.commit(Batch(schedules=[old, other]), epoch=epoch)
    store.commit(Batch(schedules=[new]), epoch=epoch)
    assert store.schedules() == (other, new)


def test_of_a_dag_the_scheduler_writes_only_the_switch(store: MetadataStore, epoch: int) -> None:
    store.publish_file(bundle="dags", file="f.py", versions=[a_version()], failure=None, at=START)
    (before,) = store.dags()
    store.publish_file(bundle="dags", file="f.py", versions=[a_version(version_id="v2")], failure=None, at=START)
    store.commit(Batch(dags=[msgspec.structs.replace(before, is_paused=True)]), epoch=epoch)
    assert store.dags() == (msgspec.structs.replace(before, version_id="v2", is_paused=True),)


def test_pausing_an_unknown_dag_is_refused(store: MetadataStore, epoch: int) -> None:
    store.publish_file(bundle="dags", file="f.py", versions=[a_version()], failure=None, at=START)
    (dag,) = store.dags()
    with pytest.raises(StoreError, match="dag 'e' isn't in the database"):
        store.commit(Batch(dags=[msgspec.structs.replace(dag, dag_id="e")]), epoch=epoch)


def test_commands_are_pending_in_order_until_they_are_answered(store: MetadataStore, epoch: int) -> None:
    commands = [a_command("c2"), a_command("c1"), a_command("c3")]
    for command in commands:
        store.submit(command)
    assert store.pending_commands() == tuple(commands)
    refused = Refused(Text("command.no_such_run", {"run_id": "r9"}))
    store.commit(Batch(answers=[AnsweredCommand(command_id="c1", answer=refused)]), epoch=epoch)
    assert store.pending_commands() == (commands[0], commands[2])
    assert store.answer("c1") == refused
    assert store.answer("c2") is None
    assert store.answer("nobody") is None


def test_submitting_a_command_again_changes_nothing(store: MetadataStore, epoch: int) -> None:
    store.submit(a_command())
    store.submit(msgspec.structs.replace(a_command(), by="bob"))
    assert store.pending_commands() == (a_command(),)
    store.commit(Batch(answers=[AnsweredCommand(command_id="c1", answer=Applied({"run_id": "r0"}))]), epoch=epoch)
    store.submit(a_command())
    assert store.pending_commands() == ()
    assert store.answer("c1") == Applied({"run_id": "r0"})


@pytest.mark.parametrize("is_in_one_batch", [True, False])
def test_a_command_is_answered_once(store: MetadataStore, epoch: int, *, is_in_one_batch: bool) -> None:
    store.submit(a_command())
    answer = AnsweredCommand(command_id="c1", answer=Applied())
    answers = [answer, answer] if is_in_one_batch else [answer]
    if not is_in_one_batch:
        store.commit(Batch(answers=[answer]), epoch=epoch)
    with pytest.raises(StoreError, match="answered already"):
        store.commit(Batch(answers=answers, events=[an_event()]), epoch=epoch)
    assert store.last_event() == 0
