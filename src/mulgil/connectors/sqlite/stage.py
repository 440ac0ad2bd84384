"""The stage of a SQLite write: a table in a database file of its own, beside the application's."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from mulgil.connectors.sqlite.database import querying, run, table_columns, translated
from mulgil.connectors.sqlite.dialect import SqliteDialect, column_of, stored_value
from mulgil.data.stage_lock import StageLock
from mulgil.data.target import Column, NativeQuery, Row

if TYPE_CHECKING:
    import pyarrow as pa

QueryRunner = Callable[[NativeQuery, Path], AbstractContextManager[tuple[sqlite3.Connection, tuple[str, ...]]]]

# The alias under which a publish attaches the stage's file.
ATTACHED = "staged_file"


class SqliteStage:
    """A private database file, locked by its writer while it exists."""

    def __init__(self, folder: Path, name: str, *, reading: QueryRunner) -> None:
        """Take the lock of the new stage `name`; `reading` opens the database to run a query in it."""
        self.name = name
        self.path = folder / f"{name}.sqlite"
        self._reading = reading
        self._columns: tuple[Column, ...] = ()
        self._dialect = SqliteDialect()
        self._table = name
        self._has_rejects = False
        with translated(folder):
            folder.mkdir(exist_ok=True)
            self._lock = StageLock(folder, name)
            # Nothing here must survive a crash: no journal, no fsync.
            self._connection = sqlite3.connect(self.path, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode=OFF")
            self._connection.execute("PRAGMA synchronous=OFF")

    @property
    def relation(self) -> str:
        """The staging table."""
        return self._dialect.identifier(self._table)

    @property
    def rejects(self) -> str | None:
        """The table of the rows that were set aside."""
        return self._dialect.identifier(f"{self.name}_rejects") if self._has_rejects else None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns as declared."""
        return self._columns

    @property
    def size(self) -> int:
        """The file's size."""
        return self.path.stat().st_size

    def fill(self, schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> None:
        """Insert batch by batch, each turned into rows column by column."""
        self._columns = self._fill(self.relation, schema, batches)

    def fill_query(self, query: NativeQuery) -> tuple[str, ...]:
        """Create the staging table from a query in the application's database, attached to it."""
        with self._reading(query, self.path) as (connection, inputs), querying():
            run(
                connection,
                f"CREATE TABLE {ATTACHED}.{self.relation} AS {query.sql}",
                [stored_value(value) for value in query.params],
            )
        with translated(self.path):
            found = table_columns(self._connection, self.name) or ()
            self._columns = tuple(self._typed(column) for column in found)
        return inputs

    def reshape(self, columns: tuple[Column, ...], expressions: Sequence[str], *, where: str | None) -> None:
        """Write the rows anew, if any of them change: an index can stand on a table only."""
        if where is None and list(expressions) == [self._dialect.identifier(column.name) for column in self._columns]:
            self._columns = columns
            return
        before = self._dialect.identifier(self._table)
        self._table = f"{self._table}_"
        values = ", ".join(expressions)
        with translated(self.path):
            self._create(self.relation, columns)
            self._connection.execute("BEGIN")
            self._connection.execute(
                f"INSERT INTO {self.relation} SELECT {values} FROM {before}{f' WHERE {where}' if where else ''}"
            )
            self._connection.execute(f"DROP TABLE {before}")
            self._connection.execute("COMMIT")
        self._columns = columns

    def fill_rejects(self, schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> None:
        """Fill a second table of the same file."""
        self._has_rejects = True
        self._fill(self._dialect.identifier(f"{self.name}_rejects"), schema, batches)

    def query(self, sql: str) -> list[Row]:
        """Run a query over the staging table."""
        with querying():
            cursor = self._connection.execute(sql)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def query_beside(self, query: Callable[[str], str], *, reads: Sequence[str]) -> list[Row]:
        """Run a query in the application's database, with the stage's file attached."""
        with self._reading(NativeQuery(sql="", reads=tuple(reads)), self.path) as (connection, _), querying():
            cursor = connection.execute(query(f"{ATTACHED}.{self.relation}"))
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def __enter__(self) -> "SqliteStage":
        """Use the stage."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Remove file and lock; what can't be removed is found dead later."""
        try:
            self._connection.close()
            for path in self.path.parent.glob(self.path.name + "*"):
                path.unlink(missing_ok=True)
            self._lock.release()
        except (OSError, sqlite3.Error):
            return

    def _fill(self, relation: str, schema: "pa.Schema", batches: "Iterable[pa.RecordBatch]") -> tuple[Column, ...]:
        from mulgil.connectors.sqlite.arrow import declared_type, stored_columns

        columns = tuple(column_of(field.name, declared_type(field)) for field in schema)
        insert = f"INSERT INTO {relation} VALUES ({', '.join('?' for _ in columns)})"
        with translated(self.path):
            self._create(relation, columns)
            self._connection.execute("BEGIN")
            row = 1
            for batch in batches:
                self._connection.executemany(insert, zip(*stored_columns(batch, first_row=row), strict=True))
                row += batch.num_rows
            self._connection.execute("COMMIT")
        return columns

    def _create(self, relation: str, columns: Sequence[Column]) -> None:
        listed = ", ".join(f"{self._dialect.identifier(each.name)} {each.type}" for each in columns)
        self._connection.execute(f"CREATE TABLE {relation} ({listed})")

    def _typed(self, column: Column) -> Column:
        """Give a computed column, which SQLite leaves without a type, the one that its values have."""
        name = self._dialect.identifier(column.name)
        kinds = {
            row[0]
            for row in run(
                self._connection, f"SELECT DISTINCT typeof({name}) FROM {self.relation} WHERE {name} IS NOT NULL", []
            )
        }
        if kinds == {"text"}:
            return column_of(column.name, self._text_type(name))
        types = {"integer": "INTEGER", "real": "REAL", "blob": "BLOB"}
        if kinds == {"integer", "real"}:
            return column_of(column.name, "REAL")
        return column_of(column.name, types.get(str(kinds.pop()), "") if len(kinds) == 1 else "")

    def _text_type(self, name: str) -> str:
        """Tell dates and timestamps, as this connector stores them, from other text."""
        patterns = {
            "DATE": "____-__-__",
            "TIMESTAMP": "____-__-__T__:__:__.______",
            "TIMESTAMPTZ": "____-__-__T__:__:__.______Z",
        }
        for kind, pattern in patterns.items():
            checked = f"datetime({name}) IS NULL OR {name} NOT LIKE '{pattern}'"
            if not run(self._connection, f"SELECT 1 FROM {self.relation} WHERE {name} IS NOT NULL AND ({checked})", []):
                return kind
        return "TEXT"
