"""Python computes with today instead of the interval: two runs on one day agree, a day later they don't."""

import sqlite3
from datetime import date

from mulgil import Connection, dag, task


@dag(schedule="@daily", start_date="2026-01-01")
def careless():
    @task
    def age(ds: str) -> None:
        days = (date.today() - date.fromisoformat(ds)).days
        with sqlite3.connect(Connection.get("app").host) as app:
            app.execute("create table if not exists age (day text primary key, days integer)")
            app.execute("insert or replace into age values (?, ?)", (ds, days))

    age()


careless()
