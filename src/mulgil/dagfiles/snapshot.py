"""Snapshots: read-only copies of a bundle, named by what is in them.

A snapshot never changes and is never written twice. Files that an earlier snapshot holds already are
hard links to it; the author's own files are always copied, because an editor may write into them.
"""

from __future__ import annotations

import ctypes
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from mulgil.dagfiles.bundle import BundleFile, BundleScan, FileSign, listing_of
from mulgil.dagfiles.errors import BundleError

_CHUNK = 1 << 20
_NAME_LENGTH = 24
_MEGABYTE = 1_000_000
_UNFINISHED = ".unfinished-"


class Snapshot(msgspec.Struct, frozen=True):
    """One snapshot: its folder's name under the snapshots folder, and its files."""

    name: str
    files: dict[str, BundleFile]

    def digest(self, path: str) -> str | None:
        """Return the hash of a file's contents; None where there is no such file."""
        found = self.files.get(path)
        return found.digest if found else None

    def listing(self, folder: str) -> str | None:
        """Return a hash of the names in a folder; None where there is no such folder."""
        return listing_of(folder, self.files)


def take_snapshot(
    source: Path, scan: BundleScan, *, store: Path, previous: Snapshot | None, limit_mb: int
) -> tuple[Snapshot, bool]:
    """Copy a bundle as it is now; return the snapshot and whether it is a new one.

    Raises:
        BundleError: It is larger than `limit_mb`, or can't be copied.
    """
    if scan.bytes > limit_mb * _MEGABYTE:
        raise _too_large(source, scan, limit_mb)
    store.mkdir(parents=True, exist_ok=True)
    work = store / f"{_UNFINISHED}{os.getpid()}"
    _remove(work)
    try:
        files = _fill(work, source, scan, store, previous)
        snapshot = Snapshot(_name(files), files)
        target = store / snapshot.name
        is_new = not target.exists()
        if is_new:
            _sync(store)
            work.rename(target)
    except OSError as error:
        raise BundleError("dagfiles.snapshot_failed", folder=str(store), why=error.strerror or str(error)) from error
    finally:
        _remove(work)
    return snapshot, is_new


def remove_snapshot(store: Path, name: str) -> None:
    """Remove a snapshot that no version was pinned to."""
    _remove(store / name)


def remove_unfinished(store: Path) -> None:
    """Remove what a processor left that died while it copied."""
    for path in store.glob(f"{_UNFINISHED}*"):
        _remove(path)


def _fill(work: Path, source: Path, scan: BundleScan, store: Path, previous: Snapshot | None) -> dict[str, BundleFile]:
    work.mkdir()
    files: dict[str, BundleFile] = {}
    known: Mapping[str, BundleFile] = previous.files if previous else {}
    made = {""}
    for path, sign in scan.files.items():
        parent = path.rpartition("/")[0]
        if parent not in made:
            (work / parent).mkdir(parents=True, exist_ok=True)
            made.add(parent)
        before = known.get(path)
        if previous and before and before.sign == sign and _link(store / previous.name / path, work / path):
            files[path] = before
            continue
        copied = _copy(source / path, work / path, sign)
        if copied is not None:
            files[path] = copied
    for folder in sorted(made, reverse=True):
        (work / folder).chmod(0o555)
    return files


def _link(existing: Path, new: Path) -> bool:
    try:
        os.link(existing, new)
    except OSError:
        return False
    return True


def _copy(source: Path, target: Path, sign: FileSign) -> BundleFile | None:
    """Copy a file and hash what was copied; None if it has gone meanwhile or may not be read."""
    digest = sha256()
    try:
        with source.open("rb") as reader:
            mode = os.fstat(reader.fileno()).st_mode
            with target.open("xb") as writer:
                while chunk := reader.read(_CHUNK):
                    digest.update(chunk)
                    writer.write(chunk)
    except (FileNotFoundError, PermissionError):
        return None
    target.chmod(0o555 if mode & 0o111 else 0o444)
    return BundleFile(sign, digest.hexdigest())


def _name(files: Mapping[str, BundleFile]) -> str:
    digest = sha256()
    for path, file in files.items():
        digest.update(f"{path}\0{file.digest}\n".encode())
    return digest.hexdigest()[:_NAME_LENGTH]


def _sync(store: Path) -> None:
    """Put what was copied on the disk before a version may name it."""
    descriptor = os.open(store, os.O_RDONLY)
    try:
        syncfs = getattr(ctypes.CDLL(None), "syncfs", None)
        if syncfs is None or syncfs(descriptor) != 0:
            os.sync()
    finally:
        os.close(descriptor)


def _remove(folder: Path) -> None:
    if not folder.exists():
        return
    for path, _, _ in os.walk(folder):
        with suppress(OSError):
            Path(path).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _too_large(source: Path, scan: BundleScan, limit_mb: int) -> BundleError:
    path, sign = max(scan.files.items(), key=lambda item: item[1].size)
    return BundleError(
        "dagfiles.bundle_too_large",
        folder=str(source),
        megabytes=round(scan.bytes / _MEGABYTE),
        limit=limit_mb,
        largest=path,
        largest_megabytes=round(sign.size / _MEGABYTE),
    )
