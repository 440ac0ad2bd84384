"""Files as sources: which ones a pattern names, in which order, and all of them as one stream of rows."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mulgil.connectors.files import told
from mulgil.connectors.files.new_files import Found, ReadOn, Status, new_files, read_on
from mulgil.data.errors import SourceError
from mulgil.data.reject import BadRows
from mulgil.data.source import Reading, Source
from mulgil.data.target import Batches

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 65_536
_GLOB = frozenset("*?[")


class FileSource(Source):
    """Files that one pattern names, in the order of their names; all have the columns of the first.

    With `cursor="name"` only files whose names come after the last one that was read; with
    `cursor="modified"` only those that are new or were changed.
    """

    template_fields: ClassVar[tuple[str, ...]] = ("path",)

    def __init__(
        self, path: str, *, connection_id: str | None = None, allow_empty: bool = False, cursor: str | None = None
    ) -> None:
        """Declare what to read; nothing is opened.

        Raises:
            DeclarationError: `cursor` is neither "name" nor "modified".
        """
        self.path = path
        self.connection_id = connection_id
        self.allow_empty = allow_empty
        self.read_on = read_on(cursor)

    @property
    def shown_as(self) -> str:
        """The pattern."""
        return self.path

    @property
    def cursor_name(self) -> str | None:
        """The pattern, and how new files are known."""
        return f"{self.path}:{self.read_on}" if self.read_on else None

    @property
    def may_repeat(self) -> bool:
        """A file that was changed is read again whole."""
        return self.read_on is ReadOn.MODIFIED

    @property
    def declared(self) -> "pa.Schema | None":
        """The columns that are declared, if any are."""
        return None

    @abstractmethod
    def open_file(self, file: Path, schema: "pa.Schema | None", bad_rows: BadRows) -> AbstractContextManager[Batches]:
        """Open one file; `schema` is the declared one, or that of the files before.

        Raises:
            SourceError: Naming the file and what is wrong in it; here, or from the batches.
        """

    def count_rows(self, files: tuple[Path, ...]) -> int | None:
        """Return how many rows there are, where that is cheap to know."""
        return None

    @contextmanager
    def open(self, reading: Reading) -> Iterator[Batches]:
        """Stream the files one after another."""
        there = self._files(reading)
        files = there
        if self.read_on is not None and reading.window is not None:
            files = new_files(there, self.read_on, reading.window)
        with ExitStack() as opened:
            if not files:
                yield self._nothing(there, opened, reading.bad_rows)
                return
            first = opened.enter_context(self._opened(files[0], self.declared, reading.bad_rows))
            total = self.count_rows(tuple(file.path for file in files))
            yield Batches(first.schema, self._following(first, files, reading.bad_rows), total=total)

    def _nothing(self, there: tuple[Found, ...], opened: ExitStack, bad_rows: BadRows) -> Batches:
        """Return no rows, with the columns that are declared or that the files have which were read before."""
        schema = self.declared
        if schema is None and there:
            schema = opened.enter_context(self._opened(there[-1], None, bad_rows)).schema
        if schema is None:
            raise SourceError("files.none_undeclared", path=self.path)
        return Batches(schema, iter(()), total=0)

    def _following(self, first: Batches, files: tuple[Found, ...], bad_rows: BadRows) -> "Iterator[pa.RecordBatch]":
        yield from first.batches
        for file in files[1:]:
            with self._opened(file, first.schema, bad_rows) as batches:
                yield from batches.batches

    @contextmanager
    def _opened(self, file: Found, schema: "pa.Schema | None", bad_rows: BadRows) -> Iterator[Batches]:
        """Open a file; one that was written since it was found is an error at its end."""
        with self.open_file(file.path, schema, bad_rows) as batches:

            def whole() -> "Iterator[pa.RecordBatch]":
                yield from batches.batches
                if _status(file.path) != file.status:
                    raise SourceError("files.changed", file=str(file.path))

            yield replace(batches, batches=whole())

    def _files(self, reading: Reading) -> tuple[Found, ...]:
        folder = "." if self.connection_id is None else reading.runtime.get_connection(self.connection_id).host
        base = reading.runtime.resolve_path(folder)
        resolved = reading.runtime.resolve_path(str(Path(folder) / self.path))
        if not _GLOB & set(self.path):
            if self.allow_empty and not resolved.exists():
                return ()
            return (_found(resolved, base),)
        found = Path(resolved.anchor).glob(str(resolved.relative_to(resolved.anchor)))
        files = sorted((_found(file, base) for file in found if not file.is_dir()), key=lambda file: file.name)
        if not files and not self.allow_empty:
            raise SourceError("files.none", path=str(resolved))
        return tuple(files)


def _found(file: Path, base: Path) -> Found:
    return Found(file, str(file.relative_to(base) if file.is_relative_to(base) else file), _status(file))


def _status(file: Path) -> Status | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


class ParquetSource(FileSource):
    """Parquet files."""

    preload: ClassVar[tuple[str, ...]] = ("pyarrow", "pyarrow.parquet")

    @contextmanager
    def open_file(self, file: Path, schema: "pa.Schema | None", bad_rows: BadRows) -> Iterator[Batches]:
        """Open one file."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        with ExitStack() as opened:
            try:
                parquet = opened.enter_context(pq.ParquetFile(file, pre_buffer=False))
                found = parquet.schema_arrow.remove_metadata()
            except (pa.ArrowException, OSError) as error:
                raise told.not_parquet(file, error) from error
            if schema is not None and sorted(map(str, schema)) != sorted(map(str, found)):
                raise told.other_columns(file, schema, found)
            yield Batches(schema or found, _parquet_batches(file, parquet, schema))

    def count_rows(self, files: tuple[Path, ...]) -> int | None:
        """Add what the files say."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return sum(int(pq.read_metadata(file).num_rows) for file in files)
        except (pa.ArrowException, OSError):
            return None


def _parquet_batches(
    file: Path, parquet: "pa.parquet.ParquetFile", schema: "pa.Schema | None"
) -> "Iterator[pa.RecordBatch]":
    import pyarrow as pa

    try:
        for batch in parquet.iter_batches(_BATCH_ROWS):
            yield batch if schema is None else batch.select(schema.names).cast(schema)
    except (pa.ArrowException, OSError) as error:
        raise told.broken(file, error) from error
