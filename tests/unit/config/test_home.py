"""The home's names: everything under one folder, sockets under a short name elsewhere."""

from pathlib import Path

from mulgil.config import Home

HOME = Home(path=Path("/srv/mulgil"), runtime_root=Path("/run/user/1000"))


def test_everything_but_sockets_stands_in_the_home() -> None:
    names = {
        HOME.settings_file: "mulgil.toml",
        HOME.database_file: "mulgil.db",
        HOME.key_file: "secret.key",
        HOME.dags_folder: "dags",
        HOME.snapshots_folder: "snapshots",
        HOME.logs_folder: "logs",
        HOME.xcom_folder: "xcom",
        HOME.journal_folder: "journal",
        HOME.lock_file: "mulgil.lock",
    }
    assert {path: path.relative_to(HOME.path).as_posix() for path in names} == names


def test_socket_names_are_short_and_differ_by_home() -> None:
    deep = Home(path=Path("/srv/" + "long/" * 50), runtime_root=HOME.runtime_root)
    assert HOME.gateway_socket.parent == HOME.doorbell_socket.parent == HOME.runtime_folder
    assert len(str(deep.gateway_socket)) < 100
    assert deep.runtime_folder != HOME.runtime_folder


def test_a_tries_log_is_named_by_what_it_is_of() -> None:
    log = HOME.task_log(dag_id="d", run_id="r", task_id="t", map_index=-1, try_number=2)
    assert log == Path("/srv/mulgil/logs/d/r/t/try_2.log")
    mapped = HOME.task_log(dag_id="d", run_id="r", task_id="t", map_index=0, try_number=1)
    assert mapped == Path("/srv/mulgil/logs/d/r/t/0/try_1.log")
