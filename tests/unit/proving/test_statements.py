"""Reading SQL for what no run can show."""

import pytest

from mulgil.data import Table, load, transform
from mulgil.proving.statements import find_hits, scan_sql
from mulgil.sdk import DAG, task


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("select current_date", [("clock", "current_date")]),
        ("select NOW() - interval 1 day", [("clock", "NOW")]),
        ("select date('now', '-1 day')", [("clock", "date('now'")]),
        ("select strftime('%s','now')", [("clock", "strftime('%s','now'")]),
        ("select today()", [("clock", "today")]),
        ("select today, now from t", []),
        ("select 'current_date' as x, \"now\"", []),
        ("select 1 -- now()\n/* random() */", []),
        ("select {{ ds }} as day, '{{ now() }}' as x", []),
        ("select uuid(), random()", [("chance", "uuid"), ("chance", "random")]),
        ("select x::uuid from t", []),
        ("select * from t using sample 10%", [("chance", "using sample")]),
        ("select * from t limit 3", [("limit", "LIMIT")]),
        ("select * from t order by a limit 3", []),
        ("select * from (select * from t order by a) limit 3", [("limit", "LIMIT")]),
        ("select * from (select * from t limit 3) order by a", [("limit", "LIMIT")]),
        ("select row_number() over (order by a) from t limit 3", [("limit", "LIMIT")]),
        ("select * from t order by a limit 1 union all select * from u limit 1", [("limit", "LIMIT")]),
    ],
)
def test_scan(sql: str, found: list[tuple[str, str]]) -> None:
    assert scan_sql(sql) == found


def test_every_kind_of_task_is_read() -> None:
    table = Table("warehouse", "t")
    with DAG("sql", schedule=None) as dag:
        transform("select now() as at", into=table, task_id="transformed")
        load(table, select="select * from source limit 1", into=Table("app", "u"), task_id="loaded")

        @task
        def written(name: str) -> str:
            said = f"insert into {name} values (current_timestamp)"
            return said + "Now (as they say) select nothing"

        written("t")
        written.expand(name=["a", "b"])
    hits = find_hits(dag)
    assert [(hit.task_id, hit.kind) for hit in hits] == [
        ("transformed", "clock"),
        ("loaded", "limit"),
        ("written", "clock"),
        ("written__1", "clock"),
    ]
    assert all(hit.line > 0 for hit in hits)
