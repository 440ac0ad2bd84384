"""Writing rows as files of a table: beside it first, whole and on the disk, then under their own names."""

import os
import shutil
from collections.abc import Sequence
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from mulgil.connectors.folder.durable import make_folder, sync_file
from mulgil.connectors.folder.file_format import FileFormat
from mulgil.connectors.folder.manifest import LiveFile
from mulgil.connectors.folder.place import TablePlace
from mulgil.connectors.folder.split import Part, Split
from mulgil.connectors.folder.sql_session import described, named, quoted, run
from mulgil.data.errors import TargetError
from mulgil.data.target import Column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PART = "_mulgil_part"
_SHOWN_HASH = 16


class FileWriter:
    """Writes the files of one publish; `discard` takes back those that no manifest names."""

    def __init__(
        self,
        connection: "DuckDBPyConnection",
        place: TablePlace,
        work: Path,
        *,
        file_format: FileFormat,
        fence: int,
    ) -> None:
        """Write below `work` first, a private folder on the table's file system."""
        self._connection = connection
        self._place = place
        self._work = work
        self._format = file_format
        self._fence = fence
        self._made: list[Path] = []
        self._count = 0

    def write(self, rows: str, columns: Sequence[Column], split: Split, *, schema: int) -> tuple[LiveFile, ...]:
        """Write the rows of a query, which has exactly `columns`; parts without rows get no file.

        Raises:
            TargetError: The disk is full, or this format can't hold the rows unchanged.
        """
        out = self._work / f"out{self._count}"
        self._count += 1
        shutil.rmtree(out, ignore_errors=True)
        self._work.mkdir(parents=True, exist_ok=True)
        listed = ", ".join(f"{self._format.written(column)} AS {named(column.name)}" for column in columns)
        if len(split.parts) == 1:
            out.mkdir()
            written = {out / "rows": split.parts[0]}
            copied = f"SELECT {listed} FROM ({rows})"
            run(self._connection, f"COPY ({copied}) TO {quoted(str(out / 'rows'))} ({self._format.options})")
        else:
            copied = f"SELECT {listed}, {split.number} AS {_PART} FROM ({rows}){split.join}"
            run(
                self._connection,
                f"COPY ({copied}) TO {quoted(str(out))} ({self._format.options}, PARTITION_BY ({_PART}))",
            )
            written = {path: split.parts[int(path.parent.name.partition("=")[2])] for path in _files_in(out)}
        self._require_unchanged(rows, tuple(written), columns)
        counted = [(path, part, self._count_rows(path, columns)) for path, part in written.items()]
        return tuple(self._kept(path, part, schema=schema, rows=rows) for path, part, rows in counted if rows)

    def adopt(self, file: Path, part: Part, *, schema: int) -> tuple[LiveFile, ...]:
        """Make a whole Parquet file, which stays where it is, one of the table's as well; none if it has no rows."""
        import pyarrow.parquet as pq

        rows: int = pq.read_metadata(file).num_rows
        sync_file(file)
        return (self._named(file, part, schema=schema, rows=rows, keeps_original=True),) if rows else ()

    def discard(self) -> None:
        """Remove what was written."""
        for path in self._made:
            path.unlink(missing_ok=True)
        self._made.clear()

    def _kept(self, path: Path, part: Part, *, schema: int, rows: int) -> LiveFile:
        sync_file(path)
        return self._named(path, part, schema=schema, rows=rows, keeps_original=False)

    def _named(self, path: Path, part: Part, *, schema: int, rows: int, keeps_original: bool) -> LiveFile:
        make_folder(self._place.data)
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        name = f"{self._fence}-{len(self._made)}-{digest[:_SHOWN_HASH]}"
        final = self._place.data / name
        self._made.append(final)
        if keeps_original:
            _link(path, final)
        else:
            path.rename(final)
        return LiveFile(
            path=str(final.relative_to(self._place.folder)),
            rows=rows,
            bytes=final.stat().st_size,
            checksum=f"sha256:{digest}",
            schema=schema,
            scope=part.scope,
            folder=part.folder,
        )

    def _count_rows(self, path: Path, columns: Sequence[Column]) -> int:
        [(rows,)] = run(self._connection, f"SELECT count(*) FROM {self._format.relation([path], columns)}")
        return int(str(rows))

    def _require_unchanged(self, rows: str, files: Sequence[Path], columns: Sequence[Column]) -> None:
        """Read back what was written: what a format can't hold is refused, never changed in silence."""
        if not files:
            return
        relation = self._format.relation(files, columns)
        if self._format is FileFormat.PARQUET:
            for column, found in zip(columns, described(self._connection, relation), strict=False):
                if column.type != found.type:
                    raise TargetError("data.column_unsupported", target="Parquet", column=column.name, type=column.type)
            return
        listed = ", ".join(named(column.name) for column in columns)
        [here] = run(self._connection, _digest(f"SELECT {listed} FROM ({rows})"))
        if here != self._read_back(_digest(f"SELECT {listed} FROM {relation}")):
            raise TargetError(
                "folder.not_held", table=self._place.table_name, format=self._format.value, types=_types(columns)
            )

    def _read_back(self, digest: str) -> tuple[object, ...] | None:
        """Return the digest of what was written; None if it can't be read as what it was."""
        import duckdb

        try:
            [there] = run(self._connection, digest)
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            return None
        return there


def _digest(query: str) -> str:
    return f"SELECT count(*), sum(hash(r)::HUGEINT) FROM ({query}) AS r"


def _types(columns: Sequence[Column]) -> str:
    return ", ".join(f"{column.name} {column.type}" for column in columns)


def _files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _link(path: Path, final: Path) -> None:
    """Give a file a second name; where the file system has no such thing, copy it."""
    final.unlink(missing_ok=True)
    try:
        os.link(path, final)
    except OSError:
        shutil.copyfile(path, final)
        sync_file(final)
