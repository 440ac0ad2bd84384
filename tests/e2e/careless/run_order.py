"""A running total: yesterday's row, which must have been written before, and today's."""

from mulgil import Table, dag, transform

total = Table("warehouse", "total", partition_by="day")


@dag(schedule="@daily", start_date="2026-01-01", max_active_runs=1)
def careless():
    # `self`: the table as the runs before have left it; a transform may not read what it writes by itself.
    transform(
        """
        select {{ ds }} as day, 10 + coalesce(max(amount), 0) as amount
        from (select * from {{ total }} where day < {{ ds }})
        """,
        into=total,
    )


careless()
