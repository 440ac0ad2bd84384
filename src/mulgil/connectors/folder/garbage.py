"""What no reader needs any more: files that the manifest has retired, and files that no manifest ever named."""

from datetime import datetime, timedelta

import msgspec

from mulgil.connectors.folder.manifest import Manifest, RetiredFile
from mulgil.connectors.folder.pins import oldest_read
from mulgil.connectors.folder.place import TablePlace


def retired_by(before: Manifest | None, after: Manifest, *, now_us: int) -> Manifest:
    """Return `after` with the files that it doesn't share with `before` retired as well."""
    if before is None:
        return after
    live = {file.path for file in after.every_file}
    dropped = tuple(
        RetiredFile(path=file.path, version=after.version, retired_at=now_us)
        for file in before.every_file
        if file.path not in live
    )
    return msgspec.structs.replace(after, retired=(*after.retired, *dropped))


def unneeded(place: TablePlace, manifest: Manifest, *, now: datetime, grace: timedelta) -> tuple[str, ...]:
    """Return the names of data files that may go; the caller holds the table's lock.

    Files of a publish that is under way can't be meant: it would hold the lock.
    """
    if not place.data.is_dir():
        return ()
    oldest = oldest_read(place, manifest.version)
    limit = int((now - grace).timestamp() * 1_000_000)
    kept = {file.path for file in manifest.every_file}
    kept |= {each.path for each in manifest.retired if each.version > oldest or each.retired_at > limit}
    names = (path.name for path in place.data.iterdir())
    return tuple(sorted(name for name in names if str((place.data / name).relative_to(place.folder)) not in kept))


def remove(place: TablePlace, names: tuple[str, ...]) -> None:
    """Remove data files."""
    for name in names:
        (place.data / name).unlink(missing_ok=True)


def without_gone(place: TablePlace, manifest: Manifest) -> Manifest:
    """Return the manifest without the retired files that are removed."""
    there = {path.name for path in place.data.iterdir()} if place.data.is_dir() else set()
    return msgspec.structs.replace(
        manifest, retired=tuple(each for each in manifest.retired if each.path.rpartition("/")[2] in there)
    )
