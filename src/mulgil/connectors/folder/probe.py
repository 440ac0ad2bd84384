"""Whether a connection of type `files` leads to a folder that can be used."""

import os
from collections.abc import Callable
from pathlib import Path

from mulgil.connectors.folder.connection import folder_of
from mulgil.data.errors import TargetError
from mulgil.i18n import Text
from mulgil.model import Connection
from mulgil.ports import Clock


def probe(connection: Connection, resolve_path: Callable[[str], Path], clock: Clock) -> Text:
    """Look at the folder, or at the one in which it will be made.

    Raises:
        DataError: It can't be written, or could not be made.
    """
    root = folder_of(connection, resolve_path)
    present = root if root.exists() else root.resolve().parent
    if not os.access(present, os.R_OK | os.W_OK | os.X_OK):
        raise TargetError("doctor.folder_read_only", path=str(present))
    return Text("doctor.folder" if root.exists() else "doctor.file_comes", {"path": str(root)})
