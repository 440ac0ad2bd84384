"""A daemon's journal: which attempts it has started, and the reports that nobody has acknowledged.

One folder a daemon, `<home>/journal/<daemon_id>/`, with a lock that is held for the daemon's life (so that
a free lock means a dead daemon) and an append-only file of frames. It is not synced to disk: what was
written survives the daemon's death, whoever kills it, because the kernel has it. A power cut may take
the last records; it also takes every attempt, and the scheduler, which then hears that the daemon is
buried and starts what it knows of anew.
"""

import fcntl
import os
import shutil
import sys
from pathlib import Path

import msgspec

from mulgil.messages import FrameDecoder, FrameError, Report, encode_frame
from mulgil.worker.errors import JournalError
from mulgil.worker.linux import boot_id

JOURNAL_FORMAT = 1
_COMPACT_BYTES = 1024 * 1024
_LOCK = "lock"
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
    """The journal of the daemon that writes it."""

    def __init__(self, folder: Path) -> None:
        """Create and lock the journal in `folder`."""
        self.folder = folder
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Made under another name, so that nobody finds it before it is locked.
        scratch = folder.with_name(f".{folder.name}")
        scratch.mkdir(mode=0o700)
        lock = lock_journal(scratch)
        if lock is None:
            raise JournalError("worker.journal_locked", folder=str(folder))
        self._lock = lock
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        scratch.rename(folder)
        self._path = folder / _RECORDS
        # The frames of each attempt that isn't forgotten: what a compacted file holds.
        self._frames: dict[str, list[bytes]] = {}
        self._header = encode_frame(Opened(JOURNAL_FORMAT, boot_id()))
        self._file = -1
        self._size = 0
        self._rewrite()

    def start(self, attempt_id: str) -> None:
        """Write down that an attempt is about to get a process."""
        self._append(attempt_id, Started(attempt_id))

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
            self._rewrite()

    def close(self, *, is_clean: bool) -> None:
        """Give the journal back; a clean one, which holds nothing that matters, is removed."""
        os.close(self._file)
        if is_clean:
            shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)

    def _append(self, attempt_id: str, record: Record) -> None:
        frame = encode_frame(record)
        self._frames.setdefault(attempt_id, []).append(frame)
        self._write(frame)

    def _write(self, data: bytes) -> None:
        """Append, or leave the file as it was.

        A full disk must not end the daemon and with it every attempt: without its record an attempt is
        merely lost, and made again, should the daemon die too.
        """
        try:
            written = os.write(self._file, data)
        except OSError as error:
            written = 0
            print(f"journal {self._path}: {error.strerror}", file=sys.stderr, flush=True)
        if written == len(data):
            self._size += written
        else:
            os.ftruncate(self._file, self._size)

    def _live_bytes(self) -> int:
        return sum(len(frame) for frames in self._frames.values() for frame in frames)

    def _rewrite(self) -> None:
        """Put a file in place that holds only what still matters."""
        scratch = self._path.with_name(f"{_RECORDS}.new")
        file = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        data = self._header + b"".join(frame for frames in self._frames.values() for frame in frames)
        if os.write(file, data) != len(data):
            os.close(file)
            return
        scratch.rename(self._path)
        if self._file >= 0:
            os.close(self._file)
        self._file, self._size = file, len(data)


def lock_journal(folder: Path) -> int | None:
    """Lock a journal, held until the returned descriptor is closed; None while its daemon lives."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def journal_owner(folder: Path) -> int | None:
    """Return the pid that a journal's daemon has, or had."""
    try:
        words = (folder / _LOCK).read_text()
    except FileNotFoundError:
        return None
    return int(words) if words.isdigit() else None


def read_journal(folder: Path) -> JournalContents:
    """Return what a journal says, up to a record that was cut off by its writer's death.

    Raises:
        JournalError: A newer version of mulgil wrote it.
    """
    contents = JournalContents()
    decoder: FrameDecoder[Record] = FrameDecoder(Record)  # type: ignore[arg-type]
    try:
        for record in decoder.feed((folder / _RECORDS).read_bytes()):
            contents.add(record)
    except (FileNotFoundError, FrameError):
        pass
    return contents
