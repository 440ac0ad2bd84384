"""`CsvSource`: CSV files, one or many."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from mulgil.connectors.files.csv_lines import CsvForm
from mulgil.connectors.files.csv_reading import CsvReading
from mulgil.connectors.files.opening import require_encoding
from mulgil.connectors.files.source import FileSource
from mulgil.data.arrow_type import arrow_schema
from mulgil.data.errors import DeclarationError
from mulgil.data.reject import BadRows
from mulgil.data.target import Batches

if TYPE_CHECKING:
    import pyarrow as pa


class CsvSource(FileSource):
    """CSV files, plain or compressed; `columns` declare types and choose columns.

    Without `columns` all columns are read, with the types that the first rows of the first file show.
    A field that is one of `null_values` and not quoted is NULL; so is an empty one in quotes, unless its
    column is text.
    """

    preload: ClassVar[tuple[str, ...]] = ("pyarrow", "pyarrow.csv", "pyarrow.compute")

    def __init__(
        self,
        path: str,
        *,
        connection_id: str | None = None,
        columns: Mapping[str, str] | None = None,
        delimiter: str = ",",
        quote: str | None = '"',
        encoding: str = "utf-8",
        header: bool = True,
        null_values: Sequence[str] = ("",),
        allow_empty: bool = False,
        cursor: str | None = None,
    ) -> None:
        """Declare what to read; nothing is opened.

        Raises:
            DeclarationError: There is no such encoding, or nothing names the columns.
        """
        super().__init__(path, connection_id=connection_id, allow_empty=allow_empty, cursor=cursor)
        if not header and columns is None:
            raise DeclarationError("files.csv_no_names", path=path)
        self.columns = dict(columns) if columns is not None else None
        self.form = CsvForm(
            delimiter=delimiter,
            quote=quote,
            encoding=require_encoding(encoding),
            has_header=header,
            null_values=(null_values,) if isinstance(null_values, str) else tuple(null_values),
        )

    @property
    def declared(self) -> "pa.Schema | None":
        """The declared columns."""
        return None if self.columns is None else arrow_schema(self.columns)

    def open_file(self, file: Path, schema: "pa.Schema | None", bad_rows: BadRows) -> AbstractContextManager[Batches]:
        """Open one file."""
        return CsvReading(file, self.form, schema, bad_rows, chooses=self.columns is not None).open()
