"""A file whose name is also that of a schema in it, which DuckDB can't tell apart by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mulgil.connectors.files import CsvSource
from mulgil.data import Table, load, transform
from mulgil.sdk import DAG


@pytest.mark.parametrize("name", ["raw.duckdb", "RAW.duckdb", "main.duckdb"])
def test_a_file_may_be_called_like_a_schema_in_it(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    source = tmp_path / "orders.csv"
    source.write_text("id,word\n1,a\n2,b\n")
    with DAG("orders", schedule="@daily", start_date=datetime(2026, 1, 1, tzinfo=UTC)) as dag:
        orders = Table("there", "raw.orders", key=["id"])
        first = load(CsvSource(str(source), columns={"id": "int64", "word": "text"}), into=orders, mode="merge")
        sums = Table("there", "main.sums")
        first >> transform("select count(*) as n from raw.orders", into=sums, tables={"orders": orders})
    for _ in range(2):
        result = dag.test(connections={"there": f"duckdb:{file}", "app": f"file:{tmp_path}"}, quiet=True)
        assert result.succeeded, result.states()
