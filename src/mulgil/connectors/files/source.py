"""Files as sources: which ones a pattern names, in which order, and all of them as one stream of rows."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mulgil.connectors.files import told
from mulgil.data.errors import SourceError
from mulgil.data.reject import BadRows
from mulgil.data.source import Reading, Source
from mulgil.data.target import Batches

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 65_536
_GLOB = frozenset("*?[")


class FileSource(Source):
    """Files that one pattern names, in the order of their names; all have the columns of the first."""

    template_fields: ClassVar[tuple[str, ...]] = ("path",)

    def __init__(self, path: str, *, connection_id: str | None = None, allow_empty: bool = False) -> None:
        """Declare what to read; nothing is opened."""
        self.path = path
        self.connection_id = connection_id
        self.allow_empty = allow_empty

    @property
    def shown_as(self) -> str:
        """The pattern."""
        return self.path

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
        files = self._files(reading)
        if not files:
            yield self._nothing(reading)
            return
        with ExitStack() as opened:
            first = opened.enter_context(self.open_file(files[0], self.declared, reading.bad_rows))
            total = self.count_rows(files)
            yield Batches(first.schema, self._all(first, files, reading.bad_rows), total=total)

    def _nothing(self, reading: Reading) -> Batches:
        if self.declared is None:
            raise SourceError("files.none_undeclared", path=self.path)
        return Batches(self.declared, iter(()), total=0)

    def _all(self, first: Batches, files: tuple[Path, ...], bad_rows: BadRows) -> "Iterator[pa.RecordBatch]":
        yield from first.batches
        for file in files[1:]:
            with self.open_file(file, first.schema, bad_rows) as batches:
                yield from batches.batches

    def _files(self, reading: Reading) -> tuple[Path, ...]:
        path = self.path
        if self.connection_id is not None:
            path = str(Path(reading.runtime.get_connection(self.connection_id).host) / path)
        resolved = reading.runtime.resolve_path(path)
        if not _GLOB & set(path):
            if self.allow_empty and not resolved.exists():
                return ()
            return (resolved,)
        found = sorted(Path(resolved.anchor).glob(str(resolved.relative_to(resolved.anchor))))
        files = tuple(file for file in found if not file.is_dir())
        if not files and not self.allow_empty:
            raise SourceError("files.none", path=str(resolved))
        return files


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
                parquet = opened.enter_context(pq.ParquetFile(file))
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
