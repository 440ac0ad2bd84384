"""The schema's version: reading it, creating it, bringing it up to date.

Versions are whole numbers from 1; a migration's revision id is its number with four digits, and the
database keeps it where Alembic looks for it. Reading it is one plain query, so that an ordinary start
loads neither Alembic nor the table descriptions. A fresh database is created from the current
descriptions at once; an older one is backed up and then migrated in one transaction.
"""

import os
import sqlite3
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import msgspec

from mulgil.i18n import Text
from mulgil.ports import SchemaVersionError
from mulgil.stores.defaults import INITIAL_POOLS
from mulgil.stores.errors import UnusableDatabaseError
from mulgil.stores.sql.file_system import refuse_network_file_system
from mulgil.stores.sql.location import database_path
from mulgil.stores.sql.queries import load_statements
from mulgil.stores.sql.sqlite import connect, translated_errors, use_wal

SCHEMA_VERSION = 2
MIGRATIONS_FOLDER = Path(__file__).parent / "migrations"
_PRIVATE = 0o600
_BACKUP_PAGES = 1024

Progress = Callable[[Text], None]


class SchemaStanding(StrEnum):
    """How a database's schema stands to this program's."""

    FRESH = "fresh"
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"


class SchemaState(msgspec.Struct, frozen=True):
    """How a database's schema stands to this program's, and its version (0 while there is none)."""

    standing: SchemaStanding
    version: int


class Upgrade(msgspec.Struct, frozen=True, kw_only=True):
    """What an upgrade did: from which version (0 = created) to which, and where the backup is."""

    old: int
    new: int
    backup: Path | None = None


def schema_state(location: Path | str) -> SchemaState:
    """Return how the database's schema stands to this program's. Creates nothing.

    Raises:
        UnusableDatabaseError: It is no database, or not one of ours.
    """
    path = database_path(location)
    if not path.exists():
        return SchemaState(SchemaStanding.FRESH, 0)
    connection = connect(path)
    try:
        return state_of(connection, path)
    finally:
        connection.close()


def state_of(connection: sqlite3.Connection, path: Path) -> SchemaState:
    """Return how the schema of an open database stands to this program's."""
    statements = load_statements("sqlite")
    with translated_errors(path):
        tables = {name for (name,) in connection.execute(statements["table_names"])}
        if not tables:
            return SchemaState(SchemaStanding.FRESH, 0)
        if "alembic_version" not in tables:
            raise UnusableDatabaseError("store.not_ours", path=str(path))
        found = connection.execute(statements["schema_version"]).fetchall()
    if len(found) != 1 or not found[0][0].isdigit():
        raise UnusableDatabaseError("store.not_ours", path=str(path))
    version = int(found[0][0])
    if version == SCHEMA_VERSION:
        return SchemaState(SchemaStanding.CURRENT, version)
    return SchemaState(SchemaStanding.OLDER if version < SCHEMA_VERSION else SchemaStanding.NEWER, version)


def require_current(state: SchemaState, path: Path) -> None:
    """Do nothing if the schema is this program's.

    Raises:
        SchemaVersionError: It is missing, older or newer; the message says what to do.
    """
    code = {
        SchemaStanding.FRESH: "store.schema_missing",
        SchemaStanding.OLDER: "store.schema_older",
        SchemaStanding.NEWER: "store.schema_newer",
    }.get(state.standing)
    if code is not None:
        raise SchemaVersionError(code, path=str(path), version=state.version, known=SCHEMA_VERSION)


