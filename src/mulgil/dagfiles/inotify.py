"""Being told of changes in folders, without looking: Linux's inotify."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_IN_MODIFY = 0x2
_IN_ATTRIB = 0x4
_IN_CLOSE_WRITE = 0x8
_IN_MOVED_FROM = 0x40
_IN_MOVED_TO = 0x80
_IN_CREATE = 0x100
_IN_DELETE = 0x200
_IN_DELETE_SELF = 0x400
_IN_MOVE_SELF = 0x800
_IN_ONLYDIR = 0x1000000
_EVENTS = (
    _IN_MODIFY
    | _IN_ATTRIB
    | _IN_CLOSE_WRITE
    | _IN_MOVED_FROM
    | _IN_MOVED_TO
    | _IN_CREATE
    | _IN_DELETE
    | _IN_DELETE_SELF
    | _IN_MOVE_SELF
    | _IN_ONLYDIR
)
_READ_BYTES = 1 << 16


class FolderWatch:
    """Tells that something in the watched folders changed; what, a scan finds out."""

    def __init__(self) -> None:
        """Open a watch.

        Raises:
            OSError: This system has no inotify, or no more watches to give.
        """
        self._libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(self._libc, "inotify_init1"):
            raise OSError("no inotify")
        self._descriptor = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1 failed")
        self._folders: dict[Path, int] = {}

    def fileno(self) -> int:
        """Return the descriptor that is readable when something changed."""
        return int(self._descriptor)

    def watch(self, folders: Iterable[Path]) -> bool:
        """Watch exactly these folders; return whether one is new, whose contents may have been missed.

        Raises:
            OSError: The system has no more watches to give.
        """
        wanted = set(folders)
        for folder in set(self._folders) - wanted:
            self._libc.inotify_rm_watch(self._descriptor, self._folders.pop(folder))
        added = False
        for folder in wanted:
            number = self._libc.inotify_add_watch(self._descriptor, os.fsencode(folder), _EVENTS)
            if number < 0:
                error = ctypes.get_errno()
                if not folder.exists():
                    continue
                raise OSError(error, "inotify_add_watch failed")
            # A folder that was replaced by another of its name gets another number.
            added |= self._folders.get(folder) != number
            self._folders[folder] = number
        return added

    def drain(self) -> None:
        """Forget what was told so far."""
        with suppress(BlockingIOError):
            while os.read(self._descriptor, _READ_BYTES):
                pass

    def close(self) -> None:
        """Give the watch back."""
        os.close(self._descriptor)
