"""Every row gets a new id each time."""

import sqlite3
from uuid import uuid4

from mulgil import Connection, dag, task


@dag(schedule="@daily", start_date="2026-01-01")
def careless():
    @task
    def save(ds: str) -> None:
        with sqlite3.connect(Connection.get("app").host) as app:
            app.execute("create table if not exists sales (id text, day text, store integer)")
            app.execute("delete from sales where day = ?", (ds,))
            app.executemany("insert into sales values (?, ?, ?)", [(str(uuid4()), ds, store) for store in range(3)])

    save()


careless()
