"""Folders that only their owner may enter: the home, and the runtime folder with its sockets."""

import os
import stat
from pathlib import Path

from mulgil.config.errors import FolderError

_PRIVATE = 0o700
_OTHERS = 0o077


def make_private_folder(path: Path) -> None:
    """Make sure that `path` is a folder of this user that nobody else can enter.

    Whoever can put files there can answer in our name, so a folder that another user made (in /tmp,
    say) is refused and never repaired.

    Raises:
        FolderError: It can't be made, is no folder, is another user's or open to others.
    """
    try:
        path.parent.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        path.mkdir(mode=_PRIVATE, exist_ok=True)
        found = path.lstat()
    except OSError as error:
        raise FolderError("config.folder_not_made", path=str(path), why=str(error)) from error
    if not stat.S_ISDIR(found.st_mode):
        raise FolderError("config.folder_not_a_folder", path=str(path))
    if found.st_uid != os.geteuid():
        raise FolderError("config.folder_of_another_user", path=str(path), owner=found.st_uid, user=os.geteuid())
    if found.st_mode & _OTHERS:
        raise FolderError("config.folder_open_to_others", path=str(path), mode=f"{stat.S_IMODE(found.st_mode):o}")
