"""`mulgil assets` on a home with a real target."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from mulgil.cli.main import main
from mulgil.connectors.sqlite.target import SqliteTarget
from mulgil.data import Table, checks
from mulgil.data.context import WriteContext
from mulgil.data.partition import parse_partitions
from mulgil.data.patience import Patience
from mulgil.data.stage_lock import StageLock
from mulgil.data.table_spec import WriteMode
from mulgil.data.target import Batches
from mulgil.data.write import WriteRequest, write
from mulgil.data.write_operator import asset_commit
from mulgil.i18n import get_language, set_language
from mulgil.model import (
    AssetRef,
    Connection,
    DagSpec,
    DagVersion,
    DataInterval,
    Isolation,
    ManualTimetable,
    TaskSpec,
)
from mulgil.ports import Batch, NewAssetCommit
from mulgil.secrets import FileCipher
from mulgil.stores.sql import SqlMetadataStore, upgrade
from mulgil.system import SystemClock

NOW = datetime(2013, 1, 10, 12, tzinfo=UTC)
FLIGHTS = Table("app", "flights", key=["id"], partition_by="day", columns={"id": "bigint not null", "day": "date"})


class Days:
    """Two rows of one day."""

    def __init__(self, day: int) -> None:
        self._table = pa.table({"id": [1, 2], "day": [date(2013, 1, day)] * 2})

    def open(self):
        from contextlib import nullcontext

        return nullcontext(Batches(self._table.schema, iter(self._table.to_batches())))


class Home:
    """A home whose dag writes one table of a SQLite file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        upgrade(folder / "mulgil.db")
        self.store = SqlMetadataStore.open(folder / "mulgil.db", cipher=FileCipher(folder / "secret.key"))
        self.target = SqliteTarget(folder / "app.db", patience=Patience(SystemClock()))
        ref = AssetRef("app", "flights")
        tasks = (
            TaskSpec(task_id="load", operator="x", outlets=(ref,)),
            TaskSpec(task_id="report", operator="x", inlets=(ref,), outlets=(AssetRef("app", "report"),)),
        )
        version = DagVersion(
            version_id="v",
            dag_id="d",
            number=1,
            spec=DagSpec(dag_id="d", tasks=tasks, timetable=ManualTimetable()),
            snapshot="s",
            bundle="b",
            file="f.py",
            isolation=Isolation.FORK,
            isolation_reason=None,
            published_at=NOW,
        )
        self.store.publish_file(bundle="b", file="f.py", versions=[version], failure=None, at=NOW)
        self.store.put_connection(Connection(connection_id="app", conn_type="sqlite", host="app.db"), by="ann", at=NOW)
        self.store.put_connection(Connection(connection_id="api", conn_type="http", host="there"), by="ann", at=NOW)

    def load(self, day: int, *, is_reported: bool = True) -> None:
        """Write one day; its report may get lost."""
        start = datetime(2013, 1, day, tzinfo=UTC)
        context = WriteContext(
            clock=SystemClock(),
            run_uid=f"u{day}",
            run_id=f"r{day}",
            dag_id="d",
            task_id="load",
            data_interval=DataInterval(start, start.replace(day=day + 1)),
        )
        request = WriteRequest(
            spec=FLIGHTS.spec,
            mode=WriteMode.REPLACE_PARTITION,
            partitions=parse_partitions(date(2013, 1, day), grain=FLIGHTS.spec.grain, timezone="UTC"),
            checks=(checks.row_count(min=1),),
        )
        outcome = write(request, self.target, Days(day), context)
        if is_reported:
            commits = [
                NewAssetCommit(
                    commit=asset_commit("app", record),
                    dag_id="d",
                    run_id=f"r{day}",
                    task_id="load",
                    map_index=-1,
                    attempt_id="a",
                )
                for record in outcome.records
            ]
            self.store.commit(Batch(commits=commits), epoch=self.store.claim("test"))


@pytest.fixture
def home(tmp_path):
    found = Home(tmp_path)
    yield found
    found.store.close()


@pytest.fixture
def mulgil(home, capsys, monkeypatch):
    monkeypatch.setenv("MULGIL_LANG", "en")
    language = get_language()

    def run(*arguments, code=0):
        with pytest.raises(SystemExit) as left:
            main(["--home", str(home.folder), "assets", *arguments])
        captured = capsys.readouterr()
        assert int(str(left.value.code or 0)) == code, captured.err
        return captured

    yield run
    set_language(language)


def as_json(mulgil, *arguments):
    return json.loads(mulgil(*arguments, "--output", "json").out)


