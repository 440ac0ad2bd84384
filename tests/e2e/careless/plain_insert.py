"""Python inserts: every run, and every try after a death, adds its rows once more."""

import sqlite3

from mulgil import Connection, dag, task


@dag(schedule="@daily", start_date="2026-01-01")
def careless():
    @task
    def save(ds: str) -> None:
        with sqlite3.connect(Connection.get("app").host) as app:
            app.execute("create table if not exists sales (day text, amount integer)")
            app.execute("insert into sales values (?, ?)", (ds, 10))

    save()


careless()
