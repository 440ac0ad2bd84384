"""Alembic's folder: `versions/` holds one forward migration for every schema version."""
