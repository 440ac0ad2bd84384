"""`mulgil backfill` on a home with a real database: what it shows, asks, refuses and tells in the end."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import msgspec
import pytest

from mulgil.cli._backfill_follow import follow
from mulgil.cli.main import main
from mulgil.cli.session import Session
from mulgil.config import environment
from mulgil.i18n import Text, get_language, set_language
from mulgil.model import (
    Backfill,
    BackfillAction,
    BackfillRun,
    BackfillRunState,
    BackfillState,
    CronTimetable,
    DagRun,
    DagRunState,
    DagSpec,
    DagVersion,
    DataInterval,
    DeltaTimetable,
    Isolation,
    ManualTimetable,
    RerunPolicy,
    RunType,
    TaskInstance,
    TaskInstanceState,
    TaskSpec,
    TimetableSpec,
)
from mulgil.ports import Batch
from mulgil.secrets import FileCipher
from mulgil.stores.sql import SqlMetadataStore, upgrade

NOW = datetime(2014, 1, 1, tzinfo=UTC)
NEW_YORK = "America/New_York"


class Shown(msgspec.Struct, frozen=True):
    out: str
    err: str
    code: int


Mulgil = Callable[..., Shown]


def _version(dag_id: str, timetable: TimetableSpec) -> DagVersion:
    spec = DagSpec(
        dag_id=dag_id,
        tasks=(TaskSpec(task_id="load", operator="x"), TaskSpec(task_id="report", operator="x", upstream=("load",))),
        timetable=timetable,
        timezone=NEW_YORK,
        max_active_runs=4,
    )
    return DagVersion(
        version_id=f"{dag_id}-v",
        dag_id=dag_id,
        number=1,
        spec=spec,
        snapshot="s",
        bundle="b",
        file=f"{dag_id}.py",
        isolation=Isolation.FORK,
        isolation_reason=None,
        published_at=NOW,
    )


def _run(day: int, state: DagRunState) -> DagRun:
    start = datetime(2013, 3, day, 5, tzinfo=UTC)
    return DagRun(
        dag_id="flights",
        run_id=f"scheduled__{day}",
        run_uid=str(day),
        run_type=RunType.SCHEDULED,
        state=state,
        data_interval=DataInterval(start, start + timedelta(days=1)),
        version_id="flights-v",
        created_at=NOW,
        started_at=NOW,
    )


def _rows(day: int, state: TaskInstanceState) -> list[TaskInstance]:
    return [
        TaskInstance(dag_id="flights", run_id=f"scheduled__{day}", task_id=task, state=state, started_at=NOW)
        for task in ("load", "report")
    ]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlMetadataStore]:
    """Days 4 to 6 of March have runs: one succeeded, one failed, one under way."""
    upgrade(tmp_path / "mulgil.db")
    store = SqlMetadataStore.open(tmp_path / "mulgil.db", cipher=FileCipher(tmp_path / "secret.key"))
    for version in (
        _version("flights", CronTimetable("0 0 * * *", NEW_YORK)),
        _version("minutes", DeltaTimetable(timedelta(minutes=1), NOW)),
        _version("asked", ManualTimetable()),
    ):
        store.publish_file(bundle="b", file=version.file, versions=[version], failure=None, at=NOW)
    states = {4: DagRunState.SUCCESS, 5: DagRunState.FAILED, 6: DagRunState.RUNNING}
    instances = [
        *_rows(4, TaskInstanceState.SUCCESS),
        *_rows(5, TaskInstanceState.FAILED),
        *_rows(6, TaskInstanceState.NONE),
    ]
    runs = [_run(day, state) for day, state in states.items()]
    store.commit(Batch(new_runs=runs, instances=instances), epoch=store.claim("test"))
    yield store
    store.close()


@pytest.fixture
def mulgil(
    tmp_path: Path, store: SqlMetadataStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mulgil]:
    assert store.last_backfill() == 0
    monkeypatch.setenv("MULGIL_LANG", "en")
    language = get_language()

    def run(*arguments: str) -> Shown:
        with pytest.raises(SystemExit) as left:
            main(["--home", str(tmp_path), *arguments])
        captured = capsys.readouterr()
        return Shown(captured.out, captured.err, int(str(left.value.code or 0)))

    yield run
    set_language(language)


def test_a_plan_says_what_happens_to_each_interval(mulgil: Mulgil) -> None:
    shown = mulgil("backfill", "flights", "--from", "2013-03-03", "--to", "2013-03-12", "--dry-run")
    assert shown.code == 0
    lines = shown.out.splitlines()
    assert lines[0] == "Backfill of flights: 10 intervals (America/New_York), oldest first, at most 4 at once"
    assert [line.split()[0] for line in lines[1:]] == ["create", "skip", "run", "wait"]
    assert "2013-03-03, 2013-03-07 … 2013-03-12" in lines[1]
    assert "(has succeeded already)" in lines[2]
    assert "(2 task instances are done anew)" in lines[3]
    assert "under way" in lines[4]
    assert mulgil("backfill", "list").out.startswith("There are no backfills.")


def test_the_days_around_a_clock_change_are_each_there_once(mulgil: Mulgil) -> None:
    arguments = ("--from", "2013-03-09", "--to", "2013-03-11", "--dry-run", "-o", "json")
    plan = json.loads(mulgil("backfill", "flights", *arguments).out)
    starts = [interval["interval_start"] for interval in plan["intervals"]]
    assert starts == ["2013-03-09T05:00:00Z", "2013-03-10T05:00:00Z", "2013-03-11T04:00:00Z"]
    assert [interval["interval_end"] for interval in plan["intervals"][:2]] == starts[1:]


def test_reverse_lists_and_limits_and_some_tasks(mulgil: Mulgil) -> None:
    arguments = ("--from", "2013-03-04", "--to", "2013-03-07", "--reverse", "--list", "--max-active", "9")
    shown = mulgil("backfill", "flights", *arguments, "--task", "report", "--dry-run")
    assert "newest first, at most 4 at once" in shown.out
    assert "Only these tasks: report" in shown.out
    assert "max_active_runs of dag 'flights'" in shown.out
    days = [line.split()[:2] for line in shown.out.splitlines() if line.startswith("2013-")]
    assert days == [["2013-03-07", "skip"], ["2013-03-06", "join"], ["2013-03-05", "rerun"], ["2013-03-04", "skip"]]
    assert "add `--upstream`" in shown.out


def test_nothing_starts_without_consent(mulgil: Mulgil, store: SqlMetadataStore) -> None:
    shown = mulgil("backfill", "flights", "--from", "2013-03-01", "--to", "2013-03-02")
    assert shown.code == 1
    assert "add --yes" in shown.err
    assert store.pending_commands() == ()
    started = mulgil("backfill", "create", "flights", "--from", "2013-03-01", "--to", "2013-03-02", "--yes")
    assert started.code == 0
    (command,) = store.pending_commands()
    assert [planned.action for planned in command.payload.intervals] == [BackfillAction.CREATE] * 2  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("flights", "--from", "2013-03-05", "--to", "2013-03-04"), "swap the two dates"),
        (("flights", "--from", "3 March", "--to", "2013-03-04"), "'3 March' is no date"),
        (("flights", "--from", "2013-03-05", "--to", "9999-12-31"), "is no date"),
        (("flights", "--from", "2013-03-05T01:00", "--to", "2013-03-05T02:00"), "the next one starts at"),
        (("flights", "--from", "2950-03-05", "--to", "2950-03-06"), "no data interval of this range is complete yet"),
        (("minutes", "--from", "2013-01-01", "--to", "2013-03-05"), "backfill it in parts"),
        (("flights", "--from", "2013-03-05", "--to", "2013-03-06", "--task", "reprot"), "did you mean 'report'"),
        (("asked", "--from", "2013-03-05", "--to", "2013-03-06"), "mulgil dags trigger asked"),
        (("flihgts", "--from", "2013-03-05", "--to", "2013-03-06"), "did you mean 'flights'"),
        (("flights", "--from", "2013-03-05", "--to", "2013-03-06", "--conf", "[]"), "a run's conf is an object"),
        (("show", "7"), "there is no backfill 7"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(mulgil: Mulgil, arguments: tuple[str, ...], words: str) -> None:
    shown = mulgil("backfill", *arguments)
    assert shown.code == 1
    assert words in shown.err


def _ended(store: SqlMetadataStore, state: BackfillState, failed: BackfillRunState) -> None:
    start = datetime(2013, 3, 4, 5, tzinfo=UTC)
    backfill = Backfill(
        backfill_id=1,
        dag_id="flights",
        range_start=start,
        range_end=start + timedelta(days=2),
        state=state,
        max_active=4,
        rerun=RerunPolicy.FAILED,
        created_at=NOW,
        created_by="ada",
        ended_at=NOW + timedelta(minutes=1) if state.is_finished else None,
    )
    rows = [
        BackfillRun(
            backfill_id=1,
            position=position,
            data_interval=DataInterval(start + timedelta(days=position), start + timedelta(days=position + 1)),
            state=row_state,
            action=BackfillAction.CREATE,
            run_id=f"scheduled__{4 + position}",
            reason=Text("reason.task_failed", {"task": "load"}) if row_state is BackfillRunState.FAILED else None,
            started_at=NOW,
            ended_at=NOW + timedelta(seconds=30) if row_state.is_finished else None,
        )
        for position, row_state in enumerate((BackfillRunState.SUCCESS, failed))
    ]
    store.commit(Batch(backfills=[backfill], backfill_runs=rows), epoch=store.claim("test"))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    opened = Session(home=environment.resolve_home(str(tmp_path)))
    yield opened
    opened.close()


def test_the_end_says_what_failed_and_how_to_run_that_again(
    mulgil: Mulgil, store: SqlMetadataStore, session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    _ended(store, BackfillState.FAILED, BackfillRunState.FAILED)
    shown = mulgil("backfill", "show", "1")
    assert "task `load` failed" in shown.out
    assert "2013-03-05" in shown.out
    listed = json.loads(mulgil("backfill", "list", "flights", "-o", "json").out)
    assert listed[0]["intervals"] == {"failed": 1, "success": 1}
    assert follow(session.control, 1) == 1
    told = capsys.readouterr().out
    assert "2/2  0 running, 1 failed" in told
    assert "Backfill 1: failed after 1m00s. Succeeded 1, failed 1, skipped 0, cancelled 0." in told
    assert "scheduled__5" in told


def test_ctrl_c_leaves_it_running_and_says_how_to_look_again(
    mulgil: Mulgil,
    store: SqlMetadataStore,
    session: Session,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _ended(store, BackfillState.RUNNING, BackfillRunState.RUNNING)

    def interrupt(self: Event, timeout: float | None = None) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(Event, "wait", interrupt)
    assert follow(session.control, 1) == 130
    assert "mulgil backfill show 1 --follow" in capsys.readouterr().err
    assert store.pending_commands() == ()


def test_a_backfill_is_paused_resumed_and_cancelled_by_its_number(mulgil: Mulgil, store: SqlMetadataStore) -> None:
    _ended(store, BackfillState.RUNNING, BackfillRunState.RUNNING)
    for change in ("pause", "resume", "cancel"):
        assert mulgil("backfill", change, "1").code == 0
    assert [command.payload.change.value for command in store.pending_commands()] == ["pause", "resume", "cancel"]  # type: ignore[union-attr]
