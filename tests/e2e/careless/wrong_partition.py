"""The table is cut by one date, the query by another."""

from mulgil import Table, dag, transform

orders = Table("warehouse", "orders", partition_by="ordered_on")


@dag(schedule="@daily", start_date="2026-01-01")
def careless():
    transform(
        """
        select * from (
            select {{ ds }}::date - range::int as ordered_on, {{ ds }}::date as shipped_on, range as id from range(3)
        )
        where shipped_on = {{ ds }}
        """,
        into=orders,
    )


careless()
