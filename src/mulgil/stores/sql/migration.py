"""Runs the migrations of `migrations/versions` on an older database. Loaded only then: Alembic is heavy."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from mulgil.stores.errors import UnusableDatabaseError
from mulgil.stores.sql.sqlite import connect, translated_errors


def migrate(path: Path, *, scripts: Path, target: str) -> None:
    """Bring the database to the revision `target` in one transaction: whole, or not at all.

    Raises:
        UnusableDatabaseError: The migrated data would hold dangling references.
    """
    connection = connect(path)
    try:
        with translated_errors(path):
            # Rebuilding a table drops it for a moment; references are checked at the end instead.
            connection.execute("PRAGMA foreign_keys = OFF")
            try:
                _run(connection, path, scripts, target)
            except DBAPIError as error:
                if isinstance(error.orig, sqlite3.Error):
                    raise error.orig from error
                raise
    finally:
        connection.close()


def _run(driver_connection: sqlite3.Connection, path: Path, scripts: Path, target: str) -> None:
    engine = create_engine("sqlite://", creator=lambda: driver_connection, poolclass=StaticPool)
    event.listen(engine, "begin", _begin_immediate)
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, target)
        dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if dangling:
            raise UnusableDatabaseError("store.migration_dangling", path=str(path), table=str(dangling[0][0]))


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: the driver begins no transaction by itself."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")
