"""Folders of files as tables: Parquet, CSV or JSON lines on a local disk, published by a manifest.

    <root>/raw/flights/                              the table raw.flights
        flight_date_day=2013-01-05/<name>.parquet    what programs that list folders see
        _mulgil/manifest.json                        the table as it is: its files, its columns, its ledger
        _mulgil/data/<name>                          the files themselves; never changed, named once
        _mulgil/lock, _mulgil/fence                  whose turn it is to publish; the fences issued
        _mulgil/pins/<version>                       locked by readers of that version
    <root>/.mulgil/stage/                            stages

- stage: one Parquet file in `.mulgil/stage/`;
- publish: the table's lock → new files → a new manifest, fsynced → one rename over the old one;
- what readers of the manifest see: the old rows or the new, whole, at every instant, and nobody waits;
- what programs that list the folders see: the same, but for the moment in which the links of the old
  files are exchanged for those of the new, after the rename;
- what a crash leaves: the old manifest or the new one; files that no manifest names, which the next publish
  of the table or `mulgil assets gc` removes.
"""
