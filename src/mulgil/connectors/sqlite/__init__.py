"""SQLite: the database that an application reads.

- stage: a table in a database file of its own, `<file>.mulgil-stage/<stage>.sqlite`, which the publish
  attaches; so staging neither locks nor grows the application's file, and a leftover is a file to unlink;
- publish: one `BEGIN IMMEDIATE` transaction on the file, in WAL mode with `synchronous=FULL`;
- what readers see: the old rows or the new rows, whole; they never wait for a writer;
- what a crash leaves: the old rows or the new rows, and possibly a staged file, which the next write of
  the same scopes or `mulgil assets gc` removes.

SQLite has no dates: a DATE is kept as the text `2013-01-05`, a TIMESTAMP (naive, UTC) as
`2013-01-05T10:00:00.000000`, a TIMESTAMPTZ as the same with a final `Z`; all of one width, so that their
order is the order of time, and readable by SQLite's own date functions.
"""
