"""What is known of tables, from dags and commits; and what a ledger says against it."""

from datetime import UTC, datetime

import msgspec

from mulgil.model import AssetCommit, AssetRef, Dag, DagSpec, DagVersion, Isolation, ManualTimetable, TaskSpec
from mulgil.operations.assets import summarize_assets
from mulgil.operations.reconcile import Difference, compare_commits
from mulgil.ports import DagSummary, NewAssetCommit

NOW = datetime(2013, 1, 10, tzinfo=UTC)
RAW, DAILY, APP = AssetRef("wh", "flights"), AssetRef("wh", "mart.Daily"), AssetRef("app", "flights")


def a_commit(
    table: str, scope: str, fence: int, *, connection: str = "wh", task: str = "t", inputs: tuple[str, ...] = (), **more
) -> NewAssetCommit:
    record = msgspec.json.encode({"input_commits": msgspec.json.encode(inputs).decode()})
    commit = AssetCommit(
        connection_id=connection,
        table_name=table,
        scope=scope,
        fence=fence,
        write_id=f"w{fence}",
        producer='["d","t",-1,0,"2013-01-05","2013-01-06"]',
        mode="replace_partition",
        rows=3,
        committed_at=NOW,
        record=record,
        **more,
    )
    return NewAssetCommit(commit=commit, dag_id="d", run_id="r", task_id=task, map_index=-1, attempt_id="a")


def a_dag(*tasks: TaskSpec) -> DagSummary:
    spec = DagSpec(dag_id="d", tasks=tasks, timetable=ManualTimetable())
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
    return DagSummary(
        dag=Dag(dag_id="d", version_id="v", bundle="b", file="f.py", is_paused=False), version=version, run_counts={}
    )


def test_a_table_is_one_whatever_its_dags_and_its_ledger_call_it():
    dag = a_dag(
        TaskSpec(task_id="raw", operator="x", outlets=(RAW,)),
        TaskSpec(task_id="daily", operator="x", inlets=(RAW,), outlets=(DAILY,)),
        TaskSpec(task_id="push", operator="x", inlets=(DAILY,), outlets=(APP,)),
    )
    found = summarize_assets([dag], [a_commit("main.flights", "p:1", 5), a_commit("mart.daily", "p:1", 6)])
    assert [(one.connection_id, one.name, one.table_name, one.writers, one.readers) for one in found] == [
        ("app", "flights", None, ("d.push",), ()),
        ("wh", "flights", "main.flights", ("d.raw",), ("d.daily",)),
        ("wh", "mart.Daily", "mart.daily", ("d.daily",), ("d.push",)),
    ]


def test_tables_that_no_dag_names_any_more_are_known_by_their_commits():
    [found] = summarize_assets([], [a_commit("main.flights", "p:1", 5)])
    assert (found.name, found.writers) == ("main.flights", ())


def test_a_commit_of_the_whole_table_replaces_older_partitions_but_no_cursor():
    commits = [
        a_commit("main.flights", scope, fence) for scope, fence in (("*", 5), ("p:1", 4), ("p:2", 6), ("c:d/t/s", 1))
    ]
    [found] = summarize_assets([], commits)
    assert [new.commit.scope for new in found.standing] == ["*", "p:2", "c:d/t/s"]


def test_rows_are_stale_when_what_they_were_made_of_was_committed_anew():
    dag = a_dag(TaskSpec(task_id="daily", operator="x", inlets=(RAW,), outlets=(DAILY,)))
    commits = [
        a_commit("main.flights", "p:1", 5),
        a_commit("main.flights", "p:2", 9),
        a_commit("mart.daily", "p:1", 6, task="daily", inputs=("main.flights[p:1]@5",)),
        a_commit("mart.daily", "p:2", 7, task="daily", inputs=("main.flights[p:2]@8",)),
        a_commit("mart.daily", "p:3", 8, task="daily", inputs=("main.flights@8", "elsewhere@3")),
    ]
    by_name = {one.name: one for one in summarize_assets([dag], commits)}
    assert by_name["mart.Daily"].stale_scopes == ("p:2", "p:3")
    assert by_name["flights"].stale_scopes == ()


def test_inputs_are_looked_up_in_the_connection_that_the_task_reads():
    dag = a_dag(TaskSpec(task_id="push", operator="x", inlets=(RAW,), outlets=(APP,)))
    commits = [
        a_commit("main.flights", "p:1", 5),
        a_commit("main.flights", "p:1", 9, connection="app", task="push", inputs=("main.flights[p:1]@5",)),
    ]
    assert all(one.stale_scopes == () for one in summarize_assets([dag], commits))


def test_the_ledger_is_right():
    same = a_commit("t", "p:1", 1)
    changed = a_commit("t", "p:2", 2)
    restored = a_commit("t", "p:3", 9)
    vanished = a_commit("t", "p:4", 4)
    ledger = [
        same.commit,
        msgspec.structs.replace(changed.commit, rows=77),
        a_commit("t", "p:3", 3).commit,
        a_commit("t", "p:5", 5).commit,
    ]
    found = compare_commits([same, changed, restored, vanished], ledger)
    assert [(repair.scope, repair.difference, repair.copied_fence, repair.fence) for repair in found] == [
        ("p:2", Difference.OTHER, 2, 2),
        ("p:3", Difference.MISSING, 9, 3),
        ("p:3", Difference.GONE, 9, 3),
        ("p:4", Difference.GONE, 4, None),
        ("p:5", Difference.MISSING, None, 5),
    ]
    repaired = {(one.commit.commit.scope, one.commit.commit.fence): one.commit for one in found}
    assert repaired["p:2", 2].commit.rows == 77
    assert (repaired["p:3", 9].commit.superseded_by, repaired["p:4", 4].commit.superseded_by) == (3, 0)
    missing = repaired["p:5", 5]
    assert (missing.dag_id, missing.task_id, missing.run_id, missing.attempt_id) == ("d", "t", "", "")
    assert compare_commits([same, *repaired.values()], ledger) == ()


def test_history_is_no_difference():
    old, new = a_commit("t", "p:1", 1), a_commit("t", "p:1", 2)
    assert compare_commits([old, new], [new.commit]) == ()
