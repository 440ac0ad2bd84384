"""The home: the one folder that holds everything of an installation."""

from hashlib import sha256
from pathlib import Path

import msgspec


class Home(msgspec.Struct, frozen=True):
    """Names of everything under a home. Nothing is created here.

    Sockets don't stand in the home but in the user's runtime folder under a short hashed name, because
    a socket's path is limited to 108 bytes.
    """

    path: Path
    runtime_root: Path

    @property
    def settings_file(self) -> Path:
        """`mulgil.toml`."""
        return self.path / "mulgil.toml"

    @property
    def database_file(self) -> Path:
        """The embedded metadata DB."""
        return self.path / "mulgil.db"

    @property
    def key_file(self) -> Path:
        """The key that encrypts connections and variables (mode 0600)."""
        return self.path / "secret.key"

    @property
    def dags_folder(self) -> Path:
        """The default bundle."""
        return self.path / "dags"

    @property
    def snapshots_folder(self) -> Path:
        """Content-addressed, read-only copies of bundles."""
        return self.path / "snapshots"

    @property
    def logs_folder(self) -> Path:
        """Task logs: `<dag_id>/<run_id>/<task_id>[/<map_index>]/try_<n>.log`; also `system/` for our own."""
        return self.path / "logs"

    @property
    def xcom_folder(self) -> Path:
        """Large XComs, content-addressed."""
        return self.path / "xcom"

    @property
    def journal_folder(self) -> Path:
        """Each worker daemon's journal and lock."""
        return self.path / "journal"

    @property
    def lock_file(self) -> Path:
        """Held by the supervisor of `mulgil up`: one per home."""
        return self.path / "mulgil.lock"

    @property
    def runtime_folder(self) -> Path:
        """Where this home's sockets are (mode 0700)."""
        return self.runtime_root / f"mulgil-{sha256(str(self.path).encode()).hexdigest()[:12]}"

    @property
    def gateway_socket(self) -> Path:
        """The scheduler's gateway, which worker daemons dial."""
        return self.runtime_folder / "gateway.sock"

    @property
    def doorbell_socket(self) -> Path:
        """The scheduler's doorbell (datagrams)."""
        return self.runtime_folder / "doorbell.sock"

    def task_log(self, *, dag_id: str, run_id: str, task_id: str, map_index: int, try_number: int) -> Path:
        """Return the log file of one try."""
        folder = self.logs_folder / dag_id / run_id / task_id
        if map_index >= 0:
            folder /= str(map_index)
        return folder / f"try_{try_number}.log"
