"""Dead daemons of the same home: their processes are ended and their reports taken over, once each.

A daemon is dead when its journal's lock is free, never because time has passed: a stopped or a draining
one is left alone, and watched.
"""

import os
import select
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from mulgil.messages import Report
from mulgil.worker.errors import JournalError
from mulgil.worker.journal import JournalContents, journal_owner, lock_journal, read_journal
from mulgil.worker.linux import boot_id, processes, session_and_group, signal_group, start_time

_DEATH_SECONDS = 10.0


class Buried(msgspec.Struct, frozen=True):
    """A dead daemon: none of its processes runs any more."""

    daemon_id: str
    started: tuple[str, ...]
    reports: tuple[Report, ...]


class Graveyard:
    """What one daemon finds beside its own journal."""

    def __init__(self, journals: Path, *, own: str) -> None:
        """Look into `journals`, passing over the journal of daemon `own`."""
        self._journals = journals
        self._own = own
        # Locks of the journals that were taken over: nobody else may do that at the same time.
        self._locks: dict[str, int] = {}

    def bury(self) -> list[Buried]:
        """End what is left of every dead daemon that wasn't buried yet, and return what they leave."""
        buried = []
        for folder in self._others():
            lock = lock_journal(folder)
            if lock is None:
                continue
            self._locks[folder.name] = lock
            try:
                contents = read_journal(folder)
            except JournalError as error:
                # For a newer version of mulgil to take over.
                print(f"{folder}: {error}", file=sys.stderr, flush=True)
                continue
            end_processes(contents)
            buried.append(Buried(folder.name, tuple(contents.started), tuple(contents.reports.values())))
        return buried

    def watch(self) -> list[int]:
        """Return a descriptor for each daemon that lives beside this one, readable once it has died."""
        watches = []
        for folder in self._others():
            owner = journal_owner(folder)
            try:
                if owner is not None:
                    watches.append(os.pidfd_open(owner))
            except ProcessLookupError:
                continue
        return watches

    def forget(self, daemon_id: str) -> None:
        """Remove a dead daemon's journal."""
        shutil.rmtree(self._journals / daemon_id, ignore_errors=True)
        os.close(self._locks.pop(daemon_id))

    def _others(self) -> Iterator[Path]:
        for folder in sorted(self._journals.iterdir()):
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
    _wait_for(remains)


def _wait_for(pids: list[int]) -> None:
    """Wait until processes have ended; not for ever, since one in an uninterruptible wait ends when it wakes."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        select.select([descriptor], [], [], _DEATH_SECONDS)
        os.close(descriptor)
