"""Raw SQL appends to a table of the warehouse, beside the write contract."""

import duckdb

from mulgil import Connection, Table, dag, task, transform

sales = Table("warehouse", "sales", partition_by="day")


@dag(schedule="@daily", start_date="2026-01-01")
def careless():
    loaded = transform("select {{ ds }} as day, range as store from range(3)", into=sales)

    @task
    def append(ds: str) -> None:
        with duckdb.connect(Connection.get("warehouse").host) as warehouse:
            warehouse.execute("create table if not exists total (day varchar, stores bigint)")
            warehouse.execute("insert into total select day, count(*) from sales where day = ? group by day", [ds])

    loaded >> append()


careless()
