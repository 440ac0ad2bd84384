"""Files as sources: `CsvSource("in/*.csv.gz", columns={…})`, `ParquetSource("data/airlines.parquet")`, ….

`CsvSource`, `JsonLinesSource`, `JsonSource`, `ParquetSource`, `ExcelSource`. A path may be a pattern, whose
files are read in the order of their names; a relative one starts at the home, or in the folder that is
the `host` of `connection_id`. CSV and JSON files may be packed (.gz, .zst, .bz2, .lz4, .xz).
"""

from mulgil.connectors.files.csv_source import CsvSource
from mulgil.connectors.files.excel_source import ExcelSource
from mulgil.connectors.files.json_source import JsonLinesSource, JsonSource
from mulgil.connectors.files.source import FileSource, ParquetSource

__all__ = ["CsvSource", "ExcelSource", "FileSource", "JsonLinesSource", "JsonSource", "ParquetSource"]
