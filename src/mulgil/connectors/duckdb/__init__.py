"""DuckDB: a warehouse in one file.

A DuckDB file lets one process in at a time. mulgil's readers and writers therefore queue on an flock
beside the file (`lock`), readers together and writers alone, and open the file only while they hold it.

- stage: one Parquet file in `<file>.mulgil-stage/`;
- publish: exclusive lock → open → one transaction → close;
- what readers see: the old rows or the new rows, whole, at every instant;
- what a crash leaves: the old rows or the new rows, and possibly a staged file, which the next write of
  the same scopes or `mulgil assets gc` removes.
"""
