"""`ExcelSource`: one sheet of Excel workbooks, one or many."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mulgil.connectors.files import told
from mulgil.connectors.files.excel_cells import (
    Cell,
    as_text,
    cell_name,
    error_cells,
    fits_kind,
    kind_of_cells,
    numbered,
    row_of,
)
from mulgil.connectors.files.source import FileSource
from mulgil.connectors.files.text_values import typed
from mulgil.data.arrow_type import arrow_schema, arrow_type
from mulgil.data.errors import SourceError, SourceShapeError
from mulgil.data.reject import BadRows
from mulgil.data.target import Batches

if TYPE_CHECKING:
    import pyarrow as pa
    from python_calamine import CalamineSheet

_BATCH_ROWS = 10_000


class ExcelSource(FileSource):
    """One sheet of Excel workbooks (.xlsx, .xlsb, .xls, .ods); needs the extra `excel`.

    `sheet` is its name or its place, from 0; `header_row` the row, from 1, that names the columns. Blank
    rows are skipped. `columns` declare types and choose columns; without them a column has the type of
    its first value (numbers are `float64`), and a value of another type is wrong. A workbook is read into
    memory whole: that is how the format is made.
    """

    preload: ClassVar[tuple[str, ...]] = ("pyarrow", "pyarrow.compute")

    def __init__(
        self,
        path: str,
        *,
        connection_id: str | None = None,
        sheet: str | int = 0,
        header_row: int = 1,
        columns: Mapping[str, str] | None = None,
        allow_empty: bool = False,
        cursor: str | None = None,
    ) -> None:
        """Declare what to read; nothing is opened."""
        super().__init__(path, connection_id=connection_id, allow_empty=allow_empty, cursor=cursor)
        self.sheet = sheet
        self.header_row = header_row
        self.columns = dict(columns) if columns is not None else None

    @property
    def declared(self) -> "pa.Schema | None":
        """The declared columns."""
        return None if self.columns is None else arrow_schema(self.columns)

    @contextmanager
    def open_file(self, file: Path, schema: "pa.Schema | None", bad_rows: BadRows) -> Iterator[Batches]:
        """Open one file."""
        reading = _SheetReading(file, _opened_sheet(file, self.sheet), bad_rows, header_row=self.header_row)
        reading.choose(schema, chooses=self.columns is not None)
        yield Batches(reading.schema, reading.batches(), total=len(reading.rows))


def _opened_sheet(file: Path, sheet: str | int) -> "CalamineSheet":
    try:
        import python_calamine as calamine
    except ImportError as error:
        raise SourceError("files.excel_missing") from error
    try:
        workbook = calamine.load_workbook(str(file))
        names = workbook.sheet_names
        if isinstance(sheet, int) and 0 <= sheet < len(names):
            return workbook.get_sheet_by_index(sheet)
        if sheet in names:
            return workbook.get_sheet_by_name(str(sheet))
    except (calamine.CalamineError, OSError) as error:
        if not file.exists():
            raise told.unreadable(file, FileNotFoundError()) from error
        raise told.broken(file, error) from error
    raise SourceShapeError("files.excel_sheet", file=str(file), sheet=str(sheet), sheets=", ".join(map(repr, names)))


class _SheetReading:
    """The reading of one sheet: its header, then its rows."""

    def __init__(self, file: Path, sheet: "CalamineSheet", bad_rows: BadRows, *, header_row: int) -> None:
        import pyarrow as pa

        self._file = file
        self._name = sheet.name
        self._bad_rows = bad_rows
        self._first_column = sheet.start[1] if sheet.start else 0
        self._errors = error_cells(file, self._name)
        every = list(numbered(sheet.iter_rows(), sheet.width, kept=frozenset(map(row_of, self._errors))))
        header = next((row for number, row in every if number == header_row - 1), [])
        self._header_row = header_row - 1
        self.rows = [(number, row) for number, row in every if number >= header_row]
        self._places = self._named(header)
        self._kinds: dict[str, str] = {}
        self.schema: pa.Schema = pa.schema([])

    def choose(self, schema: "pa.Schema | None", *, chooses: bool) -> None:
        """Decide which columns are read."""
        import pyarrow as pa

        if schema is None or not chooses:
            self._require_names()
        if schema is None:
            self._kinds = {name: kind_of_cells(self._values(name)) for name in self._places}
            typed_names = [
                (name, arrow_type(kind, column=name) if kind else pa.null()) for name, kind in self._kinds.items()
            ]
            self.schema = pa.schema(typed_names)
            return
        missing = [name for name in schema.names if name not in self._places]
        more = [name for name in self._places if name not in schema.names]
        if missing and chooses:
            raise told.missing_column(self._file, missing[0], list(self._places))
        if not chooses and (missing or more):
            raise told.other_names(self._file, missing, more)
        self.schema = schema

    def batches(self) -> "Iterator[pa.RecordBatch]":
        """Yield the rows."""
        for start in range(0, len(self.rows), _BATCH_ROWS):
            yield self._batch(self.rows[start : start + _BATCH_ROWS])

    def _batch(self, rows: "Sequence[tuple[int, list[Cell]]]") -> "pa.RecordBatch":
        import pyarrow as pa

        good = [row for row in rows if not self._is_refused(row)]
        places = [self._places[name] for name in self.schema.names]
        texts = [pa.array([as_text(row[place]) for _, row in good], pa.binary()) for place in places]
        found, bad = typed(
            pa.RecordBatch.from_arrays(texts, names=self.schema.names),
            self.schema,
            finds_all=self._bad_rows.is_accepted,
        )
        done: set[int] = set()
        for value in bad:
            if value.index not in done:
                done.add(value.index)
                self._refuse(good[value.index], value.column, value.type, value.value.decode())
        return found

    def _is_refused(self, numbered_row: "tuple[int, list[Cell]]") -> bool:
        """Refuse a row with an error in a cell, or with a cell of another kind than its column was seen to have."""
        number, row = numbered_row
        for field in self.schema:
            value = row[self._places[field.name]]
            kind = self._kinds.get(field.name, "")
            error = self._errors.get(cell_name(number, self._places[field.name] + self._first_column))
            if error is not None or (kind and value != "" and not fits_kind(value, kind)):
                self._refuse(numbered_row, field.name, str(field.type), error or str(value))
                return True
        return False

    def _refuse(self, numbered_row: "tuple[int, list[Cell]]", column: str, kind: str, value: str) -> None:
        number, row = numbered_row
        error = SourceShapeError(
            "files.excel_cell",
            file=str(self._file),
            sheet=self._name,
            cell=cell_name(number, self._places[column] + self._first_column),
            column=column,
            type=kind,
            value=value[:80],
        )
        raw = {name: row[place] for name, place in self._places.items()}
        self._bad_rows.add(error, source=str(self._file), line=number + 1, column=column, raw=raw)

    def _named(self, header: "list[Cell]") -> dict[str, int]:
        places: dict[str, int] = {}
        for place, value in enumerate(header):
            name = (as_text(value) or b"").decode().strip()
            if name in places:
                raise SourceShapeError(
                    "files.excel_column_twice",
                    file=str(self._file),
                    sheet=self._name,
                    column=name,
                    first=cell_name(self._header_row, places[name] + self._first_column),
                    second=cell_name(self._header_row, place + self._first_column),
                )
            if name:
                places[name] = place
        return places

    def _require_names(self) -> None:
        """Refuse values below a header cell without a name: nobody could say what they are."""
        named = set(self._places.values())
        width = max((len(row) for _, row in self.rows), default=0)
        for place in range(width):
            if place not in named and any(row[place] != "" for _, row in self.rows):
                raise SourceShapeError(
                    "files.excel_header",
                    file=str(self._file),
                    sheet=self._name,
                    cell=cell_name(self._header_row, place + self._first_column),
                )

    def _values(self, name: str) -> "list[Cell]":
        return [row[self._places[name]] for _, row in self.rows]
