"""A fresh database and a migrated one are the same; an older one is backed up and brought up to date."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mulgil.i18n import render
from mulgil.ports import SchemaVersionError, StoreError
from mulgil.stores.errors import UnusableDatabaseError
from mulgil.stores.sql import (
    SCHEMA_VERSION,
    SchemaStanding,
    SchemaState,
    SqlMetadataStore,
    check_schema,
    find_damage,
    schema,
    schema_state,
    upgrade,
)
from mulgil.stores.sql.migration import migrate

NEXT_MIGRATION = '''"""A migration of the future."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{down}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column by rebuilding the table, and fill it from the data."""
    with op.batch_alter_table("dag_run") as table:
        table.add_column(sa.Column("label", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE dag_run SET label = dag_id || ':' || run_id")
    {more}
'''

TODAY = SCHEMA_VERSION

INSERT_RUN = (
    "INSERT INTO dag_run (dag_id, run_id, run_uid, run_type, state, interval_start, interval_end, version_id,"
    " created_at, conf, triggered_by, note) VALUES ('d', 'r', 'u', 'manual', 'running', 1, 2, 'v', 3, '{}', '', '')"
)
INSERT_XCOM = "INSERT INTO xcom VALUES ('d', 'r', 't', -1, 'k', x'00')"


class NoCipher:
    def encrypt(self, plain: bytes) -> bytes:
        return plain

    def decrypt(self, token: bytes) -> bytes:
        return token


def contents(path: Path) -> dict[str, object]:
    """Return the whole schema and all rows of a database."""
    with sqlite3.connect(path) as connection:
        objects = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        tables = sorted(name for kind, name, _, _ in objects if kind == "table")
        found: dict[str, object] = {
            f"{kind} {name}": (table, None if sql is None else " ".join(sql.replace("\t", " ").split()))
            for kind, name, table, sql in objects
        }
        for table in tables:
            found[f"rows of {table}"] = connection.execute(f"SELECT * FROM {table}").fetchall()
            found[f"columns of {table}"] = connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
    connection.close()
    return found


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


def write(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A database of today with a run and an XCom in it."""
    path = tmp_path / "mulgil.db"
    upgrade(path)
    write(path, INSERT_RUN, INSERT_XCOM)
    return path


@pytest.fixture
def next_version(older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program whose schema is one version further than the `older` database's, and its migrations folder."""
    assert older.exists()
    folder = tmp_path / "migrations%20of tomorrow"
    shutil.copytree(schema.MIGRATIONS_FOLDER, folder)
    version = SCHEMA_VERSION + 1
    script = NEXT_MIGRATION.format(
        revision=schema.revision_of(version), down=schema.revision_of(SCHEMA_VERSION), more=""
    )
    (folder / "versions" / f"v{version:04}_next.py").write_text(script)
    monkeypatch.setattr(schema, "MIGRATIONS_FOLDER", folder)
    monkeypatch.setattr(schema, "SCHEMA_VERSION", version)
    return folder


def test_a_fresh_database_is_what_the_migrations_make(tmp_path: Path) -> None:
    fresh, migrated = tmp_path / "fresh.db", tmp_path / "migrated.db"
    upgrade(fresh)
    migrate(migrated, scripts=schema.MIGRATIONS_FOLDER, target="head")
    assert contents(fresh) == contents(migrated)


def test_the_first_schema_with_rows_becomes_todays(tmp_path: Path) -> None:
    path, fresh = tmp_path / "mulgil.db", tmp_path / "fresh.db"
    migrate(path, scripts=schema.MIGRATIONS_FOLDER, target="0001")
    write(path, INSERT_RUN, INSERT_XCOM)
    assert schema_state(path) == SchemaState(SchemaStanding.OLDER, 1)
    before = contents(path)
    assert upgrade(path).backup == path.with_name("mulgil.db.backup-1")
    upgrade(fresh)
    after = contents(path)
    assert {name: found for name, found in after.items() if not name.startswith("rows of")} == {
        name: found for name, found in contents(fresh).items() if not name.startswith("rows of")
    }
    kept = {name for name in before if name.startswith("rows of")} - {"rows of alembic_version"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    write(
        path,
        "INSERT INTO backfill VALUES (1, 'd', 1, 2, 0, 4, 'failed', '[]', '{}', 'running', 3, 'ann', NULL)",
        "INSERT INTO backfill_run VALUES (1, 0, 1, 2, 'running', 'create', 'r', NULL, 3, NULL)",
    )
    assert find_damage(path) == ()


def test_the_version_of_the_program_is_the_last_migration(tmp_path: Path) -> None:
    path = tmp_path / "mulgil.db"
    migrate(path, scripts=schema.MIGRATIONS_FOLDER, target="head")
    assert schema_state(path) == SchemaState(SchemaStanding.CURRENT, SCHEMA_VERSION)
    assert len(list((schema.MIGRATIONS_FOLDER / "versions").glob("v*.py"))) == SCHEMA_VERSION


def test_a_database_is_created_once(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "mulgil.db"
    steps: list[str] = []
    assert schema_state(path) == SchemaState(SchemaStanding.FRESH, 0)
    assert not path.exists()
    made = upgrade(path, progress=lambda step: steps.append(render(step)))
    assert (made.old, made.new, made.backup) == (0, SCHEMA_VERSION, None)
    again = upgrade(path, progress=lambda step: steps.append(render(step)))
    assert (again.old, again.new, again.backup) == (SCHEMA_VERSION, SCHEMA_VERSION, None)
    assert steps == [f"Creating {path} (schema version {SCHEMA_VERSION}) …"]
    assert check_schema(path) == SCHEMA_VERSION
    assert find_damage(path) == ()
    assert path.stat().st_mode & 0o777 == 0o600
    assert query(path, "PRAGMA journal_mode") == [("wal",)]


def test_a_creation_that_fails_leaves_nothing_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mulgil.db"
    with monkeypatch.context() as patch:
        patch.setattr(schema, "creation_statements", lambda: ["CREATE TABLE lease (a)", "CREATE NONSENSE"])
        with pytest.raises(StoreError, match="refused a statement"):
            upgrade(path)
    assert schema_state(path).standing is SchemaStanding.FRESH
    assert upgrade(path).new == SCHEMA_VERSION


def test_a_database_that_cannot_be_created_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnusableDatabaseError, match="can't be created"):
        upgrade(tmp_path / "file" / "mulgil.db")


def test_an_empty_file_counts_as_fresh(tmp_path: Path) -> None:
    path = tmp_path / "mulgil.db"
    path.touch()
    assert schema_state(path).standing is SchemaStanding.FRESH
    with pytest.raises(SchemaVersionError, match="run `mulgil db upgrade` or `mulgil up` to create it"):
        SqlMetadataStore.open(path, cipher=NoCipher())
    assert upgrade(path).old == 0


def test_a_missing_database_is_not_created_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(SchemaVersionError, match="there is no database at"):
        SqlMetadataStore.open(tmp_path / "mulgil.db", cipher=NoCipher())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("next_version")
def test_an_older_database_is_refused_with_the_command_to_run(older: Path) -> None:
    needed = f"has schema version {TODAY}, this program needs {TODAY + 1}"
    expected = f"{needed}: stop mulgil and run `mulgil db upgrade`"
    with pytest.raises(SchemaVersionError, match=expected):
        SqlMetadataStore.open(older, cipher=NoCipher())
    with pytest.raises(SchemaVersionError, match=expected):
        check_schema(older)
    assert schema_state(older) == SchemaState(SchemaStanding.OLDER, TODAY)


@pytest.mark.usefixtures("next_version")
def test_an_older_database_is_backed_up_and_migrated_with_its_data(older: Path) -> None:
    before = contents(older)
    steps: list[str] = []
    done = upgrade(older, progress=lambda step: steps.append(render(step)))
    backup = older.with_name(f"mulgil.db.backup-{TODAY}")
    assert (done.old, done.new, done.backup) == (TODAY, TODAY + 1, backup)
    assert contents(backup) == before
    assert backup.stat().st_mode & 0o777 == 0o600
    assert query(older, "SELECT dag_id, run_id, label FROM dag_run") == [("d", "r", "d:r")]
    assert query(older, "SELECT count(*) FROM xcom") == [(1,)]
    assert schema_state(older).standing is SchemaStanding.CURRENT
    assert steps == [
        f"Backing up {older} to {backup} …",
        f"Upgrading {older} from schema version {TODAY} to {TODAY + 1} …",
    ]


@pytest.mark.usefixtures("next_version")
def test_a_backup_never_replaces_an_earlier_one(older: Path) -> None:
    earlier = older.with_name(f"mulgil.db.backup-{TODAY}")
    earlier.write_text("precious")
    assert upgrade(older).backup == older.with_name(f"mulgil.db.backup-{TODAY}-2")
    assert earlier.read_text() == "precious"


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        ("op.execute('SELECT nonsense')", Exception, "nonsense"),
        ('op.execute("DELETE FROM dag_run")', UnusableDatabaseError, "table xcom would refer to missing rows"),
    ],
)
def test_a_migration_that_fails_changes_nothing(
    older: Path, next_version: Path, more: str, error: type[Exception], message: str
) -> None:
    old, new = schema.revision_of(TODAY), schema.revision_of(TODAY + 1)
    (script,) = (next_version / "versions").glob(f"v{new}*")
    script.write_text(NEXT_MIGRATION.format(revision=new, down=old, more=more))
    before = contents(older)
    with pytest.raises(error, match=message):
        upgrade(older)
    assert contents(older) == before
    assert schema_state(older) == SchemaState(SchemaStanding.OLDER, TODAY)


def test_a_newer_database_is_refused_naming_both_versions(older: Path) -> None:
    write(older, "UPDATE alembic_version SET version_num = '0009'")
    before = contents(older)
    expected = f"has schema version 9, newer than this program's {SCHEMA_VERSION}: install the mulgil that wrote it"
    with pytest.raises(SchemaVersionError, match=expected):
        SqlMetadataStore.open(older, cipher=NoCipher())
    with pytest.raises(SchemaVersionError, match=expected):
        upgrade(older)
    assert contents(older) == before


@pytest.mark.parametrize("statement", ["CREATE TABLE t (a)", "CREATE TABLE alembic_version (version_num)"])
def test_a_database_of_another_program_is_left_alone(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "other.db"
    write(path, statement)
    before = path.read_bytes()
    for refused in (schema_state, check_schema, upgrade):
        with pytest.raises(UnusableDatabaseError, match="is a database of another program"):
            refused(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mulgil.db"
    path.write_text("these are not the bytes you are looking for" * 100)
    with pytest.raises(UnusableDatabaseError, match="is not a mulgil database"):
        SqlMetadataStore.open(path, cipher=NoCipher())


def test_dangling_rows_are_found(older: Path) -> None:
    write(older, "DELETE FROM dag_run")
    assert [render(problem) for problem in find_damage(older)] == [
        "table xcom has rows that refer to a missing row of table dag_run"
    ]


def test_damaged_pages_are_found(older: Path) -> None:
    write(older, "PRAGMA wal_checkpoint(TRUNCATE)")
    (root,) = query(older, "SELECT rootpage FROM sqlite_master WHERE name = 'dag_run_uid'")[0]
    data = bytearray(older.read_bytes())
    page = int.from_bytes(data[16:18], "big")
    data[(int(str(root)) - 1) * page : int(str(root)) * page] = bytes(page)
    older.write_bytes(data)
    assert any("is damaged" in render(problem) for problem in find_damage(older))


def test_an_ordinary_start_loads_no_query_builder(older: Path) -> None:
    program = (
        "import sys; from mulgil.stores.sql import SqlMetadataStore; from mulgil.secrets import FileCipher; "
        "from pathlib import Path; store = SqlMetadataStore.open(Path(sys.argv[1]), cipher=FileCipher(Path('k'))); "
        "store.claim('s'), store.dags(), store.runs(), store.active_runs(), store.events(); store.close(); "
        "print(sorted({'sqlalchemy', 'alembic', 'cryptography', 'logging'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program, str(older)], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
