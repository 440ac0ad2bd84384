"""The metadata store on a database: the parts joined, as `ports.MetadataStore` joins the ports."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from mulgil.ports import Cipher
from mulgil.stores.sql.asset_store import SqlAssetStore
from mulgil.stores.sql.command_store import SqlCommandStore
from mulgil.stores.sql.configuration_store import SqlConfigurationStore
from mulgil.stores.sql.dag_file_store import SqlDagFileStore
from mulgil.stores.sql.file_system import refuse_network_file_system
from mulgil.stores.sql.location import database_path
from mulgil.stores.sql.read_store import SqlReadStore
from mulgil.stores.sql.scheduler_store import SqlSchedulerStore
from mulgil.stores.sql.schema import SchemaStanding, SchemaState, require_current, state_of
from mulgil.stores.sql.sqlite import BUSY_TIMEOUT, SqliteDatabase, connect, translated_errors, use_wal


class SqlMetadataStore(
    SqlSchedulerStore, SqlDagFileStore, SqlCommandStore, SqlConfigurationStore, SqlReadStore, SqlAssetStore
):
    """`ports.MetadataStore` on a database. For one thread of the process that opened it."""

    @classmethod
    def open(cls, location: Path | str, *, cipher: Cipher, busy_timeout: timedelta = BUSY_TIMEOUT) -> Self:
        """Open an existing database whose schema is this program's.

        Raises:
            SchemaVersionError: The database is missing, older or newer; the message says what to do.
            UnusableDatabaseError: It is no database of ours, or lies on a network file system.
            StoreUnavailableError: It can't be opened now.
        """
        path = database_path(location)
        refuse_network_file_system(path)
        if not path.exists():
            require_current(SchemaState(SchemaStanding.FRESH, 0), path)
        connection = connect(path, busy_timeout=busy_timeout)
        try:
            require_current(state_of(connection, path), path)
            with translated_errors(path):
                use_wal(connection)
        except BaseException:
            connection.close()
            raise
        return cls(SqliteDatabase(connection, path), cipher)

    def close(self) -> None:
        """Give back the connection; the store can't be used any more."""
        self._database.close()