def test_tables_are_listed_with_what_stands_in_them(home, mulgil):
    home.load(5)
    home.load(7)
    flights, report = as_json(mulgil, "list")
    assert (flights["name"], flights["rows"], flights["partitions"], flights["producer"]) == (
        "flights",
        4,
        2,
        "d.load",
    )
    assert (flights["writers"], flights["readers"]) == (["d.load"], ["d.report"])
    assert (report["name"], report["rows"], report["committed_at"]) == ("report", None, None)
    assert "flights" in mulgil("list").out


def test_a_table_is_shown_with_columns_checks_and_partitions(home, mulgil):
    home.load(5)
    home.load(7)
    found = as_json(mulgil, "show", "flights")
    assert found["columns"] == [{"column": "id", "type": "INTEGER"}, {"column": "day", "type": "DATE"}]
    assert (found["partition_by"], found["grain"], found["table"]) == ("day", "day", "main.flights")
    assert [check["check"] for check in found["checks"]] == ["not_null(id)", "unique(id)", "row_count(min=1)"]
    assert found["partition_keys"] == ["2013-01-05", "2013-01-07"]
    shown = mulgil("show", "app/flights").out
    assert "2013-01      █·█" in shown


def test_a_target_that_cannot_be_asked_hides_nothing_else(home, mulgil):
    home.load(5)
    home.store.delete_connection("app", by="ann", at=NOW)
    found = mulgil("show", "flights", "--output", "json")
    assert json.loads(found.out)["rows"] == 2
    assert "app couldn't be asked" in found.err


def test_commits_come_newest_first(home, mulgil):
    home.load(5)
    home.load(7)
    newest, oldest = as_json(mulgil, "commits", "flights")
    assert (newest["scope"], newest["rows"], newest["run_id"], newest["task"]) == ("p:2013-01-07", 2, "r7", "d.load")
    assert newest["fence"] > oldest["fence"]
    assert len(as_json(mulgil, "commits", "main.flights", "--limit", "1")) == 1
    assert "Nothing was committed to report" in mulgil("commits", "report").out


def test_names_are_told_apart(home, mulgil):
    assert "did you mean 'flights'" in mulgil("show", "flihgts", code=1).err
    assert "No dag names" in mulgil("show", "qqqqqqqqqq", code=1).err


def test_reconcile_copies_what_was_never_reported(home, mulgil):
    home.load(5)
    home.load(7, is_reported=False)
    [told] = as_json(mulgil, "reconcile", "--dry-run")
    assert (told["scope"], told["difference"], told["repaired"]) == ("p:2013-01-07", "missing", False)
    assert as_json(mulgil, "list")[0]["partitions"] == 1
    [told] = as_json(mulgil, "reconcile", "flights")
    assert told["repaired"]
    assert as_json(mulgil, "list")[0]["partitions"] == 2
    assert "Nothing differs from the ledgers (tables compared: 2)" in mulgil("reconcile").out


def test_reconcile_forgets_what_a_restored_target_lost(home, mulgil):
    home.load(5)
    with sqlite3.connect(home.folder / "app.db") as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
    saved = (home.folder / "app.db").read_bytes()
    home.load(7)
    for path in home.folder.glob("app.db*"):
        if path.is_file():
            path.unlink()
    (home.folder / "app.db").write_bytes(saved)
    [told] = as_json(mulgil, "reconcile")
    assert (told["scope"], told["difference"], told["ledger_fence"]) == ("p:2013-01-07", "gone", None)
    assert as_json(mulgil, "list")[0]["partitions"] == 1


def test_reconcile_says_which_ledger_could_not_be_read(home, mulgil):
    home.load(5)
    home.store.delete_connection("app", by="ann", at=NOW)
    assert "app couldn't be asked" in mulgil("reconcile", code=1).err


def test_gc_removes_what_the_dead_left_and_nothing_of_the_living(home, mulgil):
    home.load(5)
    stages = home.folder / "app.db.mulgil-stage"
    (stages / "_mulgil_stage_dead_1.sqlite").write_bytes(b"")
    with StageLock(stages, "_mulgil_stage_alive_2"):
        (stages / "_mulgil_stage_alive_2.sqlite").write_bytes(b"")
        expected = {"connection": "app", "stage": "_mulgil_stage_dead_1"}
        assert as_json(mulgil, "gc", "--dry-run") == [{**expected, "removed": False}]
        assert as_json(mulgil, "gc") == [{**expected, "removed": True}]
        assert sorted(path.name for path in stages.iterdir()) == [
            "_mulgil_stage_alive_2.lock",
            "_mulgil_stage_alive_2.sqlite",
        ]
        assert "Nothing is left behind." in mulgil("gc").out
