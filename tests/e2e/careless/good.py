"""The control: everything that the others do carelessly, done carefully. Nothing may be found."""

import sqlite3

from mulgil import Connection, Table, checks, dag, load, task, transform

raw = Table("warehouse", "raw.sales", partition_by="day")
daily = Table("warehouse", "mart.sales_daily", partition_by="day")
pushed = Table("app", "sales_daily", partition_by="day")


@dag(schedule="@daily", start_date="2026-01-01")
def sales():
    transform(
        "select {{ ds }} as day, range as store, 10 * range + day({{ ds }}) as amount from range(1, 6)",
        into=raw,
        checks=[checks.row_count(min=1)],
    )
    transform(
        "select day, count(*) as stores, sum(amount) as amount from {{ raw }} where day = {{ ds }} group by day",
        into=daily,
    )
    load(daily, into=pushed)

    @task
    def note(ds: str) -> None:
        with sqlite3.connect(Connection.get("notes").host) as notes:
            notes.execute("create table if not exists note (day text primary key, words text)")
            notes.execute("insert or replace into note values (?, ?)", (ds, f"the sales of {ds} are in"))

    note()


sales()
