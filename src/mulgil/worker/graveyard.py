"""Dead daemons of the same home: their processes are ended and their reports taken over, once each.

A daemon is dead when its journal's lock is free, never because time has passed: a stopped or a draining
one is left alone, and watched. The lock counts for as long as a process holds it, also after somebody has
removed the journal; a dead daemon whose journal is gone is known to the scheduler alone.
"""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from mulgil.i18n import Text
from mulgil.messages import Report
from mulgil.worker.errors import JournalError
from mulgil.worker.journal import LOCK_NAME, JournalContents, lock_journal, read_journal
from mulgil.worker.linux import (
    boot_id,
    lock_holders,
    open_files,
    processes,
    session_and_group,
    signal_group,
    start_time,
    wait_gone,
)

_DEATH_SECONDS = 10.0


class Buried(msgspec.Struct, frozen=True):
    """A dead daemon: none of its processes runs any more."""

    daemon_id: str
    started: tuple[str, ...]
    reports: tuple[Report, ...]


class Graveyard:
    """What one daemon finds beside its own journal."""

    def __init__(self, journals: Path, *, own: str, note: Callable[[Text], None]) -> None:
        """Look into `journals`, passing over the journal of daemon `own`; tell `note` what a person must do."""
        # As the kernel names what is open in it.
        self._journals = journals.resolve()
        self._own = own
        self._note = note
        # Locks of the journals that were taken over: nobody else may do that at the same time.
        self._locks: dict[str, int] = {}
        # Of those, the ones that can't be read here: another version has to.
        self._unreadable: set[str] = set()

    def bury(self) -> list[Buried]:
        """End what is left of every dead daemon that wasn't buried yet, and return what they leave."""
        buried = []
        living = self._holders()
        for folder in self._others():
            lock = None if folder.name in living else self._lock(folder)
            if lock is None:
                continue
            self._locks[folder.name] = lock
            try:
                contents = read_journal(folder)
            except JournalError as error:
                # For a newer version of mulgil to take over.
                self._note(error.text)
                self._unreadable.add(folder.name)
                continue
            end_processes(contents)
            buried.append(Buried(folder.name, tuple(contents.started), tuple(contents.reports.values())))
        return buried

    def neighbours(self) -> tuple[str, ...]:
        """Return the daemons that live beside this one, and the dead ones that are still to be buried."""
        return tuple(sorted({*self._holders(), *self._unreadable, *(folder.name for folder in self._others())}))

    def watch(self) -> list[int]:
        """Return a descriptor for each daemon that lives beside this one, readable once it has died."""
        watches = []
        for pid in set(self._holders().values()):
            try:
                watches.append(os.pidfd_open(pid))
            except ProcessLookupError:
                continue
        return watches

    def _lock(self, folder: Path) -> int | None:
        """Lock a journal if its daemon is dead."""
        try:
            return lock_journal(folder)
        except OSError as error:
            # Not ours to open, or no room for a lock that was removed; the next daemon looks again.
            self._note(Text("worker.journal_unlockable", {"folder": str(folder), "why": error.strerror}))
            return None

    def _holders(self) -> dict[str, int]:
        """Return who holds the lock of which other daemon's journal, removed ones included, by daemon."""
        holders = {}
        for pid in lock_holders():
            if pid == os.getpid():
                continue
            for path in map(Path, open_files(pid)):
                if path.parent.parent == self._journals and path.name.removesuffix(" (deleted)") == LOCK_NAME:
                    holders[path.parent.name] = pid
        holders.pop(self._own, None)
        return holders

    def forget(self, daemon_id: str) -> None:
        """Remove a dead daemon's journal."""
        shutil.rmtree(self._journals / daemon_id, ignore_errors=True)
        self._unreadable.discard(daemon_id)
        os.close(self._locks.pop(daemon_id))

    def _others(self) -> Iterator[Path]:
        try:
            folders = sorted(self._journals.iterdir())
        except FileNotFoundError:
            return
        for folder in folders:
            is_known = folder.name == self._own or folder.name in self._locks
            if not is_known and not folder.name.startswith(".") and folder.is_dir():
                yield folder


def end_processes(contents: JournalContents) -> None:
    """Kill every process of a dead daemon's attempts, and wait until they are gone.

    The kernel has done most of it already: see `linux.die_with`. What remains are processes that a
    task put into groups of their own.
    """
    if contents.boot_id != boot_id():
        return
    leaders = {entry.pid: entry.start_time for entry in contents.started.values() if entry is not None}
    sessions = {pid for pid, started in leaders.items() if start_time(pid) in (None, started)}
    if not sessions:
        return
    remains = []
    for pid in processes():
        found = session_and_group(pid)
        if found is not None and found[0] in sessions:
            remains.append(pid)
            signal_group(found[1], signal.SIGKILL)
    wait_gone(remains, seconds=_DEATH_SECONDS)
