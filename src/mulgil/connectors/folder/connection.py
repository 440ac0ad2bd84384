"""From a connection of type `files` to the folder that it names."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from mulgil.connectors.folder.file_format import FileFormat
from mulgil.connectors.folder.sql_session import DEFAULT_MEMORY
from mulgil.connectors.folder.target import FolderTarget
from mulgil.data.connector import Surroundings
from mulgil.data.errors import DeclarationError, TargetError
from mulgil.data.memory_limit import memory_limit
from mulgil.data.patience import Patience
from mulgil.model import Connection

_FORMAT, _GRACE = "format", "grace"
_DEFAULT_GRACE_SECONDS = 3600.0


def open_target(connection: Connection, runtime: Surroundings, patience: Patience) -> FolderTarget:
    """Return the folder in `host`, relative to the home; the folder above it must be there.

    Raises:
        DeclarationError: The connection names no folder, or a format, grace or limit that can't be.
        TargetError: The folder above it doesn't exist.
    """
    return FolderTarget(
        folder_of(connection, runtime.resolve_path),
        patience=patience,
        file_format=_format(connection),
        grace=_grace(connection),
        memory=memory_limit(connection, default=DEFAULT_MEMORY),
    )


def folder_of(connection: Connection, resolve_path: Callable[[str], Path]) -> Path:
    """Return the folder in `host`, relative to the home; the folder above it must be there."""
    if not connection.host:
        raise DeclarationError("folder.no_root", connection=connection.connection_id)
    root = resolve_path(connection.host)
    above = root.resolve().parent
    if not above.is_dir():
        raise TargetError(
            "folder.no_folder", connection=connection.connection_id, host=connection.host, folder=str(above)
        )
    return root


def _format(connection: Connection) -> FileFormat:
    given = connection.extra.get(_FORMAT, FileFormat.PARQUET.value)
    try:
        return FileFormat(str(given))
    except ValueError:
        known = ", ".join(FileFormat)
        raise DeclarationError(
            "folder.format", connection=connection.connection_id, format=str(given), known=known
        ) from None


def _grace(connection: Connection) -> timedelta:
    given = connection.extra.get(_GRACE, _DEFAULT_GRACE_SECONDS)
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < 10**9:
        raise DeclarationError("folder.grace", connection=connection.connection_id, grace=str(given))
    return timedelta(seconds=given)
