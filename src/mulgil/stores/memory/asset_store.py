"""The part of the memory store that knows tables: the copies of their ledgers' records."""

from collections.abc import Sequence
from datetime import datetime

from mulgil.model import ConfigurationChanged, Event
from mulgil.ports import NewAssetCommit
from mulgil.stores.memory.part import StorePart


class MemoryAssetStore(StorePart):
    """Asset commits, by table."""

    def standing_commits(self) -> tuple[NewAssetCommit, ...]:
        """Return the commit that stands in each scope of each table."""
        newest: dict[tuple[str, str, str], NewAssetCommit] = {}
        for new in self._tables.commits.values():
            commit = new.commit
            scope = (commit.connection_id, commit.table_name, commit.scope)
            kept = newest.get(scope)
            if commit.superseded_by is None and (kept is None or kept.commit.fence < commit.fence):
                newest[scope] = new
        return tuple(new for _, new in sorted(newest.items(), key=lambda item: item[0]))

    def table_commits(self, connection_id: str, table_name: str, *, limit: int = 100) -> tuple[NewAssetCommit, ...]:
        """Return a table's commits, newest first."""
        own = (
            new
            for new in self._tables.commits.values()
            if (new.commit.connection_id, new.commit.table_name) == (connection_id, table_name)
        )
        return tuple(sorted(own, key=lambda new: (-new.commit.fence, new.commit.scope))[:limit])

    def repair_commits(self, commits: Sequence[NewAssetCommit], *, by: str, at: datetime) -> None:
        """Write commits as their ledger has them."""
        for new in commits:
            commit = new.commit
            self._tables.commits[commit.connection_id, commit.table_name, commit.scope, commit.fence] = new
        for table in sorted({f"{new.commit.connection_id}/{new.commit.table_name}" for new in commits}):
            change = ConfigurationChanged("asset_commits", table, "reconciled", by)
            self._tables.append_event(Event(at=at, payload=change))
