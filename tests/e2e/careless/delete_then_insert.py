"""Deletes and inserts in two transactions: idempotent, unless it dies between the two."""

import sqlite3

from mulgil import Connection, dag, task


@dag(schedule="@daily", start_date="2026-01-01")
def careless():
    @task
    def save(ds: str) -> None:
        app = sqlite3.connect(Connection.get("app").host, isolation_level=None)
        app.execute("create table if not exists sales (day text, store integer)")
        app.execute("delete from sales where day = ?", (ds,))
        for store in range(3):
            app.execute("insert into sales values (?, ?)", (ds, store))
        app.close()

    save()


careless()
