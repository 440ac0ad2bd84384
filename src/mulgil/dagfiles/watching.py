"""Recording what a parse opens, by Python's audit events."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mulgil.dagfiles.closure import Uses

_LISTINGS = frozenset({"os.listdir", "os.scandir"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class UseRecorder:
    """Notes every bundle file that is opened for reading and every folder that is listed, from `start` on.

    An audit hook can't be removed: start one only in a process that ends with its parse.
    """

    def __init__(self, root: Path, shown_root: Path) -> None:
        """Watch the snapshot and, for code that names the author's folder, that one, too."""
        self._prefixes = tuple(f"{os.path.realpath(place)}/" for place in dict.fromkeys((root, shown_root)))
        # Most of what an import opens is elsewhere, and resolving each path would cost more than opening it.
        self._spellings = (*self._prefixes, str(root), str(shown_root))
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._busy = False

    def start(self) -> None:
        """Record from now on."""
        sys.addaudithook(self._notice)

    def uses(self) -> Uses:
        """Return what was recorded."""
        return Uses(tuple(sorted(self._files)), tuple(sorted(self._folders)))

    def _notice(self, event: str, args: tuple[object, ...]) -> None:
        if event == "open":
            if not self._busy and not _writes(args):
                self._keep(args[0], self._files)
        elif event in _LISTINGS and not self._busy:
            self._keep(args[0] if args and args[0] is not None else ".", self._folders)

    def _keep(self, path: object, kept: set[str]) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        if isinstance(path, str) and path.startswith("/") and not path.startswith(self._spellings):
            return
        # Looking at the path must not be recorded itself.
        self._busy = True
        try:
            real = f"{os.path.realpath(os.fsdecode(path))}/"
        except (OSError, ValueError):
            return
        finally:
            self._busy = False
        for prefix in self._prefixes:
            if real.startswith(prefix):
                kept.add(real[len(prefix) : -1])
                return


def _writes(args: tuple[object, ...]) -> bool:
    mode = args[1] if len(args) > 1 else None
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    flags = args[2] if len(args) > 2 else 0
    return isinstance(flags, int) and bool(flags & _WRITING)
