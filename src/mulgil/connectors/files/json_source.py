"""`JsonLinesSource` and `JsonSource`: a JSON object a line, and files that hold a list of objects."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mulgil.connectors.files import told
from mulgil.connectors.files.json_list import json_list
from mulgil.connectors.files.opening import open_bytes, wide_encoding
from mulgil.connectors.files.source import FileSource
from mulgil.data.arrow_type import arrow_schema
from mulgil.data.errors import SourceError, SourceShapeError
from mulgil.data.json_rows import JsonRows, Record, field_names, missing_column
from mulgil.data.reject import BadRows
from mulgil.data.target import Batches

if TYPE_CHECKING:
    import pyarrow as pa

# Records and the line (or number) of each.
Block = tuple[list[Record], Sequence[int]]
_BLOCK_BYTES = 4 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class _JsonSource(FileSource):
    """Files of JSON objects."""

    preload: ClassVar[tuple[str, ...]] = ("pyarrow", "pyarrow.json", "pyarrow.compute")

    def __init__(
        self,
        path: str,
        *,
        connection_id: str | None = None,
        columns: Mapping[str, str] | None = None,
        allow_empty: bool = False,
        cursor: str | None = None,
    ) -> None:
        """Declare what to read; nothing is opened."""
        super().__init__(path, connection_id=connection_id, allow_empty=allow_empty, cursor=cursor)
        self.columns = dict(columns) if columns is not None else None

    @property
    def declared(self) -> "pa.Schema | None":
        """The declared columns."""
        return None if self.columns is None else arrow_schema(self.columns)

    @abstractmethod
    def error(self, file: Path, number: int, *, column: str, detail: str) -> SourceError:
        """Say what is wrong with one record."""

    @abstractmethod
    def blocks(self, file: Path, opened: ExitStack) -> Iterator[Block]:
        """Yield the records of a file."""

    @contextmanager
    def open_file(self, file: Path, schema: "pa.Schema | None", bad_rows: BadRows) -> Iterator[Batches]:
        """Open one file."""
        import pyarrow as pa

        with ExitStack() as opened:
            blocks = self._told(file, opened)
            first = next(blocks, ([], ()))
            if self.columns is not None and first[0] and (name := missing_column(first[0], list(self.columns))):
                raise SourceShapeError("files.json_column", file=str(file), column=name, found=field_names(first[0][0]))
            if not first[0] and schema is None:
                raise SourceError("files.nothing_to_infer", file=str(file))
            rows = JsonRows(schema, chooses=self.columns is not None)
            batch = self._parsed(rows, first, file, bad_rows)
            yield Batches(rows.schema or pa.schema([]), self._rows(rows, batch, blocks, file, bad_rows))

    def _rows(
        self, rows: JsonRows, first: "pa.RecordBatch", blocks: Iterator[Block], file: Path, bad_rows: BadRows
    ) -> "Iterator[pa.RecordBatch]":
        yield first
        for block in blocks:
            yield self._parsed(rows, block, file, bad_rows)

    def _parsed(self, rows: JsonRows, block: Block, file: Path, bad_rows: BadRows) -> "pa.RecordBatch":
        records, numbers = block
        parsed = rows.parse(records, finds_all=bad_rows.is_accepted)
        for bad in parsed.bad:
            number, raw = numbers[bad.index], bytes(records[bad.index]).decode("utf-8", "backslashreplace")
            error = self.error(file, number, column=bad.column, detail=bad.why)
            bad_rows.add(error, source=str(file), line=number, column=bad.column or None, raw=raw)
        return parsed.batch

    def _told(self, file: Path, opened: ExitStack) -> Iterator[Block]:
        import pyarrow as pa

        try:
            if (found := wide_encoding(file)) is not None:
                encoding, head = found
                raise SourceShapeError("files.json_wide", file=str(file), encoding=encoding, bytes=head.hex(" "))
            yield from self.blocks(file, opened)
        except (pa.ArrowException, OSError) as error:
            raise told.unreadable(file, error) from error


class JsonLinesSource(_JsonSource):
    """Files with a JSON object on each line, plain or compressed, in UTF-8.

    `columns` declare types and choose fields; without them the first lines decide, and a line with a
    field or type that they didn't show is wrong.
    """

    def error(self, file: Path, number: int, *, column: str, detail: str) -> SourceError:
        """Name the line."""
        return told.wrong_line(file, number, column=column, detail=detail)

    def blocks(self, file: Path, opened: ExitStack) -> Iterator[Block]:
        """Cut the file at line ends; blank lines are none."""
        stream = open_bytes(file, opened)
        number, rest = 1, stream.read(len(_BOM)).removeprefix(_BOM)
        while chunk := stream.read(_BLOCK_BYTES):
            head, end, tail = (rest + chunk).rpartition(b"\n")
            rest = tail
            if end:
                lines = head.split(b"\n")
                yield _numbered(lines, number)
                number += len(lines)
        if rest.strip():
            yield [rest], (number,)


class JsonSource(_JsonSource):
    """Files that hold one JSON list of objects each, plain or compressed, in UTF-8.

    `records` is the way to the list where it isn't the whole file: `"items"`, `"data.items"`; such a file
    is read into memory, a plain list in a stream. Wrong records are named by their number, from 1.
    """

    def __init__(
        self,
        path: str,
        *,
        connection_id: str | None = None,
        columns: Mapping[str, str] | None = None,
        records: str | None = None,
        allow_empty: bool = False,
        cursor: str | None = None,
    ) -> None:
        """Declare what to read; nothing is opened."""
        super().__init__(path, connection_id=connection_id, columns=columns, allow_empty=allow_empty, cursor=cursor)
        self.records = records

    def error(self, file: Path, number: int, *, column: str, detail: str) -> SourceError:
        """Name the record by its number."""
        return told.wrong_record(file, number, column=column, detail=detail)

    def blocks(self, file: Path, opened: ExitStack) -> Iterator[Block]:
        """Cut the list between objects."""
        number = 1
        for records in json_list(file, open_bytes(file, opened), path=self.records):
            yield records, range(number, number + len(records))
            number += len(records)


def _numbered(lines: list[bytes], first: int) -> Block:
    numbers: Sequence[int] = range(first, first + len(lines))
    if b"" not in lines and b"\r" not in lines:
        return list(lines), numbers
    kept = [(line, number) for line, number in zip(lines, numbers, strict=True) if line.strip()]
    return [line for line, _ in kept], [number for _, number in kept]
