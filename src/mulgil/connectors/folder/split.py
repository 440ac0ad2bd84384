"""Which rows go into which partition's folder, and which partition a file may be said to hold.

A file's `scope` decides later, without a look into it, whether a write of that partition replaces it; so it is
given only where every row is known to lie in exactly that partition: by the date or UTC hour in the column,
by its value, or by the bounds of the partitions that the write itself names. Other rows go into files without
a scope, which cost a look but are never wrong.
"""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from mulgil.connectors.folder.place import partition_folder
from mulgil.connectors.folder.sql_session import named, run
from mulgil.data.connector import select_dialect
from mulgil.data.errors import DeclarationError
from mulgil.data.ledger import TableEntry
from mulgil.data.partition import PARTITION_SCOPE, parse_partitions
from mulgil.data.predicate import predicate
from mulgil.data.table_spec import Grain
from mulgil.data.target import Column, ColumnKind

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_KEYS, _KEY, _NUMBER = "_mulgil_keys", "_mulgil_key", "_mulgil_number"
# More parts than this in one write are left in one file: a folder for each would help nobody.
_MOST_PARTS = 2000
_DATE_FORMATS = {Grain.YEAR: "%Y", Grain.MONTH: "%Y-%m", Grain.DAY: "%Y-%m-%d"}


class Part(msgspec.Struct, frozen=True):
    """One folder, and the partition that its rows are known to make up."""

    folder: str = ""
    scope: str | None = None


class Split(msgspec.Struct, frozen=True):
    """The parts of a set of rows; `number` gives each row its part's number, with the help of `join`."""

    parts: tuple[Part, ...]
    number: str = "0"
    join: str = ""


def split_rows(
    connection: "DuckDBPyConnection",
    rows: str,
    *,
    entry: TableEntry,
    columns: Sequence[Column],
    scopes: Sequence[str],
) -> Split:
    """Return the parts of the rows of a query, written by a commit of `scopes`."""
    wanted = (entry.partition_by or "").casefold()
    column = next((column for column in columns if column.name.casefold() == wanted), None)
    if column is None or entry.grain is None:
        return Split((Part(),))
    grain = Grain(entry.grain)
    named_parts = all(scope.startswith(PARTITION_SCOPE) for scope in scopes)
    if named_parts and len(scopes) == 1:
        return Split((_part(column, grain, scopes[0].removeprefix(PARTITION_SCOPE)),))
    if grain is Grain.VALUE:
        return _by_value(connection, rows, column)
    key = _key_expression(column, grain)
    if key is not None:
        return _by_key(connection, rows, column, grain, key)
    return _by_bounds(column, grain, entry, scopes) if named_parts else Split((Part(),))


def is_decisive(entry: TableEntry | None, columns: Sequence[Column], scopes: Sequence[str]) -> bool:
    """Whether the scopes of files tell, beyond doubt, which of them the partitions `scopes` replace.

    Two spellings of one value (1 and 1.0, an instant in two zones) are two keys; only text has one.
    """
    if not scopes or not all(scope.startswith(PARTITION_SCOPE) for scope in scopes) or entry is None:
        return False
    if entry.grain != Grain.VALUE:
        return entry.grain is not None
    kept = (entry.partition_by or "").casefold()
    is_text = any(column.name.casefold() == kept and column.type == "VARCHAR" for column in columns)
    return is_text and all(scope.startswith((f'{PARTITION_SCOPE}"', f"{PARTITION_SCOPE}sha256:")) for scope in scopes)


def _part(column: Column, grain: Grain, key: str) -> Part:
    shown = key
    if grain is Grain.VALUE and not key.startswith("sha256:"):
        value = msgspec.json.decode(key)
        shown = value if isinstance(value, str) else key
    return Part(partition_folder(column.name, grain.value, shown), PARTITION_SCOPE + key)


def _without(column: Column, grain: Grain) -> Part:
    """Return the part of rows without a value."""
    return Part(partition_folder(column.name, grain.value, None))


def _key_expression(column: Column, grain: Grain) -> str | None:
    """Return SQL for a row's key where nothing but the column decides it."""
    name = named(column.name)
    if grain is Grain.HOUR:
        at = f"timezone('UTC', {name})" if column.kind is ColumnKind.TIMESTAMP_TZ else f"CAST({name} AS TIMESTAMP)"
        return f"strftime({at}, '%Y-%m-%dT%HZ')"
    return f"strftime({name}, '{_DATE_FORMATS[grain]}')" if column.kind is ColumnKind.DATE else None


def _by_key(connection: "DuckDBPyConnection", rows: str, column: Column, grain: Grain, key: str) -> Split:
    keys = _list_keys(connection, rows, key)
    if len(keys) > _MOST_PARTS:
        return Split((Part(),))
    parts = [_part(column, grain, str(each)) for each in keys]
    return _numbered([*parts, _without(column, grain)], key)


def _by_value(connection: "DuckDBPyConnection", rows: str, column: Column) -> Split:
    values = _list_keys(connection, rows, named(column.name))
    if len(values) > _MOST_PARTS:
        return Split((Part(),))
    parts = [_value_part(column, value) for value in values]
    return _numbered([*parts, _without(column, Grain.VALUE)], named(column.name))


def _value_part(column: Column, value: object) -> Part:
    if isinstance(value, str | int | float | bool | date):
        try:
            [found] = parse_partitions(value, grain=Grain.VALUE, timezone="UTC")
        except DeclarationError:
            pass
        else:
            return _part(column, Grain.VALUE, found.key)
    return Part(partition_folder(column.name, Grain.VALUE.value, str(value)))


def _by_bounds(column: Column, grain: Grain, entry: TableEntry, scopes: Sequence[str]) -> Split:
    """Split by the bounds of the partitions that are written: days, months and years of instants in a zone."""
    keys = [scope.removeprefix(PARTITION_SCOPE) for scope in scopes]
    found = parse_partitions(keys, grain=grain, timezone=entry.timezone or "UTC")
    dialect = select_dialect()
    cases = " ".join(f"WHEN {predicate([part], column, dialect)} THEN {number}" for number, part in enumerate(found))
    parts = [_part(column, grain, part.key) for part in found]
    return Split((*parts, _without(column, grain)), f"CASE {cases} ELSE {len(found)} END")


def _numbered(parts: Sequence[Part], key: str) -> Split:
    """Number rows by the list of keys; a row without a key belongs to the last part."""
    return Split(tuple(parts), f"coalesce({_NUMBER}, {len(parts) - 1})", f" LEFT JOIN {_KEYS} ON {key} = {_KEY}")


def _list_keys(connection: "DuckDBPyConnection", rows: str, key: str) -> list[object]:
    """List the keys of some rows in a table that the engine keeps, and return them, in order."""
    distinct = f"SELECT DISTINCT {key} AS k FROM ({rows}) WHERE k IS NOT NULL LIMIT {_MOST_PARTS + 1}"
    run(
        connection,
        f"CREATE OR REPLACE TEMPORARY TABLE {_KEYS} AS "
        f"SELECT k AS {_KEY}, row_number() OVER (ORDER BY k) - 1 AS {_NUMBER} FROM ({distinct})",
    )
    found: list[object] = (
        connection.sql(f"SELECT {_KEY} AS k FROM {_KEYS} ORDER BY {_NUMBER}").to_arrow_table().column("k").to_pylist()
    )
    return found
