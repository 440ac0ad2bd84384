"""A running total: the newest row before, whichever runs have been there, and today's."""

import sqlite3

from mulgil import Connection, dag, task


@dag(schedule="@daily", start_date="2026-01-01", max_active_runs=1)
def careless():
    @task
    def add_up(ds: str) -> None:
        with sqlite3.connect(Connection.get("app").host) as app:
            app.execute("create table if not exists total (day text primary key, amount integer)")
            before = app.execute("select max(amount) from total where day < ?", (ds,)).fetchone()[0]
            app.execute("insert or replace into total values (?, ?)", (ds, 10 + (before or 0)))

    add_up()


careless()
