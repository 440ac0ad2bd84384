"""Files as sources: `ParquetSource("data/airlines.parquet")`, `CsvSource("in/*.csv", columns={…})`.

A relative path starts at the home, or in the folder that is the `host` of `connection_id`.
"""

from mulgil.connectors.files.source import CsvSource, ParquetSource

__all__ = ["CsvSource", "ParquetSource"]
