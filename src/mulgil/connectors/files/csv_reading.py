"""One CSV file as batches of typed rows.

Arrow cuts the file into rows and fields, which stay bytes; these become text and then values a column at
a time, so that a wrong one is found by its row without slowing down the others. Four things that Arrow
lets through are refused here: two columns of one name, bytes that are no text, a quoted field that never
ends (Arrow takes the rest of the file for its value), and numbers too large for a float.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mulgil.connectors.files import told
from mulgil.connectors.files.csv_lines import BLOCK_BYTES, CsvForm, CsvLines, broken_quote, first_row
from mulgil.connectors.files.opening import not_text, open_bytes, wide_encoding
from mulgil.connectors.files.text_values import BadValue, has_changed, is_number, typed
from mulgil.data.errors import SourceError, SourceShapeError
from mulgil.data.reject import BadRows
from mulgil.data.target import Batches

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.csv as pc

_WRONG_ROW = re.compile(r"CSV parse error: Row #(\d+): Expected (\d+) columns, got (\d+)")
_NOT_TEXT = "invalid UTF8"


class CsvReading:
    """The reading of one file.

    `schema` types the columns; None takes all, as they look, and as text where a number would lose digits.
    With `chooses` the file may have more columns.
    """

    def __init__(
        self, file: Path, form: CsvForm, schema: "pa.Schema | None", bad_rows: BadRows, *, chooses: bool = True
    ) -> None:
        """Keep what to read; nothing is opened."""
        self.file = file
        self.form = form
        self.schema = schema
        self._chooses = chooses
        self._bad_rows = bad_rows
        self._lines = CsvLines(file, form)
        self._skipped: list[tuple[int, int, int, str]] = []

    @contextmanager
    def open(self) -> Iterator[Batches]:
        """Start reading.

        Raises:
            SourceError: Naming file and line; here, or from the batches.
        """
        with ExitStack() as opened:
            opened.callback(self._lines.close)
            with self._told():
                self._require_encoding()
                schema = self._schema()
                counted = _Counted(open_bytes(self.file, opened), self.form.quote)
                reader = opened.enter_context(self._reader(counted, schema, opened))
            yield Batches(schema, self._batches(reader, counted, schema))

    def _require_encoding(self) -> None:
        """Refuse a file that begins like another encoding of Unicode: its rows would make no sense."""
        if not self.form.encoding.startswith(("utf-16", "utf-32")) and (found := wide_encoding(self.file)):
            encoding, head = found
            raise SourceShapeError("files.csv_wide", file=str(self.file), encoding=encoding, bytes=head.hex(" "))

    def names(self) -> list[str]:
        """Return the names of the file's columns.

        Raises:
            SourceShapeError: There are none, or one is there twice.
        """
        if not self.form.has_header:
            return list(self.schema.names) if self.schema is not None else []
        names = first_row(self.file, self.form)
        for number, name in enumerate(names):
            if name in names[:number]:
                raise told.column_twice(self.file, name, names.index(name) + 1, number + 1)
        return names

    def _schema(self) -> "pa.Schema":
        """Return the columns that are read, or raise what is wrong with the header."""
        names = self.names()
        if self.schema is None:
            return self._inferred()
        missing = [name for name in self.schema.names if names and name not in names]
        if missing and self._chooses:
            raise told.missing_column(self.file, missing[0], names)
        more = [name for name in names if name not in self.schema.names]
        if not self._chooses and (missing or more):
            raise told.other_names(self.file, missing, more)
        return self.schema

    def _inferred(self) -> "pa.Schema":
        import pyarrow as pa

        with ExitStack() as opened:
            stream = open_bytes(self.file, opened)
            reader = opened.enter_context(self._reader(stream, None, opened))
            found = reader.schema
        # Bytes that are no text are refused when they are read, by their line.
        found = pa.schema([field.with_type(_text_for_bytes(field.type)) for field in found])
        numbers = [field for field in found if is_number(field.type)]
        texts = self._first_texts(numbers)
        self._skipped.clear()
        for field in numbers:
            if texts is not None and has_changed(texts.column(field.name), field.type):
                found = found.set(found.get_field_index(field.name), field.with_type(pa.string()))
        return found

    def _first_texts(self, fields: "list[pa.Field]") -> "pa.RecordBatch | None":
        """Return some columns of the first rows as they are written, or None if there are none."""
        import pyarrow as pa

        if not fields:
            return None
        with ExitStack() as opened:
            stream = open_bytes(self.file, opened)
            return next(iter(self._reader(stream, pa.schema(fields), opened)), None)

    def _reader(self, stream: object, schema: "pa.Schema | None", opened: ExitStack) -> "pc.CSVStreamingReader":
        import pyarrow as pa
        import pyarrow.csv as pc

        form = self.form
        names = None if form.has_header or schema is None else schema.names
        file = opened.enter_context(pa.PythonFile(stream, mode="r"))
        return pc.open_csv(
            file,
            # One thread numbers the rows, so that an error can name its row.
            read_options=pc.ReadOptions(
                use_threads=False, block_size=BLOCK_BYTES, encoding=form.encoding, column_names=names
            ),
            parse_options=pc.ParseOptions(
                delimiter=form.delimiter,
                quote_char=form.quote or False,
                newlines_in_values=True,
                invalid_row_handler=self._take_wrong_row if self._bad_rows.is_accepted else None,
            ),
            convert_options=pc.ConvertOptions(
                column_types=None if schema is None else dict.fromkeys(schema.names, pa.binary()),
                include_columns=None if schema is None else schema.names,
                null_values=list(form.null_values),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )

    def _take_wrong_row(self, row: "pc.InvalidRow") -> str:
        self._skipped.append((row.number, row.expected_columns, row.actual_columns, row.text))
        return "skip"

    def _batches(
        self, reader: "pc.CSVStreamingReader", counted: "_Counted", schema: "pa.Schema"
    ) -> "Iterator[pa.RecordBatch]":
        number = 2 if self.form.has_header else 1
        with self._told():
            for texts in reader:
                numbers = self._numbers(number, texts.num_rows)
                number = numbers[-1] + 1 if numbers else number
                rows = self._typed(texts, schema, numbers)
                self._set_aside(number)
                yield rows
            self._set_aside(None)
            if counted.is_odd and (found := broken_quote(self.file, self.form)) is not None:
                raise told.broken_quote(self.file, *found)

    def _numbers(self, first: int, count: int) -> "range | list[int]":
        """Return the numbers of the next `count` good rows."""
        wrong = {skipped[0] for skipped in self._skipped if skipped[0] >= first}
        if not wrong:
            return range(first, first + count)
        last = first + count + len(wrong)
        return [number for number in range(first, last) if number not in wrong][:count]

    def _typed(self, texts: "pa.RecordBatch", schema: "pa.Schema", numbers: "range | list[int]") -> "pa.RecordBatch":
        rows, bad = typed(texts, schema, finds_all=self._bad_rows.is_accepted, is_inferred=not self._chooses)
        done: set[int] = set()
        for value in bad:
            if value.index in done:
                continue
            done.add(value.index)
            self._set_aside(numbers[value.index])
            line, fields = self._lines.find(numbers[value.index])
            self._bad_rows.add(
                self._wrong_value(value, line), source=str(self.file), line=line, column=value.column, raw=fields
            )
        return rows

    def _set_aside(self, before: int | None) -> None:
        """Hand over the rows of a wrong length that stand before row `before`, or all."""
        while self._skipped and (before is None or self._skipped[0][0] < before):
            number, expected, found, text = self._skipped.pop(0)
            line, _ = self._lines.find(number)
            error = told.wrong_length(self.file, line, expected=expected, found=found, row=text)
            self._bad_rows.add(error, source=str(self.file), line=line, raw=text)

    def _wrong_value(self, value: BadValue, line: int) -> SourceError:
        kind = value.type
        if not _is_text(value.value):
            kind = f"text in {self.form.encoding}"
            if not self._bad_rows.is_accepted and (found := not_text(self.file, self.form.encoding)) is not None:
                return found
        elif b"\n" in value.value and (quote := broken_quote(self.file, self.form)) is not None:
            return told.broken_quote(self.file, *quote)
        return told.wrong_value(self.file, line, column=value.column, type=kind, value=value.value)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say Arrow's errors in our words."""
        import pyarrow as pa

        try:
            yield
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> SourceError:
        words = str(error)
        if found := _WRONG_ROW.search(words):
            line, fields = self._lines.find(int(found[1]))
            row = self.form.delimiter.join(fields)
            return told.wrong_length(self.file, line, expected=int(found[2]), found=int(found[3]), row=row)
        if isinstance(error, UnicodeError) or _NOT_TEXT in words:
            return not_text(self.file, self.form.encoding) or told.broken(self.file, error)
        if "straddl" in words:
            quote = broken_quote(self.file, self.form)
            return told.long_row(self.file, BLOCK_BYTES) if quote is None else told.broken_quote(self.file, *quote)
        return told.unreadable(self.file, error)


class _Counted:
    """A stream of bytes that counts the quotes that pass."""

    def __init__(self, stream: "pa.NativeFile", quote: str | None) -> None:
        self._stream = stream
        self._quote = None if quote is None else quote.encode()
        self._count = 0
        self.closed = False

    @property
    def is_odd(self) -> bool:
        """Whether a quote has no partner."""
        return self._count % 2 == 1

    def read(self, size: int = -1) -> bytes:
        """Pass bytes on."""
        data: bytes = self._stream.read(size)
        if self._quote is not None:
            self._count += data.count(self._quote)
        return data

    def close(self) -> None:
        """Whoever opened the stream closes it."""
        self.closed = True


def _text_for_bytes(kind: "pa.DataType") -> "pa.DataType":
    import pyarrow as pa

    return pa.string() if pa.types.is_binary(kind) else kind


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
