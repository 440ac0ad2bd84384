"""Parquet and CSV files, one or many, read in a stream."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mulgil.connectors.files import told
from mulgil.data.arrow_type import arrow_schema
from mulgil.data.errors import SourceError, SourceShapeError
from mulgil.data.source import Reading, Source
from mulgil.data.target import Batches

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_ROWS = 65_536
_GLOB = frozenset("*?[")


class _FileSource(Source):
    """Files that one pattern names, in the order of their names; all have the columns of the first."""

    template_fields: ClassVar[tuple[str, ...]] = ("path",)

    def __init__(self, path: str, *, connection_id: str | None = None) -> None:
        """Declare what to read; nothing is opened."""
        self.path = path
        self.connection_id = connection_id

    @property
    def shown_as(self) -> str:
        """The pattern."""
        return self.path

    @contextmanager
    def open(self, reading: Reading) -> Iterator[Batches]:
        """Stream the files one after another."""
        files = self._files(reading)
        with ExitStack() as opened:
            first = opened.enter_context(self._opened(files[0]))
            total = self._count(files)
            yield Batches(first.schema, self._all(first, files), total=total)

    @abstractmethod
    def _open_file(self, file: Path, opened: ExitStack) -> Batches:
        """Open one file."""

    @abstractmethod
    def _told(self, file: Path, error: Exception, *, is_open: bool) -> SourceError:
        """Say what is wrong with a file that can't be opened, or read to its end."""

    def _count(self, files: tuple[Path, ...]) -> int | None:
        """Return how many rows there are, where that is cheap to know."""
        return None

    @contextmanager
    def _opened(self, file: Path) -> Iterator[Batches]:
        import pyarrow as pa

        with ExitStack() as opened:
            try:
                batches = self._open_file(file, opened)
            except (pa.ArrowException, OSError) as error:
                raise self._told(file, error, is_open=False) from error
            yield Batches(batches.schema, self._named(file, batches.batches))

    def _named(self, file: Path, batches: "Iterator[pa.RecordBatch]") -> "Iterator[pa.RecordBatch]":
        """Pass batches on; an error names the file."""
        import pyarrow as pa

        try:
            yield from batches
        except (pa.ArrowException, OSError) as error:
            raise self._told(file, error, is_open=True) from error

    def _all(self, first: Batches, files: tuple[Path, ...]) -> "Iterator[pa.RecordBatch]":
        yield from first.batches
        for file in files[1:]:
            with self._opened(file) as batches:
                if batches.schema != first.schema:
                    raise SourceShapeError(
                        "files.other_columns",
                        file=str(file),
                        expected=_shown(first.schema),
                        found=_shown(batches.schema),
                    )
                yield from batches.batches

    def _files(self, reading: Reading) -> tuple[Path, ...]:
        path = self.path
        if self.connection_id is not None:
            path = str(Path(reading.runtime.get_connection(self.connection_id).host) / path)
        resolved = reading.runtime.resolve_path(path)
        if not _GLOB & set(path):
            return (resolved,)
        found = sorted(Path(resolved.anchor).glob(str(resolved.relative_to(resolved.anchor))))
        if not found:
            raise SourceError("files.none", path=str(resolved))
        return tuple(found)


class ParquetSource(_FileSource):
    """Parquet files."""

    preload: ClassVar[tuple[str, ...]] = ("pyarrow", "pyarrow.parquet")

    def _open_file(self, file: Path, opened: ExitStack) -> Batches:
        import pyarrow.parquet as pq

        parquet = opened.enter_context(pq.ParquetFile(file))
        return Batches(parquet.schema_arrow.remove_metadata(), parquet.iter_batches(_BATCH_ROWS))

    def _told(self, file: Path, error: Exception, *, is_open: bool) -> SourceError:
        return told.broken(file, error) if is_open else told.not_parquet(file, error)

    def _count(self, files: tuple[Path, ...]) -> int | None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return sum(int(pq.read_metadata(file).num_rows) for file in files)
        except (pa.ArrowException, OSError):
            return None


class CsvSource(_FileSource):
    """CSV files with a header, in UTF-8; `columns` declare types and choose columns.

    An empty field is NULL unless its column is text and it is quoted.
    """

    preload: ClassVar[tuple[str, ...]] = ("pyarrow", "pyarrow.csv")

    def __init__(
        self,
        path: str,
        *,
        connection_id: str | None = None,
        columns: Mapping[str, str] | None = None,
        delimiter: str = ",",
    ) -> None:
        """Declare what to read; nothing is opened."""
        super().__init__(path, connection_id=connection_id)
        self.columns = dict(columns) if columns is not None else None
        self.delimiter = delimiter

    def _open_file(self, file: Path, opened: ExitStack) -> Batches:
        import pyarrow.csv as pc

        schema = None if self.columns is None else arrow_schema(self.columns)
        convert = pc.ConvertOptions(
            column_types=schema,
            include_columns=None if schema is None else schema.names,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )
        reader = opened.enter_context(
            pc.open_csv(
                file,
                # One thread numbers the rows, so that an error can name its row.
                read_options=pc.ReadOptions(use_threads=False),
                parse_options=pc.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
                convert_options=convert,
            )
        )
        return Batches(reader.schema, iter(reader))

    def _told(self, file: Path, error: Exception, *, is_open: bool) -> SourceError:
        return told.broken_csv(file, error, delimiter=self.delimiter)


def _shown(schema: "pa.Schema") -> str:
    return ", ".join(f"{field.name} {field.type}" for field in schema)
