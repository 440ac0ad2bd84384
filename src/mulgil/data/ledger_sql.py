"""The ledger as SQL, for every target that speaks it: DDL, reads and writes of the two tables."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from mulgil.data.ledger import COMMITS, TABLES, CommitRecord, LedgerView, TableEntry
from mulgil.data.scope import ADDED

Run = Callable[[str, Sequence[object]], list[tuple[object, ...]]]
"""Runs a statement with parameters (question marks) and returns its rows."""

_ENTRY_TYPES = {
    "table_name": "TEXT NOT NULL",
    "format": "BIGINT NOT NULL",
    "opened": "BIGINT NOT NULL",
    "ordered_until": "BIGINT",
}
_COMMIT_TYPES = {
    "table_name": "TEXT NOT NULL",
    "scope": "TEXT NOT NULL",
    "fence": "BIGINT NOT NULL",
    "write_id": "TEXT NOT NULL",
    "producer": "TEXT NOT NULL",
    "mode": "TEXT NOT NULL",
    "rows": "BIGINT NOT NULL",
    "bytes": "BIGINT NOT NULL",
    "committed_at": "BIGINT NOT NULL",
}
_ENTRY_COLUMNS = TableEntry.__struct_fields__
_COMMIT_COLUMNS = CommitRecord.__struct_fields__


class SqlLedger:
    """The ledger half of a transaction, for every target that speaks SQL."""

    def __init__(self, run: Run, table_name: str, *, exists: Callable[[], bool]) -> None:
        """Keep how statements are run there, and how to tell whether there is a ledger yet."""
        self._run = run
        self._table_name = table_name
        self._exists = exists

    def read(self, scopes: Sequence[str] | None, *, above: int | None = None) -> LedgerView:
        """Read what it says of the table; where there is none everything is empty."""
        if not self._exists():
            return LedgerView()
        return read_ledger(self._run, self._table_name, scopes=scopes, above=above)

    def record(self, entry: TableEntry, commits: Sequence[CommitRecord]) -> None:
        """Write the rows of one write, making the ledger where there is none."""
        for statement in create_statements():
            self._run(statement, ())
        put_entry(self._run, entry)
        put_commits(self._run, commits)

    def forget_added(self, *, but: int) -> None:
        """Remove the table's commits in scopes of what is added, those of one fence aside."""
        kinds = ", ".join(f"'{kind}'" for kind in ADDED)
        self._run(
            f"DELETE FROM {COMMITS} WHERE table_name = ? AND fence <> ? AND substr(scope, 1, 2) IN ({kinds})",
            [self._table_name, but],
        )


def create_statements() -> tuple[str, ...]:
    """Return the statements that create the ledger where there is none."""
    return (
        _create(TABLES, _ENTRY_COLUMNS, _ENTRY_TYPES, key=("table_name",)),
        _create(COMMITS, _COMMIT_COLUMNS, _COMMIT_TYPES, key=("table_name", "scope")),
    )


def index_statement() -> str:
    """Return the statement that lets a row store find the newest commits of a table without reading them all."""
    return f"CREATE INDEX IF NOT EXISTS {COMMITS}_fence ON {COMMITS} (table_name, fence)"


def read_ledger(
    run: Run, table_name: str, *, scopes: Sequence[str] | None = None, above: int | None = None
) -> LedgerView:
    """Read what the ledger, which must exist, says of one table.

    The commits are those of `scopes` (None = all) and, where it is given, those with a fence above `above`.
    """
    entries = run(f"SELECT {_listed(_ENTRY_COLUMNS)} FROM {TABLES} WHERE table_name = ?", [table_name])
    [(highest,)] = run(f"SELECT max(fence) FROM {COMMITS} WHERE table_name = ?", [table_name])
    wanted, params = _wanted(scopes, above)
    commits = run(
        f"SELECT {_listed(_COMMIT_COLUMNS)} FROM {COMMITS} WHERE table_name = ? AND ({wanted}) ORDER BY scope",
        [table_name, *params],
    )
    return LedgerView(
        highest_fence=highest if isinstance(highest, int) else 0,
        entry=msgspec.convert(dict(zip(_ENTRY_COLUMNS, entries[0], strict=True)), TableEntry) if entries else None,
        commits=tuple(msgspec.convert(dict(zip(_COMMIT_COLUMNS, row, strict=True)), CommitRecord) for row in commits),
    )


def put_entry(run: Run, entry: TableEntry) -> None:
    """Write a table's row, replacing the one that was there."""
    _put(run, TABLES, msgspec.structs.asdict(entry))


def put_commits(run: Run, commits: Sequence[CommitRecord]) -> None:
    """Write the commits of one write, replacing those of the same scopes."""
    for commit in commits:
        _put(run, COMMITS, msgspec.structs.asdict(commit))


def _wanted(scopes: Sequence[str] | None, above: int | None) -> tuple[str, list[object]]:
    if scopes is None:
        return "1 = 1", []
    conditions, params = [f"scope IN ({', '.join('?' for _ in scopes)})"] if scopes else [], list[object](scopes)
    if above is not None:
        conditions.append("fence > ?")
        params.append(above)
    return " OR ".join(conditions) or "1 = 0", params


def _create(table: str, columns: Sequence[str], types: Mapping[str, str], *, key: Sequence[str]) -> str:
    listed = ", ".join(f'"{column}" {types.get(column, "TEXT")}' for column in columns)
    return f"CREATE TABLE IF NOT EXISTS {table} ({listed}, PRIMARY KEY ({_listed(key)}))"


def _put(run: Run, table: str, row: Mapping[str, object]) -> None:
    marks = ", ".join("?" for _ in row)
    run(f"INSERT OR REPLACE INTO {table} ({_listed(tuple(row))}) VALUES ({marks})", list(row.values()))


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
