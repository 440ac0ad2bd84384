"""A daemon's journal: which attempts it has started, and the reports that nobody has acknowledged.

One folder a daemon, `<home>/journal/<daemon_id>/`, with a lock that is held for the daemon's life (so that
a free lock means a dead daemon) and an append-only file of frames. It is not synced to disk: what was
written survives the daemon's death, whoever kills it, because the kernel has it. A power cut may take
the last records, or the whole folder; it also takes every attempt, and the scheduler. No promise rests on
more: only what is acknowledged is promised, and that is in the database. The next daemon names those
daemons that it has buried and those that live; whatever the scheduler knows of any other is lost, and
started anew.
"""

import fcntl
import os
import shutil
from collections.abc import Callable
from errno import ENOSPC
from pathlib import Path
from typing import get_args

import msgspec

from mulgil.messages import FrameDecoder, FrameError, MessageKinds, Report, encode_frame
from mulgil.worker.errors import JournalError
from mulgil.worker.linux import boot_id

JOURNAL_FORMAT = 1
_COMPACT_BYTES = 1024 * 1024
LOCK_NAME = "lock"
_RECORDS = "records"


class Opened(msgspec.Struct, frozen=True, tag="opened"):
    """The first record: which form the rest has, and on which boot of the machine its pids are."""

    format: int
    boot_id: str


class Started(msgspec.Struct, frozen=True, tag="started"):
    """An attempt was about to get a process."""

    attempt_id: str


class Process(msgspec.Struct, frozen=True, tag="process"):
    """The attempt's process, which led a session and a group of the same number."""

    attempt_id: str
    pid: int
    start_time: int


class Reported(msgspec.Struct, frozen=True, tag="reported"):
    """The attempt's report."""

    report: Report


class Forgotten(msgspec.Struct, frozen=True, tag="forgotten"):
    """The attempt's report was acknowledged and its process is gone."""

    attempt_id: str


Record = Opened | Started | Process | Reported | Forgotten
_RECORD_KINDS: MessageKinds[Record] = MessageKinds(*get_args(Record))


class JournalContents(msgspec.Struct):
    """What a journal says."""

    boot_id: str = ""
    started: dict[str, Process | None] = {}
    reports: dict[str, Report] = {}

    def add(self, record: Record) -> None:
        """Take one record in."""
        match record:
            case Opened():
                self._open(record)
            case Started(attempt_id=attempt_id):
                self.started[attempt_id] = None
            case Process(attempt_id=attempt_id):
                self.started[attempt_id] = record
            case Reported(report=report):
                self.reports[report.attempt_id] = report
            case Forgotten(attempt_id=attempt_id):
                self.started.pop(attempt_id, None)
                self.reports.pop(attempt_id, None)

    def _open(self, record: Opened) -> None:
        if record.format > JOURNAL_FORMAT:
            raise JournalError("worker.journal_newer", format=record.format, supported=JOURNAL_FORMAT)
        self.boot_id = record.boot_id