def upgrade(location: Path | str, *, progress: Progress | None = None) -> Upgrade:
    """Create the database, or back it up and bring it to this program's version.

    Each of the two is one transaction: a database is never found half made. Of two processes that
    create the same database one does it and the other finds it done.

    Raises:
        SchemaVersionError: The database is newer than this program.
        UnusableDatabaseError: It is no database of ours, or lies on a network file system.
    """
    path = database_path(location)
    refuse_network_file_system(path)
    tell = progress or _silent
    _touch_private(path)
    connection = connect(path)
    try:
        state = state_of(connection, path)
        if state.standing is SchemaStanding.CURRENT:
            return Upgrade(old=state.version, new=state.version)
        if state.standing is SchemaStanding.FRESH:
            tell(Text("store.creating", {"path": str(path), "version": SCHEMA_VERSION}))
            with translated_errors(path):
                _create(connection, path)
            return Upgrade(old=0, new=SCHEMA_VERSION)
        if state.standing is SchemaStanding.NEWER:
            require_current(state, path)
        backup = _back_up(connection, path, state.version, tell)
    finally:
        connection.close()
    tell(Text("store.migrating", {"path": str(path), "version": state.version, "target": SCHEMA_VERSION}))
    _migrate(path)
    return Upgrade(old=state.version, new=SCHEMA_VERSION, backup=backup)


def check_schema(location: Path | str) -> int:
    """Return the schema's version if it is this program's.

    Raises:
        SchemaVersionError: It is missing, older or newer; the message says what to do.
        UnusableDatabaseError: It is no database of ours.
    """
    path = database_path(location)
    require_current(schema_state(path), path)
    return SCHEMA_VERSION


def find_damage(location: Path | str) -> tuple[Text, ...]:
    """Return what is wrong inside a database: damaged pages, dangling references; nothing when it is sound.

    Raises:
        SchemaVersionError: Its schema is not this program's.
    """
    check_schema(location)
    path = database_path(location)
    statements = load_statements("sqlite")
    connection = connect(path)
    try:
        with translated_errors(path):
            damage = [text for (text,) in connection.execute(statements["integrity"]) if text != "ok"]
            dangling = connection.execute(statements["foreign_keys"]).fetchall()
    finally:
        connection.close()
    problems = [Text("store.check_damage", {"path": str(path), "what": what}) for what in damage]
    problems += [Text("store.check_dangling", {"table": row[0], "parent": row[2]}) for row in dangling]
    return tuple(problems)


def _silent(step: Text) -> None:
    """Tell nobody."""


def _touch_private(path: Path) -> None:
    """Make sure that the file exists and that only its owner can read it from its first byte."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, _PRIVATE))
    except OSError as error:
        raise UnusableDatabaseError("store.cannot_create", path=str(path), why=str(error)) from error


def creation_statements() -> list[str]:
    """Return the statements that make the current schema, without its version and first rows."""
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable

    from mulgil.stores.sql.tables import metadata

    dialect = sqlite.dialect()
    statements: list[str] = []
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        statements += [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
    return statements


def _create(connection: sqlite3.Connection, path: Path) -> None:
    statements = load_statements("sqlite")
    use_wal(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if state_of(connection, path).standing is SchemaStanding.FRESH:
            for statement in (*creation_statements(), statements["create_schema_version"]):
                connection.execute(statement)
            for pool in INITIAL_POOLS:
                connection.execute(statements["put_pool"], msgspec.structs.asdict(pool))
            connection.execute(statements["set_schema_version"], {"version": revision_of(SCHEMA_VERSION)})
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def revision_of(version: int) -> str:
    """Return the revision id of a schema version."""
    return f"{version:04}"


def _back_up(connection: sqlite3.Connection, path: Path, version: int, tell: Progress) -> Path:
    """Copy the database as it is, whole and checked by the database itself, before anything changes."""
    target = _free_name(path, version)
    partial = target.with_name(f"{target.name}.partial")
    tell(Text("store.backing_up", {"path": str(path), "backup": str(target)}))
    _touch_private(partial)
    copy = sqlite3.connect(partial)
    try:
        with translated_errors(partial):
            connection.backup(copy, pages=_BACKUP_PAGES)
    finally:
        copy.close()
    descriptor = os.open(partial, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return partial.rename(target)


def _free_name(path: Path, version: int) -> Path:
    target = path.with_name(f"{path.name}.backup-{version}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.backup-{version}-{number}")
    return target


def _migrate(path: Path) -> None:
    from mulgil.stores.sql.migration import migrate

    migrate(path, scripts=MIGRATIONS_FOLDER, target=revision_of(SCHEMA_VERSION))
