"""The table of types says what the code does."""

import re

import pytest
from pages import REPOSITORY

from mulgil.connectors.duckdb.dialect import DuckDbDialect
from mulgil.connectors.sqlite.dialect import SqliteDialect
from mulgil.data.column_type import _ALIASES, ColumnType, parse_type

PAGE = (REPOSITORY / "docs/concepts/schemas.md").read_text(encoding="utf-8")
ROWS = [
    [re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|")]
    for line in PAGE.partition("| type | also |")[2].partition("\n\n")[0].splitlines()[2:]
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][0])
def test_each_type_is_spelled_as_the_table_says(row: list[list[str]]) -> None:
    (name,), aliases, (in_duckdb,), (in_sqlite,), _ = row
    kind = parse_type(name, column="x")
    assert [parse_type(alias, column="x") for alias in aliases] == [kind] * len(aliases)
    assert (DuckDbDialect().column_type(kind), SqliteDialect().column_type(kind)) == (in_duckdb, in_sqlite)


def test_the_table_has_every_type() -> None:
    shown = {parse_type(row[0][0], column="x").name for row in ROWS}
    assert shown == {name for name in _ALIASES if name != "timestamptz"}
    assert ColumnType(name="string", length=20) in [parse_type(row[0][0], column="x") for row in ROWS]