class Journal:
    """The journal of the daemon that writes it.

    Trouble with the disk is a fact, not an error: what could not be written stands in memory, is written
    with the next record that can be, and `trouble` says why it isn't there yet. The same holds for files
    that somebody removes.
    """

    def __init__(self, folder: Path) -> None:
        """Create and lock the journal in `folder`.

        Raises:
            JournalError: The folder or its lock can't be made.
        """
        self.folder = folder
        self.trouble: str | None = None
        self._path = folder / _RECORDS
        self._lock_path = folder / LOCK_NAME
        # The frames of each attempt that isn't forgotten: what a compacted file holds.
        self._frames: dict[str, list[bytes]] = {}
        self._header = encode_frame(Opened(JOURNAL_FORMAT, boot_id()))
        self._lock = self._file = -1
        self._size = 0
        try:
            self._settle()
        except OSError as error:
            raise JournalError("worker.journal_unwritable", folder=str(folder), why=str(error.strerror)) from error
        self._write(b"")

    def start(self, attempt_id: str) -> bool:
        """Write down that an attempt is about to get a process; without its record it must not get one."""
        return self._append(attempt_id, Started(attempt_id))

    def process(self, attempt_id: str, pid: int, start_time: int) -> None:
        """Write down which process an attempt has."""
        self._append(attempt_id, Process(attempt_id, pid, start_time))

    def report(self, report: Report) -> None:
        """Write down how an attempt ended."""
        self._append(report.attempt_id, Reported(report))

    def forget(self, attempt_id: str) -> None:
        """Strike an attempt out."""
        if self._frames.pop(attempt_id, None) is None:
            return
        self._write(encode_frame(Forgotten(attempt_id)))
        if self._size > _COMPACT_BYTES and self._size > 2 * self._live_bytes():
            self._try(self._rewrite)

    def close(self, *, is_clean: bool) -> None:
        """Give the journal back; a clean one, which holds nothing that matters, is removed."""
        if self._file >= 0:
            os.close(self._file)
        if is_clean:
            shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)

    def _append(self, attempt_id: str, record: Record) -> bool:
        frame = encode_frame(record)
        self._frames.setdefault(attempt_id, []).append(frame)
        return self._write(frame)

    def _write(self, data: bytes) -> bool:
        """Append; where that isn't enough, because the file is gone or lacks something, write it anew."""
        if not self._is_in_place():
            return self._try(self._settle, self._rewrite)
        if self.trouble is not None or self._file < 0:
            return self._try(self._rewrite)
        return self._try(lambda: self._add(data))

    def _try(self, *steps: Callable[[], None]) -> bool:
        """Do something with the files; a full disk must not end the daemon, and with it every attempt."""
        try:
            for step in steps:
                step()
        except (OSError, JournalError) as error:
            self.trouble = str(error.strerror if isinstance(error, OSError) else error)
            return False
        self.trouble = None
        return True

    def _add(self, data: bytes) -> None:
        written = 0
        try:
            written = os.write(self._file, data)
        finally:
            if written != len(data):
                # Half a record would hide those after it.
                os.ftruncate(self._file, self._size)
        if written != len(data):
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        self._size += written

    def _is_in_place(self) -> bool:
        """Whether the names of the lock and the records still lead to what this daemon holds."""
        return is_at(self._lock, self._lock_path) and (self._file < 0 or is_at(self._file, self._path))

    def _settle(self) -> None:
        """Have a folder with a lock that is ours."""
        if self.folder.exists():
            self._take(self.folder)
            return
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made under another name, so that nobody finds it before it is locked.
        scratch = self.folder.with_name(f".{self.folder.name}")
        scratch.mkdir(mode=0o700, exist_ok=True)
        self._take(scratch)
        scratch.rename(self.folder)

    def _take(self, folder: Path) -> None:
        if is_at(self._lock, folder / LOCK_NAME):
            return
        lock = lock_journal(folder)
        if lock is None:
            raise JournalError("worker.journal_locked", folder=str(folder))
        try:
            os.pwrite(lock, str(os.getpid()).encode(), 0)
        except OSError:
            os.close(lock)
            raise
        if self._lock >= 0:
            os.close(self._lock)
        self._lock = lock

    def _live_bytes(self) -> int:
        return sum(len(frame) for frames in self._frames.values() for frame in frames)

    def _rewrite(self) -> None:
        """Put a file in place that holds only what still matters."""
        scratch = self._path.with_name(f"{_RECORDS}.new")
        file = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            size = 0
            for data in (self._header, *(frame for frames in self._frames.values() for frame in frames)):
                if os.write(file, data) != len(data):
                    raise OSError(ENOSPC, os.strerror(ENOSPC))
                size += len(data)
            scratch.rename(self._path)
        except OSError:
            os.close(file)
            scratch.unlink(missing_ok=True)
            raise
        if self._file >= 0:
            os.close(self._file)
        self._file, self._size = file, size


def is_at(descriptor: int, path: Path) -> bool:
    """Whether `path` is the file that `descriptor` is open on."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def lock_journal(folder: Path) -> int | None:
    """Lock a journal, held until the returned descriptor is closed; None while its daemon lives.

    Raises:
        OSError: The lock can't be opened.
    """
    descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def read_journal(folder: Path) -> JournalContents:
    """Return what a journal says, up to a record that was cut off by its writer's death.

    Raises:
        JournalError: A newer version of mulgil wrote it.
    """
    contents = JournalContents()
    decoder = FrameDecoder(_RECORD_KINDS)
    try:
        for record in decoder.feed((folder / _RECORDS).read_bytes()):
            contents.add(record)
    except (OSError, FrameError):
        # What can't be read is lost with its daemon.
        pass
    return contents
