"""Reads the newest day that there is instead of its own."""

from mulgil import Table, dag, transform

raw = Table("warehouse", "raw", partition_by="day")
daily = Table("warehouse", "daily", partition_by="day")


@dag(schedule="@daily", start_date="2026-01-01")
def careless():
    transform("select {{ ds }} as day, range as store from range(1, 2 + day({{ ds }}))", into=raw)
    transform(
        """
        select {{ ds }} as day, count(*) as stores
        from {{ raw }} where day = (select max(day) from {{ raw }})
        """,
        into=daily,
    )


careless()
