"""The part of the SQL store that knows tables: the copies of their ledgers' records."""

from collections.abc import Sequence
from datetime import datetime

from mulgil.model import ConfigurationChanged, Event
from mulgil.ports import NewAssetCommit
from mulgil.stores.sql.database import Params
from mulgil.stores.sql.part import StorePart
from mulgil.stores.sql.rows import log, runs


class SqlAssetStore(StorePart):
    """Asset commits, by table."""

    def standing_commits(self) -> tuple[NewAssetCommit, ...]:
        """Return the commit that stands in each scope of each table."""
        with self._database.read() as transaction:
            return tuple(map(runs.asset_commit_value, transaction.rows("standing_commits")))

    def table_commits(self, connection_id: str, table_name: str, *, limit: int = 100) -> tuple[NewAssetCommit, ...]:
        """Return a table's commits, newest first."""
        params: Params = {"connection_id": connection_id, "table_name": table_name, "limit": limit}
        with self._database.read() as transaction:
            return tuple(map(runs.asset_commit_value, transaction.rows("table_commits", params)))

    def repair_commits(self, commits: Sequence[NewAssetCommit], *, by: str, at: datetime) -> None:
        """Write commits as their ledger has them."""
        tables = sorted({f"{new.commit.connection_id}/{new.commit.table_name}" for new in commits})
        with self._database.write() as transaction:
            transaction.run_each("put_asset_commit", map(runs.asset_commit_params, commits))
            for table in tables:
                change = ConfigurationChanged("asset_commits", table, "reconciled", by)
                transaction.run("insert_event", log.event_params(Event(at=at, payload=change)))
