"""A table's rows as SQL: a query over its files, whatever columns each of them was written with."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mulgil.connectors.folder.file_format import FILE_COLUMN, FileFormat
from mulgil.connectors.folder.manifest import LiveFile, Manifest
from mulgil.connectors.folder.place import TablePlace
from mulgil.connectors.folder.sql_session import named, run
from mulgil.data.target import Column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def rows_of(
    place: TablePlace, manifest: Manifest, files: Iterable[LiveFile] | None = None, *, with_file: bool = False
) -> str:
    """Return the query for the rows of `files` (by default all) in the table's columns.

    A column that a file doesn't have is NULL in its rows. `with_file` adds the file's path as `FILE_COLUMN`.
    """
    columns = manifest.columns or ()
    by_schema: dict[int, list[LiveFile]] = {}
    for file in manifest.files if files is None else files:
        by_schema.setdefault(file.schema, []).append(file)
    file_format = FileFormat(manifest.file_format)
    queries = []
    for number, group in sorted(by_schema.items()):
        paths = [place.absolute(file.path) for file in group]
        relation = file_format.relation(paths, manifest.schemas[number])
        picked = _picked(columns, manifest.schemas[number])
        queries.append(f"SELECT {picked}{', ' + FILE_COLUMN if with_file else ''} FROM {relation}")
    return "\nUNION ALL\n".join(queries) or _nothing(columns, with_file=with_file)


def define_view(connection: "DuckDBPyConnection", place: TablePlace, manifest: Manifest) -> None:
    """Let queries name the table."""
    create_schema(connection, place)
    run(connection, f"CREATE VIEW {relation_of(place)} AS {rows_of(place, manifest)}")


def create_schema(connection: "DuckDBPyConnection", place: TablePlace) -> None:
    """Make the table's schema in the engine."""
    run(connection, f"CREATE SCHEMA IF NOT EXISTS {named(place.schema)}")


def relation_of(place: TablePlace) -> str:
    """Return the table's name as SQL."""
    return f"{named(place.schema)}.{named(place.name)}"


def _picked(columns: Sequence[Column], written: Sequence[Column]) -> str:
    known = {column.name.casefold(): column.name for column in written}
    return ", ".join(
        f"CAST({named(known[column.name.casefold()]) if column.name.casefold() in known else 'NULL'} AS {column.type}) "
        f"AS {named(column.name)}"
        for column in columns
    )


def _nothing(columns: Sequence[Column], *, with_file: bool) -> str:
    listed = [f"CAST(NULL AS {column.type}) AS {named(column.name)}" for column in columns]
    if with_file:
        listed.append(f"'' AS {FILE_COLUMN}")
    return f"SELECT {', '.join(listed)} WHERE false"
