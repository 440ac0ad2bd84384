"""The embedded database when it is busy, full, killed, forked or shared."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from mulgil.model import DagRun, DagRunChanged, DagRunState, DataInterval, Event, Pool, RunType
from mulgil.ports import Batch, StoreError, StoreUnavailableError
from mulgil.stores.errors import StoreClosedError, UnusableDatabaseError
from mulgil.stores.sql import SqlMetadataStore, upgrade

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class NoCipher:
    def encrypt(self, plain: bytes) -> bytes:
        return plain

    def decrypt(self, token: bytes) -> bytes:
        return token


def open_store(path: Path, *, busy_seconds: float = 0.05) -> SqlMetadataStore:
    return SqlMetadataStore.open(path, cipher=NoCipher(), busy_timeout=timedelta(seconds=busy_seconds))


def run(number: int, *, note: str = "") -> DagRun:
    return DagRun(
        dag_id="d",
        run_id=f"r{number}",
        run_uid=f"u{number}",
        run_type=RunType.MANUAL,
        state=DagRunState.RUNNING,
        data_interval=DataInterval.at(NOW),
        version_id="v",
        created_at=NOW,
        note=note,
    )


def event(number: int) -> Event:
    return Event(at=NOW, payload=DagRunChanged(None, DagRunState.RUNNING), dag_id="d", run_id=f"r{number}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    upgrade(tmp_path / "mulgil.db")
    return tmp_path / "mulgil.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqlMetadataStore]:
    opened = open_store(path)
    yield opened
    opened.close()


def test_a_write_lock_held_too_long_is_unavailability_and_nothing_is_written(
    path: Path, store: SqlMetadataStore
) -> None:
    epoch = store.claim("s")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError, match="is busy: another process has held its write lock too long"):
        store.commit(Batch(new_runs=[run(1)]), epoch=epoch)
    assert store.runs() == ()
    other.execute("ROLLBACK")
    other.close()
    store.commit(Batch(new_runs=[run(1)]), epoch=epoch)
    assert store.runs() == (run(1),)


def test_a_reader_does_not_wait_for_a_writer(path: Path, store: SqlMetadataStore) -> None:
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO pool VALUES ('p', 1, '')")
    assert [pool.name for pool in store.pools()] == ["default_pool"]
    writer.execute("COMMIT")
    writer.close()
    assert [pool.name for pool in store.pools()] == ["default_pool", "p"]


def test_a_full_disk_is_unavailability_and_nothing_is_written(store: SqlMetadataStore) -> None:
    epoch = store.claim("s")
    store.commit(Batch(new_runs=[run(1)], events=[event(1)]), epoch=epoch)
    connection = store._database._connection  # type: ignore[attr-defined]
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailableError, match="because the disk is full"):
        store.commit(Batch(new_runs=[run(2, note="x" * 100_000)], events=[event(2)]), epoch=epoch)
    assert store.runs() == (run(1),)
    assert store.last_event() == 1
    connection.execute("PRAGMA max_page_count = 1000000")
    assert store.commit(Batch(new_runs=[run(2)], events=[event(2)]), epoch=epoch) == 2


def test_a_second_scheduler_takes_over_between_processes(path: Path, store: SqlMetadataStore) -> None:
    old = store.claim("first")
    other = open_store(path)
    new = other.claim("second")
    with pytest.raises(StoreError, match="another scheduler has taken over"):
        store.commit(Batch(new_runs=[run(1)]), epoch=old)
    other.commit(Batch(new_runs=[run(1)]), epoch=new)
    assert store.runs() == (run(1),)
    other.close()


def test_a_closed_store_says_so(path: Path) -> None:
    store = open_store(path)
    store.close()
    store.close()
    with pytest.raises(StoreClosedError, match="is closed"):
        store.runs()


def test_a_forked_child_can_neither_use_nor_close_its_parents_store(store: SqlMetadataStore) -> None:
    pid = os.fork()
    if pid == 0:
        try:
            store.close()
            store.runs()
        except StoreClosedError as error:
            os._exit(0 if "can't be used in its child" in str(error) else 2)
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert len(store.pools()) == 1


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_sqlite_faults import event, open_store, run
from mulgil.ports import Batch
store = open_store(Path(sys.argv[1]), busy_seconds=10)
epoch = store.claim("s")
number = 0
while True:
    number += 1
    store.commit(Batch(new_runs=[run(number)], events=[event(number)]), epoch=epoch)
    print(number, flush=True)
"""


