"""A backfill that everything dies under, beside another one and the schedule: each interval once, nothing doubled."""

import signal
from collections import Counter
from datetime import UTC, datetime, timedelta

import psutil

from mulgil.model import BackfillRunState, BackfillState, DagRunState, RerunPolicy, RunType, TaskInstanceState
from mulgil.ports import BackfillRequest
from tools.installation import Installation, wait_until

FIRST = datetime(2013, 3, 1, tzinfo=UTC)
DAYS, TASKS = 30, 5

# Its schedule catches up on the last ten days, while two backfills come from both ends.
CHAIN = f"""
from mulgil import dag, task

@task
def work(number, after=None):
    return number

@dag(schedule="@daily", start_date="2013-03-21", end_date="2013-03-30", catchup=True, max_active_runs=6)
def chain():
    last = None
    for number in range({TASKS}):
        last = work.override(task_id=f"t{{number}}")(number, last)

chain()
"""


def request(first: int, last: int, **fields: object) -> BackfillRequest:
    start, end = FIRST + timedelta(days=first), FIRST + timedelta(days=last + 1)
    return BackfillRequest(dag_id="chain", range_start=start, range_end=end, **fields)  # type: ignore[arg-type]


def kill(installation: Installation, role: str) -> None:
    """Kill a process of a role, as soon as there is one."""
    wait_until(lambda: bool(installation.by_role()[role]), 30, f"a {role} to kill")
    for process in installation.by_role()[role][:1]:
        try:
            process.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue


def done(installation: Installation) -> int:
    counts = installation.control.dag("chain").run_counts
    return counts.get(DagRunState.SUCCESS, 0)


def test_each_interval_once_whatever_dies(installation: Installation) -> None:
    installation.write_dag("chain", CHAIN)
    installation.mulgil("db", "upgrade")
    installation.start()
    installation.wait_for_dag("chain")
    one = installation.backfill(request(0, 25, max_active=4))
    other = installation.backfill(request(10, 29, max_active=3, is_reverse=True))
    for number, role in enumerate(("scheduler", "daemon", "scheduler")):
        wait_until(lambda at=3 * number + 1: done(installation) >= at, 60, "some runs")  # type: ignore[misc]
        kill(installation, role)
    assert installation.supervisor is not None
    installation.supervisor.kill()
    installation.supervisor.wait()
    installation.start()
    ended = [installation.wait_for_backfill(number, seconds=120) for number in (one, other)]

    assert [stored.backfill.state for stored in ended] == [BackfillState.SUCCESS] * 2
    good = {BackfillRunState.SUCCESS, BackfillRunState.SKIPPED}
    assert {run.state for stored in ended for run in stored.runs} <= good
    wait_until(lambda: done(installation) == DAYS, 60, "the schedule's own runs")
    runs = installation.control.runs(dag_id="chain", limit=1000)
    assert sorted(run.logical_date for run in runs) == [FIRST + timedelta(days=day) for day in range(DAYS)]
    assert {run.run_type for run in runs} <= {RunType.SCHEDULED, RunType.BACKFILL}
    succeeded: Counter[tuple[str, str]] = Counter()
    for run in runs:
        for item in installation.control.task_instances("chain", run.run_id):
            assert (item.state, item.try_number, item.clear_number) == (TaskInstanceState.SUCCESS, 1, 0)
        for attempt in installation.control.attempts("chain", run.run_id):
            succeeded[run.run_id, attempt.task_id] += attempt.outcome == "succeeded"
    assert len(succeeded) == DAYS * TASKS
    assert set(succeeded.values()) == {1}

    # Once more, and there is nothing to do; all of it anew, and everything is done once more.
    again = installation.mulgil("backfill", "chain", "--from", "2013-03-01", "--to", "2013-03-30", "--yes")
    assert "Nothing is to be done." in again.stdout
    anew = installation.backfill(request(0, 3, rerun=RerunPolicy.ALL))
    assert installation.wait_for_backfill(anew, seconds=60).backfill.state is BackfillState.SUCCESS
    for run in runs:
        expected = 1 if run.logical_date < FIRST + timedelta(days=4) else 0
        instances = installation.control.task_instances("chain", run.run_id)
        assert {item.clear_number for item in instances} == {expected}
