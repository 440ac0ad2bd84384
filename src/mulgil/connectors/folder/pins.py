"""Readers and the files of old versions.

A reader holds a shared flock on `_mulgil/pins/<version>` for as long as it reads that version; the kernel frees
it when the reader dies. A retired file goes when no reader of a version before its retirement is left, and when
it has been retired for the grace time, for programs that read a manifest without a pin.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mulgil.connectors.folder.manifest import Manifest, read_manifest
from mulgil.connectors.folder.place import TablePlace

_PIN_TRIES = 5


def make_pin(place: TablePlace, version: int) -> None:
    """Let readers pin a version, before it is published."""
    place.pins.mkdir(exist_ok=True)
    (place.pins / str(version)).touch()


@contextmanager
def pinned(place: TablePlace) -> Iterator[Manifest | None]:
    """Read the newest manifest and keep its files from being removed; None if there is no table."""
    with ExitStack() as held:
        manifest = read_manifest(place)
        for _ in range(_PIN_TRIES):
            if manifest is None or _pin(place.pins / str(manifest.version), held):
                break
            # Replaced, and its pin removed, between the two steps: there is a newer one.
            manifest = read_manifest(place)
        yield manifest


def oldest_read(place: TablePlace, current: int) -> int:
    """Return the oldest version that somebody reads, removing the pins of older ones; the caller holds the lock."""
    versions = (
        sorted(int(path.name) for path in place.pins.iterdir() if path.name.isdigit()) if place.pins.is_dir() else []
    )
    for version in versions:
        if version < current and not _remove_unread(place.pins / str(version)):
            return version
        if version > current:
            (place.pins / str(version)).unlink(missing_ok=True)
    return current


def _pin(path: Path, held: ExitStack) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    held.callback(os.close, descriptor)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return os.fstat(descriptor).st_nlink > 0


def _remove_unread(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
