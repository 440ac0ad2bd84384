"""Taking turns at one DuckDB file, with our own kind and with programs that don't know our lock."""

from __future__ import annotations

import fcntl
import logging
import subprocess
import sys
import threading
import time
from contextlib import ExitStack

import duckdb
import pytest

from mulgil.connectors.duckdb.lock import DatabaseLock
from mulgil.connectors.duckdb.target import DuckDbTarget
from mulgil.data.errors import TargetBusyError, TargetError
from mulgil.data.patience import Patience
from mulgil.data.target import NativeQuery
from mulgil.system import SystemClock

HOLD = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.readline()"


def patience(seconds: float = 30.0) -> Patience:
    return Patience(SystemClock(), seconds)


def test_readers_share_and_writers_are_alone(tmp_path):
    file = tmp_path / "x.duckdb"
    lock, hasty = DatabaseLock(file, patience()), DatabaseLock(file, patience(0.1))
    with (
        lock.shared(),
        hasty.shared(),
        pytest.raises(TargetBusyError, match=r"x.duckdb was locked for 0 s"),
        hasty.exclusive(),
    ):
        pass
    with lock.exclusive(), pytest.raises(TargetBusyError), hasty.shared():
        pass
    with hasty.exclusive():
        pass


def test_a_waiting_writer_keeps_new_readers_out(tmp_path):
    file = tmp_path / "x.duckdb"
    lock = DatabaseLock(file, patience())
    order = []

    def write():
        with lock.exclusive():
            order.append("writer")

    with ExitStack() as first_reader:
        first_reader.enter_context(lock.shared())
        writer = threading.Thread(target=write)
        writer.start()
        turnstile = tmp_path / "x.duckdb.mulgil-turnstile"
        while not _is_locked(turnstile):
            time.sleep(0.005)
        with pytest.raises(TargetBusyError), DatabaseLock(file, patience(0.1)).shared():
            order.append("second reader")
        assert order == []
    writer.join()
    assert order == ["writer"]


def test_fences_are_counted_beside_the_real_file(tmp_path):
    real = tmp_path / "real.duckdb"
    duckdb.connect(str(real)).close()
    link = tmp_path / "link.duckdb"
    link.symlink_to(real)
    first = DuckDbTarget(real, patience=patience()).open("t", ["*"], now_us=10).fence
    second = DuckDbTarget(link, patience=patience()).open("t", ["*"], now_us=5).fence
    assert (first, second) == (10, 11)
    (tmp_path / "real.duckdb.mulgil-lock").write_text("nonsense")
    assert DuckDbTarget(real, patience=patience()).open("t", ["*"], now_us=12).fence == 12


def test_a_program_that_holds_the_file_is_named_and_waited_for(tmp_path, caplog):
    file = tmp_path / "x.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(TargetBusyError, match=rf"PID {holder.pid}"):
            DuckDbTarget(file, patience=patience(0.2)).read_ledger("t")
        release = threading.Timer(1.5, lambda: holder.communicate("\n"))
        release.start()
        with caplog.at_level(logging.INFO, logger="mulgil.data"):
            assert DuckDbTarget(file, patience=patience()).read_ledger("t").commits == ()
        release.join()
    waits = [record for record in caplog.records if "Waiting for" in record.message]
    assert len(waits) == 1
    assert f"PID {holder.pid}" in waits[0].message


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path):
    file = tmp_path / "x.duckdb"
    file.write_text("hello " * 1000)
    with pytest.raises(TargetError, match="not a valid DuckDB database"):
        DuckDbTarget(file, patience=patience()).read_ledger("t")


def test_an_empty_file_is_a_database_to_be(tmp_path):
    file = tmp_path / "x.duckdb"
    file.touch()
    target = DuckDbTarget(file, patience=patience())
    assert target.read_ledger("t").commits == ()
    with target.read(NativeQuery(sql="select 1 as one")) as found:
        assert [batch.to_pydict() for batch in found.batches] == [{"one": [1]}]


def _is_locked(path) -> bool:
    if not path.exists():
        return False
    with path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(file, fcntl.LOCK_UN)
        return False
