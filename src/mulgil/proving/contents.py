"""What stands in the tables of a world, and how two worlds differ: as multisets of rows."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

import msgspec

from mulgil.data.connector import open_target
from mulgil.data.reject_table import REJECT_COLUMNS
from mulgil.data.target import NativeQuery, Target
from mulgil.model import Connection
from mulgil.ports import Clock
from mulgil.proving.errors import ProvingError
from mulgil.proving.world import World
from mulgil.sdk import TaskRuntime

# Ours: the ledger's tables, and the columns by which a re-run finds its rows.
_OWN = "_mulgil_"
# Of rejects: which commit they belong to, another one each time.
_OF_COMMIT = ("fence", "write_id")
_MOST_ROWS = 2_000_000
_DIGITS = 12
_CATALOGUES = {
    "duckdb": "SELECT schema_name || '.' || table_name AS name FROM duckdb_tables() "
    "WHERE NOT internal AND database_name = current_database()",
    "sqlite": "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
}
Row = tuple[object, ...]


class TableContents(msgspec.Struct, frozen=True):
    """A table's columns, and how often it holds each row."""

    columns: tuple[str, ...]
    rows: Counter[Row]


Contents = dict[str, TableContents]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How a table differs from what was expected.

    `missing` and `extra` count rows; `repeated` says that every extra row was there before, so that rows
    were added once more. `columns` are those in which otherwise equal rows differ.
    """

    table: str
    missing: int
    extra: int
    repeated: bool
    columns: tuple[str, ...]
    missing_sample: tuple[str, ...] = ()
    extra_sample: tuple[str, ...] = ()


class _Reader:
    """As much of a task's runtime as opening a target takes."""

    def __init__(self, targets: Mapping[str, Connection], clock: Clock) -> None:
        self._targets = targets
        self.clock = clock

    def get_connection(self, connection_id: str) -> Connection:
        return self._targets[connection_id]

    def resolve_path(self, path: str) -> Path:
        return Path(path)


def read_world(world: World, tables: Sequence[tuple[str, str]], clock: Clock) -> tuple[Contents, tuple[str, ...]]:
    """Return the contents of every table, and the stages that dead writers have left.

    `tables` are the declared ones, as (connection id, name): of folders only those can be read.

    Raises:
        ProvingError: There are more rows than can be compared.
    """
    targets = {connection.connection_id: connection for connection in world.targets()}
    runtime = cast("TaskRuntime", _Reader(targets, clock))
    contents: Contents = {}
    stages: list[str] = []
    rows = 0
    for connection in targets.values():
        target = open_target(runtime, connection.connection_id)
        stages += [f"{connection.connection_id}: {name}" for name in target.dead_stages()]
        for name in _table_names(connection, target, tables):
            found = _read(target, name)
            rows += found.rows.total()
            if rows > _MOST_ROWS:
                raise ProvingError("prove.too_many_rows", limit=_MOST_ROWS)
            contents[f"{connection.connection_id}:{name}"] = found
    return contents, tuple(stages)


def _table_names(connection: Connection, target: Target, tables: Sequence[tuple[str, str]]) -> list[str]:
    catalogue = _CATALOGUES.get(connection.conn_type)
    if catalogue is None:
        declared = sorted({name for connection_id, name in tables if connection_id == connection.connection_id})
        return [name for name in declared if target.columns(name) is not None]
    with target.read(NativeQuery(sql=catalogue)) as found:
        names = [str(row["name"]) for batch in found.batches for row in batch.to_pylist()]
    return sorted(name for name in names if not name.rpartition(".")[2].startswith(_OWN))


def _read(target: Target, name: str) -> TableContents:
    with target.read(NativeQuery(sql=f"SELECT * FROM {target.dialect.qualified(name)}")) as found:
        kept = [column for column in found.schema.names if not column.startswith(_OWN)]
        if {column.name for column in REJECT_COLUMNS} == set(kept):
            kept = [column for column in kept if column not in _OF_COMMIT]
        rows: Counter[Row] = Counter()
        for batch in found.batches:
            for row in batch.to_pylist():
                rows[tuple(_comparable(row[column]) for column in kept)] += 1
    return TableContents(tuple(kept), rows)


