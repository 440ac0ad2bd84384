"""The folders that other programs list: links to the live files, exchanged after each publish.

They are derived from the manifest and never read by us. `_mulgil/shown` holds the version that they show; where
it isn't the manifest's, a writer died between publishing and this, and the next one does it.
"""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from mulgil.connectors.folder.file_format import FileFormat
from mulgil.connectors.folder.manifest import Manifest
from mulgil.connectors.folder.place import TablePlace

_OUR_NAMES = re.compile(r"\d+-\d+-[0-9a-f]{16}\.(parquet|csv|jsonl)")


def shown_version(place: TablePlace) -> int:
    """Return which version the folders show, or 0."""
    try:
        text = (place.ours / "shown").read_text()
    except OSError:
        return 0
    return int(text) if text.isdigit() else 0


def show(place: TablePlace, manifest: Manifest, *, before: Manifest | None) -> None:
    """Let the folders show a version, while its writer holds the table's lock.

    First the new files appear, then the old ones go: whoever lists in between may see both, never neither.

    Raises:
        OSError: The file system refused; the next publish tries again.
    """
    wanted = {path: place.absolute(target) for path, target in _wanted(place, manifest)}
    version = shown_version(place)
    if before is not None and before.version == version:
        there = {path for path, _ in _wanted(place, before)}
    else:
        there = set(_found(place))
    for path, target in wanted.items():
        if path not in there:
            _link(path, target)
    for path in there - wanted.keys():
        path.unlink(missing_ok=True)
        _remove_if_empty(path.parent, place.folder)
    (place.ours / "shown").write_text(str(manifest.version))


def _wanted(place: TablePlace, manifest: Manifest) -> Iterator[tuple[Path, str]]:
    suffix = FileFormat(manifest.file_format).suffix
    for file in manifest.files:
        yield place.folder / file.folder / (file.name + suffix), file.path


def _found(place: TablePlace) -> Iterable[Path]:
    folders = [place.folder, *(path for path in place.folder.iterdir() if path.is_dir() and path != place.ours)]
    return (path for folder in folders for path in folder.iterdir() if _OUR_NAMES.fullmatch(path.name))


def _link(path: Path, target: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    with suppress(FileExistsError):
        try:
            os.link(target, path)
        except PermissionError:
            # A file system without hard links.
            path.symlink_to(os.path.relpath(target, path.parent))


def _remove_if_empty(folder: Path, table: Path) -> None:
    if folder != table:
        with suppress(OSError):
            folder.rmdir()
