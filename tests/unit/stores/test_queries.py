"""The named statements: each is used, each exists, each fits the schema, the hot ones use an index."""

import ast
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

import mulgil.stores.sql
from mulgil.stores.sql.queries import load_statements
from mulgil.stores.sql.schema import creation_statements

STATEMENTS = load_statements("sqlite")
SOURCE = Path(mulgil.stores.sql.__file__).parent


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:")
    for statement in creation_statements():
        opened.execute(statement)
    # Explained, a creation must not find its table there: it goes to a database of its own.
    opened.execute("ATTACH ':memory:' AS versions")
    opened.execute(STATEMENTS["create_schema_version"].replace("alembic_version (", "versions.alembic_version ("))
    yield opened
    opened.close()


def string_literals() -> set[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py"))
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def composed_names() -> set[str]:
    """Names that the source puts together from parts, such as `runs` + `_of_dag` + `_in_state`."""
    runs = {f"runs{dag}{state}" for dag in ("", "_of_dag") for state in ("", "_in_state")}
    kinds = {f"{verb}_{kind}" for verb in ("put", "delete") for kind in ("pool", "connection", "variable")}
    exists = {f"{kind}_exists" for kind in ("pool", "connection", "variable")}
    return runs | kinds | exists | {"attempts_of_task", "xcoms_of_map_index", "backfills_of_dag"}


def test_every_statement_is_used() -> None:
    assert sorted(STATEMENTS.keys() - string_literals() - composed_names()) == []


def test_every_composed_name_exists() -> None:
    assert sorted(composed_names() - STATEMENTS.keys()) == []


def test_no_two_files_define_one_name() -> None:
    folder = SOURCE / "queries"
    names = [
        line.removeprefix("-- name: ")
        for path in folder.rglob("*.sql")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("-- name: ")
    ]
    assert sorted(names) == sorted(STATEMENTS)


@pytest.mark.parametrize("name", sorted(STATEMENTS))
def test_every_statement_fits_the_schema(connection: sqlite3.Connection, name: str) -> None:
    params = dict.fromkeys(re.findall(r":([a-z_]+)", STATEMENTS[name]))
    connection.execute(f"EXPLAIN {STATEMENTS[name]}", params)


@pytest.mark.parametrize(
    "name",
    [
        "active_runs", "instances_of_active_runs", "live_attempts_of_active_runs", "run_by_id", "run_of_interval",
        "task_instances", "attempts", "attempts_of_task", "live_attempts", "xcoms", "asset_commits", "pending_commands",
        "answer", "answer_command", "update_run", "set_dag_paused", "drop_xcoms", "dags_of_file", "versions", "events",
        "events_of_dag", "runs", "runs_of_dag", "run_counts", "last_event",
    ],
)  # fmt: skip
def test_no_hot_statement_reads_a_whole_growing_table(connection: sqlite3.Connection, name: str) -> None:
    params = dict.fromkeys(re.findall(r":([a-z_]+)", STATEMENTS[name]))
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {STATEMENTS[name]}", params)]
    whole = [step for step in plan if step.startswith("SCAN") and "USING" not in step and "CONSTANT ROW" not in step]
    assert [step for step in whole if "json_each" not in step] == [], plan
