"""The schema's description: exact values through its own types, and a form for each database."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, MetaData, Table, create_engine, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from mulgil.stores.sql.column_types import Instant, Json
from mulgil.stores.sql.tables import metadata

SQLITE: Dialect = sqlite.dialect()  # type: ignore[no-untyped-call]
POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def ddl(name: str, dialect: Dialect) -> str:
    table = metadata.tables[name]
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    parts = [CreateTable(table).compile(dialect=dialect), *(CreateIndex(i).compile(dialect=dialect) for i in indexes)]
    return " ".join(" ".join(str(part) for part in parts).split())


@pytest.mark.parametrize("name", sorted(metadata.tables))
@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=["sqlite", "postgresql"])
def test_every_table_has_a_form_for_every_database(name: str, dialect: Dialect) -> None:
    assert ddl(name, dialect).startswith(f"CREATE TABLE {name} (")


def test_instants_and_json_have_the_databases_own_types() -> None:
    assert "created_at INTEGER NOT NULL, conf TEXT NOT NULL" in ddl("dag_run", SQLITE)
    assert "created_at TIMESTAMP WITH TIME ZONE NOT NULL, conf JSONB NOT NULL" in ddl("dag_run", POSTGRESQL)


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL], ids=["sqlite", "postgresql"])
def test_an_interval_is_unique_for_some_runs_only(dialect: Dialect) -> None:
    index = "UNIQUE INDEX dag_run_of_interval ON dag_run (dag_id, interval_start, interval_end)"
    assert f"{index} WHERE run_type IN ('scheduled', 'backfill')" in ddl("dag_run", dialect)


def test_migrations_read_and_write_python_values() -> None:
    table = Table("t", MetaData(), Column("at", Instant), Column("value", Json))
    moment = datetime(2026, 1, 1, 9, 0, 0, 1, tzinfo=timezone(timedelta(hours=9)))
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"at": moment, "value": {"키": [1, None]}}, {"at": None, "value": None}])
        assert connection.exec_driver_sql("SELECT at FROM t").fetchall()[0] == (1_767_225_600_000_001,)
        rows = [tuple(row) for row in connection.execute(select(table))]
    engine.dispose()
    assert rows == [(datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC), {"키": [1, None]}), (None, None)]