def _comparable(value: object) -> object:
    """Return a value that equals what it should: sums of floats depend on the order in which they are added."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else float(f"{value:.{_DIGITS}g}")
    if isinstance(value, list):
        return tuple(_comparable(item) for item in value)
    if isinstance(value, dict):
        return tuple((key, _comparable(item)) for key, item in value.items())
    return value


def differences(expected: Contents, found: Contents) -> tuple[Difference, ...]:
    """Return how `found` differs, a table at a time."""
    empty = TableContents((), Counter())
    return tuple(
        _difference(name, expected.get(name, empty), found.get(name, empty))
        for name in sorted(expected.keys() | found.keys())
        if not _equal(expected.get(name, empty), found.get(name, empty))
    )


def _equal(one: TableContents, other: TableContents) -> bool:
    # A table that doesn't exist yet and an empty one hold the same.
    return one.rows == other.rows and (one.columns == other.columns or not one.rows)


def _difference(name: str, expected: TableContents, found: TableContents) -> Difference:
    missing, extra = expected.rows - found.rows, found.rows - expected.rows
    columns = found.columns or expected.columns
    return Difference(
        table=name,
        missing=missing.total(),
        extra=extra.total(),
        repeated=not missing and bool(extra) and all(expected.rows[row] for row in extra),
        columns=tuple(_differing(columns, missing, extra)) if expected.columns == found.columns else (),
        missing_sample=_sample(columns, missing),
        extra_sample=_sample(columns, extra),
    )


def _differing(columns: Sequence[str], missing: Counter[Row], extra: Counter[Row]) -> Iterator[str]:
    """Yield the columns whose values alone make the difference: without them both sides are equal."""
    if missing.total() != extra.total() or not missing:
        return
    for index, column in enumerate(columns):
        if _without(missing, index) == _without(extra, index):
            yield column
            return
    for index, column in enumerate(columns):
        if Counter(_values(missing, index)) != Counter(_values(extra, index)):
            yield column


def _without(rows: Counter[Row], index: int) -> Counter[Row]:
    rest: Counter[Row] = Counter()
    for row, count in rows.items():
        rest[row[:index] + row[index + 1 :]] += count
    return rest


def _values(rows: Counter[Row], index: int) -> Iterator[str]:
    for row, count in rows.items():
        for _ in range(count):
            yield repr(row[index])


def alike(beginning: Contents, between: Contents, end: Contents) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the tables to which two runs added equal rows, but for columns that tell the runs apart; and those.

    `between` is what there was after the first run. Columns that have no value in common are what tells the
    runs apart, such as the day; something else must be left to compare.
    """
    empty = TableContents((), Counter())
    for name, last in end.items():
        middle = between.get(name, empty)
        one, other = middle.rows - beginning.get(name, empty).rows, last.rows - middle.rows
        if not one or one.total() != other.total() or middle.columns != last.columns:
            continue
        own = [
            index
            for index in range(len(last.columns))
            if not set(_values(one, index)).isdisjoint(_values(other, index))
        ]
        if 0 < len(own) < len(last.columns) and _only(one, own) == _only(other, own):
            yield name, tuple(column for index, column in enumerate(last.columns) if index not in own)


def _only(rows: Counter[Row], indexes: Sequence[int]) -> Counter[Row]:
    kept: Counter[Row] = Counter()
    for row, count in rows.items():
        kept[tuple(row[index] for index in indexes)] += count
    return kept


def _sample(columns: Sequence[str], rows: Counter[Row], most: int = 3) -> tuple[str, ...]:
    shown = sorted(rows, key=repr)[:most]
    return tuple(", ".join(f"{name}={value}" for name, value in zip(columns, row, strict=True))[:300] for row in shown)
