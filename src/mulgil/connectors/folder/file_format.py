"""The formats of a table's files: how the engine writes them, and how it reads back what it wrote.

Parquet knows its types. CSV and JSON lines are read by the types that the manifest keeps: an unquoted empty
field of a CSV file is NULL, a quoted one is the empty string; decimals in JSON lines are text.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from mulgil.connectors.folder.sql_session import named, quoted
from mulgil.data.target import Column

FILE_COLUMN = "_mulgil_file"
PARQUET_CODEC = "zstd"
PARQUET_GROUP_ROWS = 122_880
_LONGEST_LINE = 8 * 1024 * 1024


class FileFormat(StrEnum):
    """What a table's files are."""

    PARQUET = "parquet"
    CSV = "csv"
    JSON = "json"

    @property
    def suffix(self) -> str:
        """How the files that other programs find are called; not `.json`, which a manifest is."""
        return {FileFormat.PARQUET: ".parquet", FileFormat.CSV: ".csv", FileFormat.JSON: ".jsonl"}[self]

    @property
    def options(self) -> str:
        """What stands in the parentheses after COPY … TO."""
        match self:
            case FileFormat.PARQUET:
                return f"FORMAT parquet, COMPRESSION {PARQUET_CODEC}, ROW_GROUP_SIZE {PARQUET_GROUP_ROWS}"
            case FileFormat.CSV:
                return "FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"', NULLSTR ''"
            case FileFormat.JSON:
                return "FORMAT json"

    def written(self, column: Column) -> str:
        """Return what of a column is written. Programs read JSON's numbers as floats: exact ones are text."""
        is_exact = column.type.startswith(("DECIMAL", "HUGEINT", "UHUGEINT"))
        return f"CAST({named(column.name)} AS VARCHAR)" if self is FileFormat.JSON and is_exact else named(column.name)

    def relation(self, files: Sequence[Path], columns: Sequence[Column]) -> str:
        """Return what stands after FROM to read `files`, which hold `columns`; adds the file as a column.

        The folders' names are ours, not the data's: none becomes a column.
        """
        listed = "[" + ", ".join(quoted(str(file)) for file in files) + "]"
        options = f"filename = {quoted(FILE_COLUMN)}, hive_partitioning = false"
        match self:
            case FileFormat.PARQUET:
                return f"read_parquet({listed}, {options})"
            case FileFormat.CSV:
                # One thread: fields that hold line ends are then never cut in two.
                return (
                    f"read_csv({listed}, {options}, auto_detect = false, header = true, delim = ',', quote = '\"', "
                    f"escape = '\"', nullstr = '', allow_quoted_nulls = false, parallel = false, "
                    f"max_line_size = {_LONGEST_LINE}, columns = {_types(columns)})"
                )
            case FileFormat.JSON:
                return (
                    f"read_json({listed}, {options}, format = 'newline_delimited', "
                    f"maximum_object_size = {_LONGEST_LINE}, columns = {_types(columns)})"
                )


def _types(columns: Sequence[Column]) -> str:
    return "{" + ", ".join(f"{quoted(column.name)}: {quoted(column.type)}" for column in columns) + "}"
