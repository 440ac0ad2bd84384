"""The embedded database: one connection of the plain driver, short transactions, errors by their port names.

Why not through a query builder: loading one costs more than a whole command may take, and a scheduler's
step would spend most of its time in it. Statements are named SQL (`queries/`).

- WAL, `synchronous=FULL`: what was committed survives a power cut; readers don't wait for writers.
- A write transaction takes the write lock at its start (`BEGIN IMMEDIATE`), so it never has to be
  repeated half way; whoever waits longer than `busy_timeout` gets StoreUnavailableError.
- A connection belongs to the process and thread that opened it. A forked child must not use or close
  its copy: that would drop the parent's file locks.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from mulgil.ports import StoreError, StoreUnavailableError, UniquenessError
from mulgil.stores.errors import MissingRowError, StoreClosedError, UnusableDatabaseError
from mulgil.stores.sql.database import Params, Row
from mulgil.stores.sql.queries import load_statements

BUSY_TIMEOUT = timedelta(seconds=10)
_DATABASE = "sqlite"

_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY: "store.busy",
    sqlite3.SQLITE_LOCKED: "store.busy",
    sqlite3.SQLITE_FULL: "store.disk_full",
    sqlite3.SQLITE_IOERR: "store.io_error",
    sqlite3.SQLITE_NOMEM: "store.io_error",
    sqlite3.SQLITE_PROTOCOL: "store.io_error",
    sqlite3.SQLITE_CANTOPEN: "store.cannot_open",
    sqlite3.SQLITE_PERM: "store.cannot_open",
    sqlite3.SQLITE_READONLY: "store.read_only",
}
_UNUSABLE = {
    sqlite3.SQLITE_CORRUPT: "store.damaged",
    sqlite3.SQLITE_NOTADB: "store.not_a_database",
}
_PRIMARY_CODE = 0xFF


def connect(path: Path, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> sqlite3.Connection:
    """Open a connection with our settings; transactions are begun by hand.

    Raises:
        StoreError: The file can't be opened or is no database.
    """
    with translated_errors(path):
        connection = sqlite3.connect(
            path, timeout=busy_timeout.total_seconds(), isolation_level=None, cached_statements=256
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        return connection


def use_wal(connection: sqlite3.Connection) -> None:
    """Keep the database in write-ahead mode; a stranger's tool may have changed that."""
    connection.execute("PRAGMA journal_mode = WAL")


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Raise the driver's errors as the store's."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, path) from error


def _translated(error: sqlite3.Error, path: Path) -> StoreError:
    # Errors of the driver itself (a closed connection, a wrong thread) carry no code.
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & _PRIMARY_CODE
    if primary in _UNAVAILABLE:
        return StoreUnavailableError(_UNAVAILABLE[primary], path=str(path), why=str(error))
    if primary in _UNUSABLE:
        return UnusableDatabaseError(_UNUSABLE[primary], path=str(path), why=str(error))
    if code in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
        return UniquenessError("store.not_unique", why=str(error))
    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return MissingRowError("store.run_of_row_missing")
    return StoreError("store.statement_failed", path=str(path), why=f"{type(error).__name__}: {error}")


class SqliteTransaction:
    """Named statements inside one transaction."""

    def __init__(self, connection: sqlite3.Connection, statements: Mapping[str, str], path: Path) -> None:
        """Run on `connection`, in which a transaction has begun."""
        self._connection = connection
        self._statements = statements
        self._path = path

    def run(self, name: str, params: Params | None = None) -> int:
        """Run a statement and return how many rows it changed."""
        try:
            return self._connection.execute(self._statements[name], params or {}).rowcount
        except sqlite3.IntegrityError as error:
            raise _translated(error, self._path) from error

    def run_each(self, name: str, rows: Iterable[Params]) -> int:
        """Run a statement for each of `rows` and return how many rows all of them changed."""
        try:
            return max(self._connection.executemany(self._statements[name], rows).rowcount, 0)
        except sqlite3.IntegrityError as error:
            raise _translated(error, self._path) from error

    def rows(self, name: str, params: Params | None = None) -> list[Row]:
        """Return what a query finds."""
        return self._connection.execute(self._statements[name], params or {}).fetchall()

    def row(self, name: str, params: Params | None = None) -> Row | None:
        """Return the first row that a query finds."""
        found: Row | None = self._connection.execute(self._statements[name], params or {}).fetchone()
        return found


class SqliteDatabase:
    """One process's connection to an embedded metadata DB."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """Take over an open connection."""
        self.path = path
        self._connection: sqlite3.Connection | None = connection
        self._statements = load_statements(_DATABASE)
        self._owner_pid = os.getpid()

    @contextmanager
    def write(self) -> Iterator[SqliteTransaction]:
        """Run a block as one write transaction: whole, or not at all when it raises.

        Raises:
            StoreUnavailableError: Busy beyond the time-out, full, or gone; nothing was written.
        """
        with self._transaction("BEGIN IMMEDIATE") as transaction:
            yield transaction

    @contextmanager
    def read(self) -> Iterator[SqliteTransaction]:
        """Run a block of queries that all see one state of the database."""
        with self._transaction("BEGIN") as transaction:
            yield transaction

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[SqliteTransaction]:
        connection = self._usable()
        with translated_errors(self.path):
            connection.execute(begin)
            try:
                yield SqliteTransaction(connection, self._statements, self.path)
                connection.execute("COMMIT")
            except BaseException:
                # SQLite ends the transaction by itself on some errors, such as a full disk.
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise

    def _usable(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreClosedError("store.closed")
        if os.getpid() != self._owner_pid:
            raise StoreClosedError("store.used_after_fork", owner=self._owner_pid, pid=os.getpid())
        return self._connection

    def close(self) -> None:
        """Close the connection; does nothing in a forked child and when it is closed already."""
        if self._connection is None or os.getpid() != self._owner_pid:
            return
        with translated_errors(self.path):
            self._connection.close()
        self._connection = None