def test_what_a_killed_process_had_committed_is_there_and_whole(path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), str(Path(__file__).parent)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    acknowledged = [int(writer.stdout.readline()) for _ in range(200)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
    writer.wait()
    writer.stdout.close()
    store = open_store(path, busy_seconds=10)
    runs = {stored.run_id for stored in store.runs(limit=1_000_000)}
    events = store.events(limit=1_000_000)
    store.close()
    assert {f"r{number}" for number in acknowledged} <= runs
    assert runs == {happened.run_id for happened in events}
    assert [happened.seq for happened in events] == list(range(1, len(events) + 1))


CREATOR = """
import sys
from mulgil.stores.sql import upgrade
sys.stdin.readline()
print(upgrade(sys.argv[1]).old)
"""


def test_of_several_processes_that_create_a_database_one_does(tmp_path: Path) -> None:
    path = tmp_path / "mulgil.db"
    creators = [
        subprocess.Popen(
            [sys.executable, "-c", CREATOR, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for creator in creators:
        assert creator.stdin is not None
        creator.stdin.write("\n")
        creator.stdin.flush()
    outputs = [creator.communicate()[0] for creator in creators]
    assert [creator.returncode for creator in creators] == [0, 0, 0, 0]
    assert set("".join(outputs).split()) <= {"0", "1"}
    store = open_store(path)
    assert store.pools() == (Pool(name="default_pool", slots=128),)
    store.close()


def test_the_file_of_a_network_file_system_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = path.with_name("mountinfo")
    table.write_text(f"1 0 8:1 / / rw - ext4 /dev/sda rw\n2 1 0:9 / {path.parent} rw shared:1 - nfs4 host:/x rw\n")
    monkeypatch.setattr("mulgil.stores.sql.file_system.MOUNT_TABLE", table)
    for refused in (open_store, upgrade):
        with pytest.raises(UnusableDatabaseError, match=r"is on a network file system \(nfs4\)"):
            refused(path)


def test_events_of_a_later_version_are_passed_over(path: Path, store: SqlMetadataStore) -> None:
    epoch = store.claim("s")
    store.commit(Batch(events=[event(1)]), epoch=epoch)
    later = [
        ("moon_changed", '{"type": "moon_changed"}'),
        ("dag_run_changed", '{"type": "dag_run_changed", "state": "new"}'),
    ]
    with sqlite3.connect(path) as connection:
        connection.executemany("INSERT INTO event (at, kind, payload) VALUES (1, ?, ?)", later * 3)
    connection.close()
    store.commit(Batch(events=[event(2)]), epoch=epoch)
    assert [happened.seq for happened in store.events()] == [1, 8]
    assert [happened.seq for happened in store.events(after=1, limit=1)] == [8]
    assert store.last_event() == 8


def test_commands_of_a_later_version_stay_queued(path: Path, store: SqlMetadataStore) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO command (command_id, kind, payload, submitted_at, submitted_by)"
            " VALUES ('c', 'fly', '{\"type\": \"fly\"}', 1, '')"
        )
    connection.close()
    assert store.pending_commands() == ()


def test_secrets_are_encrypted_in_the_file(path: Path) -> None:
    from mulgil.model import Connection, Variable
    from mulgil.secrets import FileCipher, UndecryptableError

    store = SqlMetadataStore.open(path, cipher=FileCipher(path.with_name("secret.key")))
    connection = Connection(connection_id="c", conn_type="t", password="Pa55word", extra={"token": "T0ken"})
    store.put_connection(connection, by="", at=NOW)
    store.put_variable(Variable(key="k", value="V4lue"), by="", at=NOW)
    assert store.connection("c") == connection
    store.close()
    files = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert not any(secret in files for secret in (b"Pa55word", b"T0ken", b"V4lue"))

    path.with_name("secret.key").unlink()
    other = SqlMetadataStore.open(path, cipher=FileCipher(path.with_name("other.key")))
    other.put_variable(Variable(key="new", value="n"), by="", at=NOW)
    with pytest.raises(UndecryptableError, match="can't be decrypted with the keys in"):
        other.connection("c")
    other.put_connection(msgspec.structs.replace(connection, password="new"), by="", at=NOW)
    assert other.delete_variable("k", by="", at=NOW)
    assert [found.password for found in other.connections()] == ["new"]
    other.close()


SUBMITTER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_sqlite_faults import NOW, open_store
from mulgil.messages import Command, SetDagPaused
store = open_store(Path(sys.argv[1]), busy_seconds=30)
for number in range(100):
    payload = SetDagPaused("d", True)
    store.submit(Command(command_id=f"{sys.argv[3]}-{number:03}", payload=payload, submitted_at=NOW, by=""))
"""


def test_several_processes_write_beside_a_busy_scheduler(path: Path) -> None:
    store = open_store(path, busy_seconds=30)
    epoch = store.claim("s")
    here = str(Path(__file__).parent)
    submitters = [subprocess.Popen([sys.executable, "-c", SUBMITTER, str(path), here, name]) for name in "abc"]
    number = 0
    while any(submitter.poll() is None for submitter in submitters):
        number += 1
        store.commit(Batch(new_runs=[run(number)], events=[event(number)]), epoch=epoch)
    assert [submitter.returncode for submitter in submitters] == [0, 0, 0]
    submitted = [command.command_id for command in store.pending_commands()]
    assert len(submitted) == 300
    for name in "abc":
        own = [command_id for command_id in submitted if command_id.startswith(name)]
        assert own == sorted(own)
    assert store.last_event() == number
    store.close()
