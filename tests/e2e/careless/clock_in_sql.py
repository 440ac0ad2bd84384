"""The partition follows the interval, a column the machine's clock, inside SQL."""

from mulgil import Table, dag, transform

sales = Table("warehouse", "sales", partition_by="day")


@dag(schedule="@daily", start_date="2026-01-01")
def careless():
    transform("select {{ ds }} as day, range as store, current_date as seen from range(3)", into=sales)


careless()
