"""The rows of one table while a publish changes them: files as long as that is enough, then rows.

A publish that swaps files (`replace`, `replace_partition`, `append`) never reads what it keeps: files whose
scope is written go, the others stay. Anything else loads the table into the engine, which spills to disk,
and runs there; afterwards the files whose rows are as they were are kept, and only the others are written
anew: copy on write, a file at a time.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from mulgil.connectors.folder.file_format import FILE_COLUMN
from mulgil.connectors.folder.manifest import LiveFile, Manifest
from mulgil.connectors.folder.place import TablePlace
from mulgil.connectors.folder.rows import create_schema, rows_of
from mulgil.connectors.folder.sql_session import described, named, quoted, run
from mulgil.data.connector import select_dialect
from mulgil.data.target import Column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_Digest = tuple[object, object]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be published: files as they are, and the query for the rows that need new ones."""

    kept: tuple[LiveFile, ...]
    rows: str | None


class TableChange:
    """One table under change. What isn't loaded is read where it lies."""

    def __init__(
        self, connection: "DuckDBPyConnection", place: TablePlace, manifest: Manifest, *, relation: str
    ) -> None:
        """Begin with the files and columns that `manifest` has; SQL names the table `relation`."""
        self.relation = relation
        self._connection = connection
        self._place = place
        self._manifest = manifest
        self._kept = list(manifest.files)
        self._schemas = len(manifest.schemas)
        self._inserted: str | None = None
        self._has_table = self._is_viewed = self._is_loaded = False
        self._before: dict[str, _Digest] = {}

    @property
    def manifest(self) -> Manifest:
        """The table with its columns as they are by now; its files are those of the beginning."""
        return self._manifest

    @property
    def is_loaded(self) -> bool:
        """Whether rows of several files may have come together."""
        return self._is_loaded

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to publish."""
        is_same = len(self._kept) == len(self._manifest.files) and len(self._manifest.schemas) == self._schemas
        return self._is_loaded or self._inserted is not None or not is_same

    def create(self, columns: Sequence[Column]) -> None:
        """Give the table its columns, with types as the engine spells them."""
        self._create_table(columns)
        self._set_columns(described(self._connection, f"(SELECT * EXCLUDE {FILE_COLUMN} FROM {self.relation})"))

    def add_column(self, column: Column) -> None:
        """Add a column; it is NULL in the files that are there."""
        if self._has_table:
            run(self._connection, f"ALTER TABLE {self.relation} ADD COLUMN {named(column.name)} {column.type}")
        self._drop_view()
        self._set_columns((*(self._manifest.columns or ()), column))

    def widen_column(self, column: Column, type_name: str) -> None:
        """Give a column a wider type; the files that are there keep theirs and are read as the wider one."""
        if self._has_table:
            change = f"ALTER COLUMN {named(column.name)} SET DATA TYPE {type_name}"
            run(self._connection, f"ALTER TABLE {self.relation} {change}")
        self._drop_view()
        wide = select_dialect().column(column.name, type_name)
        columns = self._manifest.columns or ()
        self._set_columns(tuple(wide if each.name == column.name else each for each in columns))

    def delete(self, where: str | None, *, scopes: Sequence[str], is_decisive: bool) -> None:
        """Delete rows. `is_decisive`: a file that has a scope of the kind of `scopes` holds only rows of it."""
        if self._is_loaded or self._inserted is not None:
            self.execute(f"DELETE FROM {self.relation}" + (f" WHERE {where}" if where is not None else ""))
            return
        self._drop_view()
        if where is None:
            self._kept.clear()
            return
        doubtful = self._kept
        if is_decisive:
            self._kept = [file for file in self._kept if file.scope not in scopes]
            kind = scopes[0].partition(":")[0]
            doubtful = [file for file in self._kept if (file.scope or "").partition(":")[0] != kind]
        if self._hold(where, doubtful):
            self.execute(f"DELETE FROM {self.relation} WHERE {where}")

    def insert(self, source: str, columns: Sequence[Column], constants: Mapping[str, str]) -> None:
        """Insert the rows of what stands after FROM."""
        given = {column.name.casefold(): named(column.name) for column in columns}
        given |= {name.casefold(): literal for name, literal in constants.items()}
        picked = ", ".join(
            f"CAST({given.get(column.name.casefold(), 'NULL')} AS {column.type}) AS {named(column.name)}"
            for column in self._manifest.columns or ()
        )
        rows = f"SELECT {picked} FROM {source}"
        if self._is_loaded or self._inserted is not None:
            self.execute(f"INSERT INTO {self.relation} BY NAME {rows}")
        else:
            self._drop_view()
            self._inserted = rows

    def execute(self, sql: str) -> None:
        """Run a statement over the table, loaded."""
        self.load()
        run(self._connection, sql)

    def look(self) -> None:
        """Let queries name the table, in the cheapest way."""
        if self._is_loaded or self._has_table or self._inserted is not None:
            self.load()
        elif not self._is_viewed and self._manifest.columns is not None:
            create_schema(self._connection, self._place)
            run(self._connection, f"CREATE VIEW {self.relation} AS {self._rows(self._kept)}")
            self._is_viewed = True

    def load(self) -> None:
        """Turn the table into rows of the engine, each with the file that it came from."""
        inserted, self._inserted = self._inserted, None
        if not self._is_loaded:
            self._drop_view()
            if not self._has_table:
                self._create_table(self._manifest.columns or ())
            run(self._connection, f"INSERT INTO {self.relation} BY NAME {self._rows(self._kept)}")
            self._before = self._digests()
            self._is_loaded = True
        if inserted is not None:
            run(self._connection, f"INSERT INTO {self.relation} BY NAME {inserted}")

    def result(self) -> Changed:
        """Return what is to be published."""
        if not self._is_loaded:
            return Changed(kept=tuple(self._kept), rows=self._inserted)
        now = self._digests()
        same = {path for path, digest in self._before.items() if now.get(path) == digest}
        kept = tuple(file for file in self._kept if str(self._place.absolute(file.path)) in same)
        listed = ", ".join(quoted(path) for path in ("", *sorted(same)))
        is_new = f"coalesce({FILE_COLUMN}, '?') NOT IN ({listed})"
        return Changed(kept=kept, rows=f"SELECT {self._listed()} FROM {self.relation} WHERE {is_new}")

    def _create_table(self, columns: Sequence[Column]) -> None:
        create_schema(self._connection, self._place)
        listed = [f"{named(column.name)} {column.type}" for column in columns]
        run(self._connection, f"CREATE TABLE {self.relation} ({', '.join([*listed, f'{FILE_COLUMN} VARCHAR'])})")
        self._has_table = True

    def _drop_view(self) -> None:
        if self._is_viewed:
            run(self._connection, f"DROP VIEW {self.relation}")
            self._is_viewed = False

    def _rows(self, files: Sequence[LiveFile]) -> str:
        return rows_of(self._place, self._manifest, files, with_file=True)

    def _hold(self, where: str, files: Sequence[LiveFile]) -> bool:
        """Whether any of these files holds a row for which `where` holds."""
        if not files:
            return False
        [(found,)] = run(self._connection, f"SELECT count(*) FROM ({self._rows(files)}) WHERE {where}")
        return bool(found)

    def _digests(self) -> dict[str, _Digest]:
        rows = f"SELECT {FILE_COLUMN}, struct_pack({self._packed()}) AS r FROM {self.relation}"
        found = run(
            self._connection,
            f"SELECT {FILE_COLUMN}, count(*), sum(hash(r)::HUGEINT) FROM ({rows}) GROUP BY {FILE_COLUMN}",
        )
        return {str(path): (count, digest) for path, count, digest in found if path is not None}

    def _listed(self) -> str:
        return ", ".join(named(column.name) for column in self._manifest.columns or ())

    def _packed(self) -> str:
        columns = self._manifest.columns or ()
        return ", ".join(f"c{number} := {named(column.name)}" for number, column in enumerate(columns))

    def _set_columns(self, columns: Sequence[Column]) -> None:
        self._manifest = msgspec.structs.replace(self._manifest, schemas=(*self._manifest.schemas, tuple(columns)))
