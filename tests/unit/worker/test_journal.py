"""A daemon's journal as a file: what another daemon reads of it."""

import os
import shutil
from errno import ENOSPC
from pathlib import Path

import pytest
from daemon_table import BEGIN

from mulgil.messages import Report, Succeeded, XComEntry, encode_frame
from mulgil.worker.errors import JournalError
from mulgil.worker.journal import Journal, Opened, Process, lock_journal, read_journal


def _report(attempt_id: str, value: bytes = b"") -> Report:
    return Report(attempt_id=attempt_id, outcome=Succeeded(), ended_at=BEGIN, xcoms=(XComEntry("return_value", value),))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "d1")
    journal.start("a")
    journal.process("a", 100, 5000)
    journal.start("b")
    journal.report(_report("b"))
    journal.start("c")
    journal.report(_report("c"))
    journal.forget("c")
    contents = read_journal(tmp_path / "d1")
    assert contents.started == {"a": Process("a", 100, 5000), "b": None}
    assert contents.reports == {"b": _report("b")}
    assert contents.boot_id
    journal.close(is_clean=False)
    assert read_journal(tmp_path / "d1").reports == {"b": _report("b")}


def test_a_record_that_was_cut_off_ends_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "d1")
    journal.start("a")
    journal.start("b")
    journal.close(is_clean=False)
    records = tmp_path / "d1" / "records"
    records.write_bytes(records.read_bytes()[:-1])
    assert list(read_journal(tmp_path / "d1").started) == ["a"]


def test_the_lock_is_held_for_the_journals_life(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "d1")
    assert lock_journal(tmp_path / "d1") is None
    journal.close(is_clean=False)
    lock = lock_journal(tmp_path / "d1")
    assert lock is not None


def test_a_clean_journal_is_removed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal" / "d1")
    journal.close(is_clean=True)
    assert list((tmp_path / "journal").iterdir()) == []


def test_a_long_life_keeps_a_short_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "d1")
    journal.start("lives")
    for number in range(300):
        journal.start(str(number))
        journal.report(_report(str(number), b"x" * 10_000))
        journal.forget(str(number))
    assert (tmp_path / "d1" / "records").stat().st_size < 1_200_000
    contents = read_journal(tmp_path / "d1")
    assert contents.started == {"lives": None}
    assert contents.reports == {}
    journal.close(is_clean=False)


def test_a_journal_of_a_newer_version_is_not_guessed_at(tmp_path: Path) -> None:
    folder = tmp_path / "d1"
    folder.mkdir()
    (folder / "records").write_bytes(encode_frame(Opened(2, "boot")))
    with pytest.raises(JournalError):
        read_journal(folder)


@pytest.mark.parametrize("gone", ["d1", "d1/records", "d1/lock"])
def test_what_was_removed_is_written_anew(tmp_path: Path, gone: str) -> None:
    journal = Journal(tmp_path / "journal" / "d1")
    journal.start("a")
    path = tmp_path / "journal" / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    journal.report(_report("b"))
    contents = read_journal(tmp_path / "journal" / "d1")
    assert (contents.started, contents.reports) == ({"a": None}, {"b": _report("b")})
    assert lock_journal(tmp_path / "journal" / "d1") is None
    journal.close(is_clean=False)
    assert lock_journal(tmp_path / "journal" / "d1") is not None


@pytest.mark.parametrize("is_partial", [False, True])
def test_a_full_disk_hides_nothing_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_partial: bool
) -> None:
    journal = Journal(tmp_path / "d1")
    journal.start("before")
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if is_partial:
            return write(descriptor, data[: len(data) // 2])
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        assert not journal.start("unwritten")
        journal.report(_report("before"))
        journal.forget("unwritten")
        assert journal.trouble == os.strerror(ENOSPC)
        assert list(read_journal(tmp_path / "d1").started) == ["before"]
    assert journal.start("after")
    assert journal.trouble is None
    contents = read_journal(tmp_path / "d1")
    assert (contents.started, contents.reports) == ({"before": None, "after": None}, {"before": _report("before")})
    journal.close(is_clean=False)


def test_a_journal_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("in the way")
    with pytest.raises(JournalError) as caught:
        Journal(tmp_path / "journal" / "d1")
    assert caught.value.text.code == "worker.journal_unwritable"
