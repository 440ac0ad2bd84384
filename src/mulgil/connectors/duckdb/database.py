"""Opening DuckDB files, and DuckDB's errors in our words."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mulgil.connectors.duckdb.dialect import column_of, quoted
from mulgil.connectors.duckdb.memory import Settings
from mulgil.data.errors import QueryError, TargetError
from mulgil.data.patience import Patience
from mulgil.data.target import Column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# The same for everybody who reads: DuckDB refuses to open one file twice with different settings.
# Extensions are never fetched from the network in the middle of a write.
_SETTINGS: Settings = {"autoinstall_known_extensions": False}
_HELD_BY = re.compile(r"Conflicting lock is held in (.*?)\. See")
_DEFAULT_SCHEMA = "main"
# What a file is called whose own name is that of one of its schemas.
_OTHER_NAME = "mulgil_file"


@contextmanager
def translated(target: Path) -> Iterator[None]:
    """Raise DuckDB's errors as errors of the write contract."""
    import duckdb

    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise TargetError("data.target_failed", target=str(target), detail=str(error).strip()) from error


@contextmanager
def querying() -> Iterator[None]:
    """Raise DuckDB's errors as errors of the query, whatever file it runs over."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise QueryError("data.query_failed", detail=str(error).strip()) from error


@contextmanager
def connected(
    path: Path, patience: Patience, *, is_read_only: bool, settings: Settings | None = None
) -> Iterator["DuckDBPyConnection"]:
    """Open a file, waiting for processes that don't know our lock; the caller holds the lock.

    Raises:
        TargetBusyError: Another program kept it open for longer than the lock timeout; names its PID.
        TargetError: It can't be opened at all.
    """
    import duckdb

    in_the_way = ""

    def attempt() -> "DuckDBPyConnection | None":
        nonlocal in_the_way
        try:
            config = {**_SETTINGS, **(settings or {})}
            return _in_utc(_open(path, config, is_read_only=is_read_only))
        except duckdb.IOException as error:
            held = _HELD_BY.search(str(error))
            if held is None:
                raise
            in_the_way = held[1]
            return None

    with translated(path):
        connection = patience.until(attempt, target=str(path), holder=lambda: in_the_way)
    try:
        yield connection
    finally:
        # What is committed is in the file or in its log, whatever becomes of the tidying up at the end.
        with suppress(TargetError), translated(path):
            connection.close()


def _open(path: Path, config: Settings, *, is_read_only: bool) -> "DuckDBPyConnection":
    """Open a file; to read, under another name where its own name is that of a schema, so that queries find it."""
    import duckdb

    connection = duckdb.connect(str(path), read_only=is_read_only, config=config)
    if not is_read_only or not _is_ambiguous(connection):
        return connection
    connection.close()
    connection = duckdb.connect(":memory:", config=config)
    try:
        connection.execute(f"ATTACH {quoted(str(path))} AS {_OTHER_NAME} (READ_ONLY)")
        connection.execute(f"USE {_OTHER_NAME}")
    except duckdb.Error:
        connection.close()
        raise
    return connection


def _is_ambiguous(connection: "DuckDBPyConnection") -> bool:
    sql = (
        "SELECT 1 FROM duckdb_schemas() WHERE database_name = current_database() AND schema_name <> ? "
        "AND lower(schema_name) = lower(database_name)"
    )
    return bool(run(connection, sql, [_DEFAULT_SCHEMA]))


def catalogue_name(connection: "DuckDBPyConnection") -> str:
    """Return what the open file is called in SQL."""
    return str(run(connection, "SELECT current_database()", [])[0][0])


def is_out_of_memory(error: BaseException) -> bool:
    """Whether DuckDB gave up because its memory limit was too low."""
    import duckdb

    return isinstance(error.__cause__, duckdb.OutOfMemoryException)


def create(path: Path, patience: Patience) -> None:
    """Make an empty database where there is none; the caller holds the exclusive lock.

    A file that a crash left half-made could never be opened again, so it appears whole, by renaming.
    """
    if path.exists() and path.stat().st_size:
        return
    made = path.with_name(path.name + ".mulgil-new")
    with translated(path):
        made.unlink(missing_ok=True)
        with connected(made, patience, is_read_only=False):
            pass
        made.rename(path)


@contextmanager
def in_memory(settings: Settings | None = None) -> Iterator["DuckDBPyConnection"]:
    """Open a database of its own that nobody else sees."""
    import duckdb

    with duckdb.connect(":memory:", config={**_SETTINGS, **(settings or {})}) as connection:
        yield _in_utc(connection)


def _in_utc(connection: "DuckDBPyConnection") -> "DuckDBPyConnection":
    """Let naive timestamps mean UTC wherever they meet zoned ones."""
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def run(connection: "DuckDBPyConnection", sql: str, params: Sequence[object]) -> list[tuple[object, ...]]:
    """Run a statement and return its rows."""
    rows: list[tuple[object, ...]] = connection.execute(sql, list(params)).fetchall()
    return rows


def canonical_name(connection: "DuckDBPyConnection | None", table: str) -> str:
    """Return `schema.table` as the catalogue spells it, or as given where there is no such table yet."""
    schema, _, name = table.rpartition(".")
    schema = schema or _DEFAULT_SCHEMA
    found = connection and run(
        connection,
        "SELECT schema_name, table_name FROM duckdb_tables() "
        "WHERE database_name = current_database() AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?)",
        [schema, name],
    )
    return f"{found[0][0]}.{found[0][1]}" if found else f"{schema}.{name}"


def table_columns(connection: "DuckDBPyConnection", canonical: str) -> tuple[Column, ...] | None:
    """Return a table's columns in order, or None if there is no such table."""
    schema, _, name = canonical.partition(".")
    rows = run(
        connection,
        "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = current_database() "
        "AND schema_name = ? AND table_name = ? ORDER BY column_index",
        [schema, name],
    )
    return tuple(column_of(str(column), str(kind)) for column, kind in rows) or None


def has_ledger(connection: "DuckDBPyConnection") -> bool:
    """Whether the file has a ledger."""
    return bool(
        run(
            connection,
            "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = ? "
            "AND table_name = '_mulgil_commits'",
            [_DEFAULT_SCHEMA],
        )
    )
