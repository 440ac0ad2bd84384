"""A sample of rows without an order: any three may come."""

from mulgil import Table, dag, transform

picked = Table("warehouse", "picked", partition_by="day")


@dag(schedule="@daily", start_date="2026-01-01")
def careless():
    transform("select {{ ds }} as day, range as store from range(100) limit 3", into=picked)


careless()
