"""DuckDB as the engine over files: in memory, spilling to disk, with errors in our words."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mulgil.data.connector import select_dialect
from mulgil.data.errors import QueryError, TargetError
from mulgil.data.target import Column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Extensions are never fetched in the middle of a write, and no Python variable stands for a table.
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "python_enable_replacements": False,
    "preserve_insertion_order": False,
    # Every file here is read once: keeping what was read would only fill the memory.
    "enable_external_file_cache": False,
}
# What reading, staging, an audit and a publish may each keep; the rest goes to disk.
DEFAULT_MEMORY = "256MB"
# Each thread needs memory of its own.
_MOST_THREADS = 4


@contextmanager
def engine(spill: Path, memory: str = DEFAULT_MEMORY) -> Iterator["DuckDBPyConnection"]:
    """Open an engine of its own; what doesn't fit into memory goes to the new folder `spill`, made when needed."""
    import duckdb

    with translated(spill):
        spill.parent.mkdir(parents=True, exist_ok=True)
    threads = min(os.cpu_count() or 1, _MOST_THREADS)
    settings = {**_SETTINGS, "threads": threads, "memory_limit": memory, "temp_directory": str(spill)}
    with duckdb.connect(":memory:", config=settings) as connection:
        # Naive timestamps mean UTC wherever they meet zoned ones.
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


@contextmanager
def translated(target: Path) -> Iterator[None]:
    """Raise errors of the engine, of Arrow and of the disk as errors of the write contract."""
    import duckdb
    import pyarrow as pa

    try:
        yield
    except OSError as error:
        detail = error.strerror or str(error)
        raise TargetError("data.target_failed", target=error.filename or str(target), detail=detail) from error
    except (duckdb.Error, pa.ArrowException) as error:
        raise TargetError("data.target_failed", target=str(target), detail=str(error).strip()) from error


@contextmanager
def querying() -> Iterator[None]:
    """Raise the engine's errors as errors of the query."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        raise QueryError("data.query_failed", detail=str(error).strip()) from error


def run(connection: "DuckDBPyConnection", sql: str, params: Sequence[object] = ()) -> list[tuple[object, ...]]:
    """Run a statement and return its rows."""
    rows: list[tuple[object, ...]] = connection.execute(sql, list(params)).fetchall()
    return rows


def described(connection: "DuckDBPyConnection", relation: str) -> tuple[Column, ...]:
    """Return the columns of what stands after FROM."""
    rows = run(connection, f"DESCRIBE SELECT * FROM {relation}")
    return tuple(select_dialect().column(str(row[0]), str(row[1])) for row in rows)


def quoted(text: str) -> str:
    """Return a string literal."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """Return a quoted name."""
    return '"' + name.replace('"', '""') + '"'
