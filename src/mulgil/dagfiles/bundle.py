"""A bundle as it is on disk: which files it has, and which of them changed since the last look."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import msgspec

from mulgil.dagfiles.errors import BundleError
from mulgil.dagfiles.ignore import ALWAYS_IGNORED, IGNORE_FILES, IgnoreRule, is_ignored, parse_rules

_CHUNK = 1 << 20


class Bundle(msgspec.Struct, frozen=True):
    """A folder of dag files and what they need, under a name."""

    name: str
    folder: Path


class FileSign(msgspec.Struct, frozen=True, array_like=True):
    """What changes when a file's contents do, without reading it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class BundleFile(msgspec.Struct, frozen=True, array_like=True):
    """One file: its sign when it was read, and the hash of its contents."""

    sign: FileSign
    digest: str


class BundleScan(msgspec.Struct, frozen=True):
    """The files of a bundle by path relative to it, and the folders that were looked into."""

    files: dict[str, FileSign]
    folders: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """How large the files are together."""
        return sum(sign.size for sign in self.files.values())


def scan_bundle(folder: Path) -> BundleScan:
    """Look through a bundle without reading its files. Links are followed, once each; what is ignored is left out.

    Raises:
        BundleError: There is no such folder, or it can't be read.
    """
    files: dict[str, FileSign] = {}
    folders: list[str] = []
    seen: set[tuple[int, int]] = set()
    pending: list[tuple[str, tuple[IgnoreRule, ...]]] = [("", ALWAYS_IGNORED)]
    while pending:
        path, rules = pending.pop()
        entries = _entries(folder, path, seen)
        if entries is None:
            continue
        folders.append(path)
        for entry in entries:
            if entry.name in IGNORE_FILES:
                rules += _read_rules(Path(entry.path), path)
        for entry in entries:
            if not _is_text(entry.name):
                continue
            relative = f"{path}/{entry.name}" if path else entry.name
            kind = _kind(entry)
            if kind is None or is_ignored(relative, rules, is_folder=stat.S_ISDIR(kind.st_mode)):
                continue
            if stat.S_ISDIR(kind.st_mode):
                pending.append((relative, rules))
            elif stat.S_ISREG(kind.st_mode):
                files[relative] = FileSign(kind.st_size, kind.st_mtime_ns, kind.st_ctime_ns, kind.st_ino)
    return BundleScan(dict(sorted(files.items())), tuple(sorted(folders)))


def _is_text(name: str) -> bool:
    """Whether a name is UTF-8; others (from old archives, say) can't be named in a snapshot, so they are left out."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def read_digest(path: Path) -> str | None:
    """Return the hash of a file's contents; None if it is gone or can't be read."""
    digest = sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return None
    return digest.hexdigest()


def listing_of(folder: str, files: Iterable[str]) -> str | None:
    """Return a hash of the names directly in a folder; None where there is nothing in it."""
    prefix = f"{folder}/" if folder else ""
    names = {path[len(prefix) :].partition("/")[0] for path in files if path.startswith(prefix)}
    return sha256("\n".join(sorted(names)).encode()).hexdigest() if names else None


def _entries(folder: Path, path: str, seen: set[tuple[int, int]]) -> list[os.DirEntry[str]] | None:
    place = folder / path
    try:
        found = place.stat()
        if (found.st_dev, found.st_ino) in seen:
            return None
        seen.add((found.st_dev, found.st_ino))
        with os.scandir(place) as listing:
            return sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        if path:
            return None
        raise BundleError("dagfiles.folder_unreadable", folder=str(folder), why=error.strerror or str(error)) from error


def _kind(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat()
    except OSError:
        return None


def _read_rules(path: Path, folder: str) -> tuple[IgnoreRule, ...]:
    try:
        return parse_rules(path.read_text(encoding="utf-8", errors="replace"), folder=folder)
    except OSError:
        return ()
