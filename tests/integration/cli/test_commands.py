"""Commands on a home with a real database, as their output shows it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from mulgil.cli.main import main
from mulgil.i18n import Text, get_language, set_language
from mulgil.model import (
    Attempt,
    AttemptState,
    CronTimetable,
    DagRun,
    DagRunState,
    DagSpec,
    DagVersion,
    DataInterval,
    ImportFailure,
    Isolation,
    Mapping,
    RunType,
    TaskInstance,
    TaskInstanceState,
    TaskSpec,
)
from mulgil.ports import Batch
from mulgil.secrets import FileCipher
from mulgil.stores.sql import SqlMetadataStore, upgrade

NOW = datetime(2013, 1, 10, 12, tzinfo=UTC)
SEOUL_MIDNIGHT = datetime(2013, 1, 8, 15, tzinfo=UTC)


class Shown(msgspec.Struct, frozen=True):
    """What one invocation printed, and its exit code."""

    out: str
    err: str
    code: int


Mulgil = Callable[..., Shown]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlMetadataStore]:
    """A home with one dag, two of whose runs are known."""
    upgrade(tmp_path / "mulgil.db")
    store = SqlMetadataStore.open(tmp_path / "mulgil.db", cipher=FileCipher(tmp_path / "secret.key"))
    spec = DagSpec(
        dag_id="flights",
        tasks=(
            TaskSpec(task_id="raw", operator="x", pool="heavy"),
            TaskSpec(task_id="each", operator="x", upstream=("raw",), mapping=Mapping(("day",), (3,))),
            TaskSpec(task_id="clean", operator="x", upstream=("raw",)),
        ),
        timetable=CronTimetable(expression="@daily", timezone="Asia/Seoul"),
        timezone="Asia/Seoul",
    )
    version = DagVersion(
        version_id="v",
        dag_id="flights",
        number=1,
        spec=spec,
        snapshot="s",
        bundle="b",
        file="f.py",
        isolation=Isolation.FORK,
        isolation_reason=None,
        published_at=NOW,
    )
    store.publish_file(bundle="b", file="f.py", versions=[version], failure=None, at=NOW)
    runs = [
        _run("old", DagRunState.RUNNING, days=1, conf={"limit": 10, "deep": {"a": [1, None]}}),
        _run("new", DagRunState.QUEUED, days=0),
    ]
    rows = [
        _row("old", "raw", TaskInstanceState.SCHEDULED, reason=Text("reason.cleared", {"by": "ada"}), try_number=2),
        *(_row("old", "each", TaskInstanceState.NONE, map_index=index) for index in range(3)),
        _row("old", "clean", TaskInstanceState.NONE),
        _row("new", "raw", TaskInstanceState.NONE),
        *(_row("new", "each", TaskInstanceState.NONE, map_index=index) for index in range(3)),
        _row("new", "clean", TaskInstanceState.NONE),
    ]
    attempts = [_attempt(number) for number in (1, 2)]
    store.commit(Batch(new_runs=runs, instances=rows, attempts=attempts), epoch=store.claim("test"))
    yield store
    store.close()


def _run(run_id: str, state: DagRunState, *, days: int, conf: dict[str, object] | None = None) -> DagRun:
    start = SEOUL_MIDNIGHT - timedelta(days=days)
    return DagRun(
        dag_id="flights",
        run_id=run_id,
        run_uid=run_id,
        run_type=RunType.MANUAL,
        state=state,
        data_interval=DataInterval(start, start + timedelta(days=1)),
        version_id="v",
        created_at=NOW,
        conf=conf or {},
    )


def _row(run_id: str, task_id: str, state: TaskInstanceState, **more: object) -> TaskInstance:
    row = TaskInstance(dag_id="flights", run_id=run_id, task_id=task_id, state=state)
    return msgspec.structs.replace(row, **more)


def _attempt(number: int) -> Attempt:
    return Attempt(
        attempt_id=f"a{number}",
        dag_id="flights",
        run_id="old",
        task_id="raw",
        map_index=-1,
        try_number=number,
        state=AttemptState.ENDED,
        executor="local",
        daemon_id="d",
        queued_at=NOW,
        ended_at=NOW,
    )


@pytest.fixture
def mulgil(
    tmp_path: Path, store: SqlMetadataStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mulgil]:
    monkeypatch.setenv("MULGIL_LANG", "en")
    language = get_language()

    def run(*arguments: str) -> Shown:
        with pytest.raises(SystemExit) as left:
            main(["--home", str(tmp_path), *arguments])
        captured = capsys.readouterr()
        return Shown(captured.out, captured.err, int(str(left.value.code or 0)))

    yield run
    set_language(language)


@pytest.fixture
def broken_file(store: SqlMetadataStore) -> None:
    failure = ImportFailure(bundle="b", file="e02.py", line=3, error=Text("reason.cancelled", {"by": "x"}), at=NOW)
    store.publish_file(bundle="b", file="e02.py", versions=[], failure=failure, at=NOW)


def test_what_waits_says_why(mulgil: Mulgil) -> None:
    rows = json.loads(mulgil("tasks", "state", "flights", "old", "-o", "json").out)
    assert [(row["task_id"], row["reason"].split(";")[0]) for row in rows] == [
        ("raw", "pool `heavy` doesn't exist"),
        *[("each", "0 of 1 upstream task instances have ended (trigger rule `all_success`)")] * 3,
        ("clean", "0 of 1 upstream task instances have ended (trigger rule `all_success`)"),
    ]
    assert mulgil("tasks", "state", "flights", "new").out.splitlines()[-1].startswith("new: ")
    (new, old) = json.loads(mulgil("runs", "list", "flights", "-o", "json").out)
    assert (new["reason"] is not None, old["reason"]) == (True, None)


def test_every_form_of_the_list_of_dags(mulgil: Mulgil, broken_file: None) -> None:
    for output in ("table", "json", "yaml"):
        shown = mulgil("dags", "list", "-o", output)
        assert shown.code == 0
        assert "running" in shown.out
        assert "e02.py:3" in shown.err


def test_import_errors_have_a_command_of_their_own(mulgil: Mulgil, broken_file: None) -> None:
    assert "e02.py:3" in mulgil("dags", "list-import-errors").out
    shown = mulgil("dags", "list-import-errors", "-o", "json")
    assert (json.loads(shown.out)[0]["file"], shown.code) == ("e02.py", 1)


def test_no_import_errors(mulgil: Mulgil) -> None:
    assert mulgil("dags", "list-import-errors").code == 0
    assert mulgil("dags", "list-import-errors", "-o", "json").out == "[]\n"


def test_a_dag_in_a_file_that_cannot_be_imported(mulgil: Mulgil, broken_file: None) -> None:
    shown = mulgil("dags", "show", "e02_load")
    assert "e02.py" in shown.err
    assert "mulgil dags list-import-errors" in shown.err
    assert "did you mean" not in shown.err
    assert "did you mean 'flights'" in mulgil("dags", "show", "flight").err


def test_the_conf_stays_json(mulgil: Mulgil) -> None:
    shown = json.loads(mulgil("runs", "show", "flights", "old", "-o", "json").out)
    assert shown["conf"] == {"limit": 10, "deep": {"a": [1, None]}}
    assert '{"limit": 10, "deep": {"a": [1, null]}}' in mulgil("runs", "show", "flights", "old").out


def test_logs_of_a_try_or_an_index_that_is_not_there(mulgil: Mulgil) -> None:
    assert "no try 7. Its tries: 1, 2." in mulgil("tasks", "logs", "flights", "old", "raw", "--try", "7").err
    assert "is not mapped" in mulgil("tasks", "logs", "flights", "old", "raw", "--map-index", "2").err
    assert "--map-index 0 to 2" in mulgil("tasks", "logs", "flights", "old", "each").err
    assert (
        "no map index 9; its last one is 2" in mulgil("tasks", "logs", "flights", "old", "each", "--map-index", "9").err
    )
    assert "never tried" in mulgil("tasks", "logs", "flights", "old", "clean").err


def test_latest_is_the_run_of_the_newest_interval(mulgil: Mulgil, store: SqlMetadataStore) -> None:
    assert json.loads(mulgil("runs", "show", "flights", "latest", "-o", "json").out)["run_id"] == "new"
    assert json.loads(mulgil("tasks", "state", "flights", "latest", "raw", "-o", "json").out)[0]["try"] == 0
    assert "never tried" in mulgil("tasks", "logs", "flights", "latest", "raw").err
    assert mulgil("runs", "cancel", "flights", "latest").code == 0
    assert mulgil("tasks", "clear", "flights", "latest").code == 0
    assert mulgil("tasks", "mark", "flights", "latest", "raw", "success").code == 0
    assert [one.payload.run_id for one in store.pending_commands()] == ["new", "new", "new"]


def test_intervals_stand_in_the_time_zone_of_the_dag_and_in_utc_for_programs(mulgil: Mulgil) -> None:
    shown = mulgil("runs", "list", "flights").out
    assert "2013-01-09 00:00:00+09:00" in shown
    assert "dag_id" not in shown
    assert "dag_id" in mulgil("runs", "list").out
    assert "2013-01-09 00:00:00+09:00" in mulgil("runs", "show", "flights", "new").out
    (new, _) = json.loads(mulgil("runs", "list", "-o", "json").out)
    assert (new["dag_id"], new["interval_start"]) == ("flights", "2013-01-08T15:00:00Z")
