"""Alembic's folder: `versions/` holds one forward migration for every schema version.

To change the schema: edit `tables.py`, add `versions/v<NNNN>_<what>.py` with the next number as its
revision, raise `SCHEMA_VERSION`, and name new columns in `queries/`. The migration tests say what is
still missing. A released migration is never edited; there are no downgrades: the backup is the way back.
"""
