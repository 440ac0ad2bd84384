"""Opening SQLite files, and SQLite's errors in our words."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from mulgil.connectors.sqlite.dialect import column_of
from mulgil.data.errors import QueryError, TargetError
from mulgil.data.ledger import COMMITS
from mulgil.data.patience import Patience
from mulgil.data.target import Column

_SCHEMA = "main"
# SQLite waits this long by itself; longer waits are ours, so that signals get through.
_BUSY_SECONDS = 0.5


@contextmanager
def translated(target: Path) -> Iterator[None]:
    """Raise SQLite's errors as errors of the write contract."""
    try:
        yield
    except (sqlite3.Error, OSError, OverflowError) as error:
        raise TargetError("data.target_failed", target=str(target), detail=str(error)) from error


@contextmanager
def querying() -> Iterator[None]:
    """Raise SQLite's errors as errors of the query, whatever file it runs over."""
    try:
        yield
    except (sqlite3.Error, OverflowError) as error:
        raise QueryError("data.query_failed", detail=str(error)) from error


@contextmanager
def connected(path: Path, *, may_create: bool) -> Iterator[sqlite3.Connection]:
    """Open an application's database in WAL mode, durable at every commit; no transaction is begun."""
    mode = "rwc" if may_create else "rw"
    with translated(path):
        # `select=` reads on from a thread of its own, one thread at a time.
        opened = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
    with closing(opened) as connection:
        with translated(path):
            connection.execute("PRAGMA synchronous=FULL")
        yield connection


def begin(connection: sqlite3.Connection, path: Path, patience: Patience) -> None:
    """Begin a transaction that may write.

    Raises:
        TargetBusyError: Another one wrote for longer than the lock timeout.
    """

    def attempt() -> bool | None:
        try:
            if run(connection, "PRAGMA journal_mode", []) != [("wal",)]:
                connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                return None
            raise
        return True

    with translated(path):
        patience.until(attempt, target=str(path), holder=lambda: "another process that is writing")


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path, patience: Patience) -> Iterator[None]:
    """Write in one transaction that commits at the end of the block."""
    begin(connection, path, patience)
    try:
        yield
        with translated(path):
            connection.execute("COMMIT")
    finally:
        roll_back(connection)


def roll_back(connection: sqlite3.Connection) -> None:
    """Undo what was not committed, if anything."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def run(connection: sqlite3.Connection, sql: str, params: Sequence[object]) -> list[tuple[object, ...]]:
    """Run a statement and return its rows."""
    return connection.execute(sql, tuple(params)).fetchall()


def canonical_name(connection: sqlite3.Connection | None, table: str) -> str:
    """Return `main.table` as the catalogue spells it, or as given where there is no such table yet.

    Raises:
        TargetError: The name has another schema; a SQLite file has one.
    """
    schema, _, name = table.rpartition(".")
    if schema not in ("", _SCHEMA):
        raise TargetError("data.sqlite_schema", table=table, name=name)
    found = connection and run(
        connection, "SELECT name FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower(?)", [name]
    )
    return f"{_SCHEMA}.{found[0][0] if found else name}"


def table_columns(connection: sqlite3.Connection, name: str, *, schema: str = _SCHEMA) -> tuple[Column, ...] | None:
    """Return a table's columns in order, or None if there is no such table."""
    rows = run(connection, "SELECT name, type FROM pragma_table_info(?, ?) ORDER BY cid", [name, schema])
    return tuple(column_of(str(column), str(kind)) for column, kind in rows) or None


def has_ledger(connection: sqlite3.Connection) -> bool:
    """Whether the file has a ledger."""
    return bool(run(connection, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [COMMITS]))
