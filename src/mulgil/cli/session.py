"""The composition root of ordinary commands: a home, and a `Control` on it, made when first used."""

import getpass
from pathlib import Path

from mulgil.cli.errors import NoHomeError
from mulgil.config import Home, make_private_folder
from mulgil.ports import Control, MetadataStore


class Session:
    """One invocation of the command line on one home."""

    def __init__(self, *, home: Home) -> None:
        """Remember the home; nothing is opened yet."""
        self.home = home
        self._store: MetadataStore | None = None
        self._control: Control | None = None

    @property
    def control(self) -> Control:
        """What people can do to this home.

        Raises:
            NoHomeError: The home has no metadata DB yet.
            SchemaVersionError: Its schema is older or newer than this program.
        """
        if self._control is None:
            from mulgil.config import load_settings
            from mulgil.operations import LocalControl
            from mulgil.stores.sql import SocketDoorbell
            from mulgil.system import SystemClock, SystemIds

            self._control = LocalControl(
                self.store,
                SocketDoorbell(self.home),
                SystemClock(),
                SystemIds(),
                by=_user(),
                parallelism=load_settings(self.home).core.parallelism,
            )
        return self._control

    @property
    def store(self) -> MetadataStore:
        """The home's metadata store."""
        if self._store is None:
            self._store = open_store(self.home)
        return self._store

    def close(self) -> None:
        """Give back what was opened."""
        if self._store is not None:
            self._store.close()


def open_store(home: Home) -> MetadataStore:
    """Open the metadata store of an existing home."""
    if not home.database_file.exists():
        raise NoHomeError("cli.no_home", home=str(home.path))
    from mulgil.secrets import FileCipher
    from mulgil.stores.sql import SqlMetadataStore

    return SqlMetadataStore.open(home.database_file, cipher=FileCipher(home.key_file))


def make_home(home: Home) -> None:
    """Create what is missing of a home's folders; a folder that becomes a home is closed to other users.

    Raises:
        FolderError: An existing home belongs to somebody else or is open to other users.
    """
    if not home.database_file.exists() and home.path.exists():
        home.path.chmod(0o700)
    make_private_folder(home.path)
    for folder in (home.dags_folder, home.logs_folder, home.snapshots_folder, home.xcom_folder, home.journal_folder):
        folder.mkdir(mode=0o700, exist_ok=True)


def ensure_home(home: Home) -> None:
    """Make the home with its database where nothing is yet; one that is there is left as it is."""
    if home.database_file.exists():
        return
    from mulgil.stores import sql

    make_home(home)
    sql.upgrade(home.database_file)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def shown(path: Path) -> str:
    """Return a path as people write it: with `~` for their home folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
