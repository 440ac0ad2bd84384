"""One scheduler on a home: a second one is refused, whoever started the first, and told who holds the home."""

import fcntl
import os
from pathlib import Path

import pytest

from mulgil.cli._home_lock import home_lock, lock_holder, schedulers_lock
from mulgil.cli.errors import HomeInUseError
from mulgil.cli.main import main
from mulgil.config import Home
from mulgil.stores.sql import upgrade


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path, tmp_path / "run")


@pytest.mark.parametrize("command", ["scheduler", "up"])
def test_a_second_scheduler_is_refused_with_the_pid_of_the_first(
    home: Home, command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home.path))
    home.path.chmod(0o700)
    upgrade(home.database_file)
    with home_lock(home), pytest.raises(SystemExit) as left:
        main(["--home", str(home.path), command])
    assert left.value.code == 1
    assert f"process {os.getpid()}" in capsys.readouterr().err


def test_the_scheduler_of_the_process_that_holds_the_home_is_let_in(home: Home) -> None:
    with home.lock_file.open("w") as file:
        file.write(str(os.getppid()))
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        with schedulers_lock(home):
            assert lock_holder(home) == os.getppid()


def test_a_scheduler_by_itself_holds_the_home(home: Home) -> None:
    assert lock_holder(home) is None
    with schedulers_lock(home):
        assert lock_holder(home) == os.getpid()
        with pytest.raises(HomeInUseError, match=f"process {os.getpid()}"), home_lock(home):
            pass
    assert lock_holder(home) is None
