"""Commands on a home with a real database, as their output shows it."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from mulgil.cli._submit import report
from mulgil.cli.main import main
from mulgil.i18n import Text, get_language, set_language
from mulgil.messages import Applied
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
from mulgil.ports import Batch, Submitted
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


def test_a_list_of_connections_shows_no_secret(mulgil: Mulgil) -> None:
    address, extra = "https://me:hush-1@h/x?api_key=hush-2", '{"a": {"b": ["hush-3"]}}'
    assert mulgil("connections", "set", "api", "--type", "http", "--host", address, "--extra", extra).code == 0
    for output in ("table", "json", "yaml"):
        shown = mulgil("connections", "list", "-o", output)
        assert "hush" not in shown.out
        assert "https://me:***@h/x?api_key=***" in shown.out


def test_a_type_that_no_connector_serves_is_warned_of(mulgil: Mulgil) -> None:
    assert mulgil("connections", "set", "ok", "--type", "sqlite", "--host", "x.db").err == ""
    shown = mulgil("connections", "set", "pg", "--type", "postgres")
    assert shown.code == 0
    assert "warning: no connector here serves connections of type 'postgres' (known: " in shown.err
    assert "did you mean 'duckdb'?" in mulgil("connections", "set", "dd", "--type", "duck-db").err
    assert len(json.loads(mulgil("connections", "list", "-o", "json").out)) == 3


def test_logs_show_no_secret_and_every_line_of_a_long_one_is_one(mulgil: Mulgil, tmp_path: Path) -> None:
    key = "-----BEGIN KEY-----\nAAAAABBBBBCCCCC\nDDDDDEEEEEFFFFF\n-----END KEY-----"
    mulgil("variables", "set", "deploy_private_key", "--", key)
    mulgil("variables", "set", "bucket", "flights")
    _write_log(tmp_path, "flights\nkey: AAAAABBBBBCCCCC\n  DDDDDEEEEEFFFFF\nend\n")
    assert mulgil("tasks", "logs", "flights", "old", "raw").out.splitlines() == ["flights", "key: ***", "  ***", "end"]


def test_a_log_is_followed_until_the_try_ends(mulgil: Mulgil, store: SqlMetadataStore, tmp_path: Path) -> None:
    _write_log(tmp_path, "one\ntwo\n")
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(_ended_soon, tmp_path)
        assert mulgil("tasks", "logs", "flights", "old", "raw", "--follow").out.splitlines() == ["one", "two", "three"]
        following.result()


def _ended_soon(folder: Path) -> None:
    """Add a line to the log, whole only at the try's end, and end the try."""
    _write_log(folder, "thr")
    store = SqlMetadataStore.open(folder / "mulgil.db", cipher=FileCipher(folder / "secret.key"))
    ended = _row("old", "raw", TaskInstanceState.SUCCESS, try_number=2)
    _write_log(folder, "ee")
    store.commit(Batch(instances=[ended]), epoch=store.claim("test"))
    store.close()


def _write_log(folder: Path, text: str) -> None:
    log = folder / "logs" / "flights" / "old" / "raw" / "try_2.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as file:
        file.write(text)


def test_a_queued_instance_says_what_it_waits_for(mulgil: Mulgil, store: SqlMetadataStore) -> None:
    queued = _row("old", "raw", TaskInstanceState.QUEUED, try_number=2, attempt_id="a2", queued_at=NOW)
    store.commit(Batch(instances=[queued]), epoch=store.claim("test"))
    (row,) = json.loads(mulgil("tasks", "state", "flights", "old", "raw", "-o", "json").out)
    assert row["reason"] == "no scheduler runs here, so nothing starts; `mulgil up` starts one"


def test_the_librarys_own_words_are_korean_too(mulgil: Mulgil, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULGIL_LANG", "ko")
    shown = mulgil("runs", "list", "--help").out
    assert "사용법: mulgil runs list" in shown
    assert "옵션:" in shown
    assert "Usage" not in shown
    assert "Options" not in shown
    shown = mulgil("runs", "list", "--limit", "0")
    assert shown.code == 2
    assert "'--limit'의 값이 잘못되었습니다" in shown.err
    assert "오류: " in shown.err
    assert mulgil("runs", "show").err.splitlines()[-1] == "오류: 빠진 인자: 'DAG_ID'."


def test_a_connection_makes_the_home_that_is_not_there_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(tmp_path / "new")]
    for arguments in (["set", "warehouse", "--type", "duckdb", "--host", "w.duckdb"], ["list"]):
        with pytest.raises(SystemExit) as left:
            main([*home, "connections", *arguments])
        assert left.value.code == 0
    assert "w.duckdb" in capsys.readouterr().out


def test_what_came_of_a_command_reads_as_lists_do(capsys: pytest.CaptureFixture[str]) -> None:
    facts = {"run_id": "r", "interval_start": "2013-01-08T15:00:00Z", "is_paused": False}
    report(Submitted(command_id="c", answer=Applied(facts)), output="table", zone="Asia/Seoul")
    assert "run_id=r  interval_start=2013-01-09 00:00:00+09:00  is_paused=no" in capsys.readouterr().out


def test_an_inverted_range_is_told_as_it_was_typed(mulgil: Mulgil) -> None:
    shown = mulgil("backfill", "flights", "--from", "2013-01-05", "--to", "2013-01-03", "--dry-run")
    assert shown.code != 0
    assert "2013-01-03" in shown.err
    assert "2013-01-04" not in shown.err
    assert "T15:00" not in shown.err
