"""`mulgil doctor` on homes that are well and on homes that aren't."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from mulgil.cli._home_lock import home_lock
from mulgil.cli.main import main
from mulgil.config import Home
from mulgil.i18n import get_language, set_language
from mulgil.worker.journal import Journal

Doctor = Callable[..., tuple[int, dict[tuple[str, str], dict[str, str]]]]


@pytest.fixture
def mulgil(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[int, str]]]:  # fmt: skip  # noqa: E501
    monkeypatch.setenv("MULGIL_LANG", "en")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    language = get_language()

    def run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as left:
            main(["--home", str(tmp_path / "home"), *arguments])
        return int(str(left.value.code or 0)), capsys.readouterr().out

    yield run
    set_language(language)


@pytest.fixture
def home(tmp_path: Path, mulgil: Callable[..., tuple[int, str]]) -> Home:
    assert mulgil("db", "upgrade")[0] == 0
    return Home(tmp_path / "home", tmp_path)


@pytest.fixture
def doctor(mulgil: Callable[..., tuple[int, str]]) -> Doctor:
    def run() -> tuple[int, dict[tuple[str, str], dict[str, str]]]:
        code, out = mulgil("doctor", "-o", "json")
        return code, {(row["area"], row["check"]): row for row in json.loads(out)}

    return run


def test_a_home_that_is_well(home: Home, mulgil: Callable[..., tuple[int, str]]) -> None:
    code, out = mulgil("doctor")
    assert code == 0, out
    assert "0 to look at, 0 failed" in out
    assert [line for line in out.splitlines() if line and not line.startswith(" ")][:4] == [
        "Installation",
        "Home",
        "Clock",
        "Connections",
    ]


def test_a_home_that_was_never_set_up(doctor: Doctor) -> None:
    code, found = doctor()
    assert code == 0
    assert found["home", "home"]["status"] == "warn"
    assert "mulgil init" in found["home", "home"]["remedy"]


def test_what_is_wrong_with_a_home(home: Home, doctor: Doctor, mulgil: Callable[..., tuple[int, str]]) -> None:
    mulgil("variables", "set", "a", "b")
    home.key_file.chmod(0o644)
    home.path.chmod(0o755)
    home.settings_file.write_text("[core]\nparalelism = 3\n")
    code, found = doctor()
    assert code == 1
    assert found["home", "home"]["remedy"] == f"chmod 700 {home.path}"
    assert found["home", "key"]["remedy"] == f"chmod 600 {home.key_file}"
    assert "did you mean 'parallelism'?" in found["home", "settings"]["finding"]


def test_a_damaged_database(home: Home, doctor: Doctor) -> None:
    home.database_file.write_bytes(b"no database" * 100)
    code, found = doctor()
    assert code == 1
    assert found["home", "database"]["status"] == "fail"
    assert ("connections", "connections") not in found


def test_dag_files_are_read_now_where_no_dag_processor_runs(home: Home, doctor: Doctor) -> None:
    (home.dags_folder / "good.py").write_text(
        "from mulgil import dag, task\n@dag()\ndef good():\n    @task\n    def a(): ...\n    a()\ngood()\n"
    )
    code, found = doctor()
    assert (code, found["dags", "dags"]["status"]) == (0, "ok")
    assert "dags: 1" in found["dags", "dags"]["finding"]
    (home.dags_folder / "bad.py").write_text("from mulgil import dag\nimport nowhere_to_be_found\n")
    code, found = doctor()
    assert code == 1
    assert found["dags", "dag file"]["finding"].startswith("bad.py:2: ")
    assert not list(home.snapshots_folder.iterdir())


def test_connections(home: Home, doctor: Doctor, mulgil: Callable[..., tuple[int, str]], answers: str) -> None:
    with sqlite3.connect(home.path / "good.sqlite") as good:
        good.execute("create table t (x)")
    (home.path / "bad.sqlite").write_text("this is no database, and long enough to be taken for one")
    for name, kind, host in (
        ("good", "sqlite", "good.sqlite"),
        ("bad", "sqlite", "bad.sqlite"),
        ("new", "duckdb", "new.duckdb"),
        ("nowhere", "duckdb", "gone/x.duckdb"),
        ("folder", "files", "lake"),
        ("api", "http", answers),
        ("closed", "http", "127.0.0.1:9"),
        ("pg", "postgres", "h"),
    ):
        mulgil("connections", "set", name, "--type", kind, "--host", host)
    mulgil("connections", "set", "refused", "--type", "http", "--host", f"{answers}/secret", "--login", "me")
    code, found = doctor()
    assert code == 1
    status = {check: row["status"] for (area, check), row in found.items() if area == "connections"}
    assert status == {
        "api": "ok",
        "bad": "fail",
        "closed": "fail",
        "folder": "ok",
        "good": "ok",
        "new": "ok",
        "nowhere": "fail",
        "pg": "warn",
        "refused": "fail",
    }
    assert not (home.path / "new.duckdb").exists()
    assert "tables: 1" in found["connections", "good"]["finding"]


def test_connections_of_another_key(home: Home, doctor: Doctor, mulgil: Callable[..., tuple[int, str]]) -> None:
    mulgil("connections", "set", "c", "--type", "sqlite", "--host", "x.db")
    home.key_file.unlink()
    code, found = doctor()
    assert (code, found["connections", "connections"]["status"]) == (1, "fail")


def test_what_processes_left(home: Home, doctor: Doctor) -> None:
    home.runtime_folder.mkdir(mode=0o700)
    home.gateway_socket.touch()
    Journal(home.journal_folder / "empty").close(is_clean=False)
    dead = Journal(home.journal_folder / "dead")
    dead.start("a1")
    dead.start("a2")
    dead.close(is_clean=False)
    alive = Journal(home.journal_folder / "alive")
    code, found = doctor()
    alive.close(is_clean=True)
    assert code == 0
    assert "replaces them" in found["home", "sockets"]["finding"]
    assert found["home", "journals"]["finding"].startswith("2 tasks ended")


def test_a_home_after_a_clean_end(home: Home, doctor: Doctor) -> None:
    Journal(home.journal_folder / "empty").close(is_clean=False)
    assert ("home", "journals") not in doctor()[1]


def test_a_scheduler_that_cannot_be_reached(home: Home, doctor: Doctor) -> None:
    with home_lock(home):
        _, found = doctor()
    assert found["home", "sockets"]["status"] == "warn"
    assert "runs the scheduler" in found["home", "processes"]["finding"]


class _Answers(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self.send_response(401 if "secret" in self.path else 404)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def answers() -> Iterator[str]:
    """Serve answers without any content."""
    with HTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
