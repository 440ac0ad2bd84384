"""The main job of a data team: an API into the warehouse, summaries there, and a push to production, day by day.

    API ─▶ raw.flights ─┬─▶ mart.carrier_daily ─▶ carrier_daily (the app's SQLite)
    API ─▶ raw.weather ─┴─▶ mart.route_delay
    API ─▶ raw.airlines, raw.airports

Nothing here says how to write: every table with a date column is replaced day by day, all or nothing, and
running a day again, or killing it anywhere, leaves the same rows. The order of the tasks follows from the
tables that they read and write.
"""

import tomllib
from pathlib import Path

from mulgil import Table, checks, dag, load, transform
from mulgil.connectors.http import HttpSource, PageNumber

DAYS = tomllib.loads((Path(__file__).parent / "range.toml").read_text())
PAGES = PageNumber(size_parameter="per_page", size=1000)

# fmt: off
FLIGHT_COLUMNS = {
    "year": "int32", "month": "int32", "day": "int32",
    "dep_time": "int32", "sched_dep_time": "int32", "dep_delay": "double",
    "arr_time": "int32", "sched_arr_time": "int32", "arr_delay": "double",
    "carrier": "string", "flight": "int32", "tailnum": "string", "origin": "string", "dest": "string",
    "air_time": "double", "distance": "double", "hour": "int32", "minute": "int32",
    "time_hour": "timestamp[us, UTC]",
}
WEATHER_COLUMNS = {
    "origin": "string", "year": "int32", "month": "int32", "day": "int32", "temp": "double", "wind_speed": "double",
    "precip": "double", "visib": "double", "time_hour": "timestamp[us, UTC]",
}
# fmt: on

flights = Table("warehouse", "raw.flights", key=["flight_id"], partition_by="flight_date")
weather = Table("warehouse", "raw.weather", partition_by="weather_date")
airlines = Table("warehouse", "raw.airlines", key=["carrier"])
airports = Table("warehouse", "raw.airports", key=["faa"])
carrier_daily = Table("warehouse", "mart.carrier_daily", key=["flight_date", "carrier"], partition_by="flight_date")
route_delay = Table("warehouse", "mart.route_delay", key=["flight_date", "origin", "dest"], partition_by="flight_date")
app_carrier_daily = Table("app", "carrier_daily", key=["flight_date", "carrier"], partition_by="flight_date")


@dag(
    schedule="@daily",
    start_date=DAYS["first"],
    end_date=DAYS["last"],
    timezone="America/New_York",
    catchup=True,
    max_active_runs=4,
    default_args={"retries": 3, "retry_delay": 1},
    tags=["flights"],
)
def nyc_flights() -> None:
    """Flights out of New York City: raw rows, daily summaries, and the app's table."""
    # The API has no flight id: a carrier's flight number is unique within a scheduled hour, which it gives in UTC.
    # The day is the local one, as passengers count it; 38,444 flights of the year fall on another day in UTC.
    load(
        HttpSource("flights_api", "/flights", params={"date": "{{ ds }}"}, pages=PAGES, columns=FLIGHT_COLUMNS),
        select="""
            select strftime(time_hour at time zone 'UTC', '%Y%m%dT%H') || '-' || carrier || '-' || flight as flight_id,
                   make_date(year, month, day) as flight_date, * exclude (year, month, day)
            from source
        """,
        into=flights,
        checks=[
            checks.not_null("carrier", "origin", "dest", "time_hour"),
            checks.row_count(min=1),
            checks.accepted_values("origin", ["EWR", "JFK", "LGA"]),
            checks.sql("select * from staged where origin = dest", name="goes somewhere"),
        ],
    )
    load(
        HttpSource("flights_api", "/weather", params={"date": "{{ ds }}"}, pages=PAGES, columns=WEATHER_COLUMNS),
        select="select make_date(year, month, day) as weather_date, * exclude (year, month, day) from source",
        into=weather,
    )
    load(
        HttpSource("flights_api", "/airlines", pages=PAGES, columns={"carrier": "string", "name": "string"}),
        into=airlines,
    )
    load(
        HttpSource("flights_api", "/airports", pages=PAGES, columns={"faa": "string", "name": "string"}),
        into=airports,
    )

    transform(
        """
        select f.flight_date, f.carrier, any_value(a.name) as carrier_name, count(*) as flights,
               count(f.dep_delay) as departed, count(f.arr_delay) as arrived,
               sum(f.dep_delay) as dep_delay_minutes, sum(f.arr_delay) as arr_delay_minutes,
               avg(f.dep_delay) as mean_dep_delay, avg(f.arr_delay) as mean_arr_delay
        from {{ flights }} f left join {{ airlines }} a using (carrier)
        where f.flight_date = {{ ds }}
        group by f.flight_date, f.carrier
        order by f.carrier
        """,
        into=carrier_daily,
        checks=[checks.not_null("carrier_name", "flights")],
    )
    transform(
        """
        select f.flight_date, f.origin, f.dest, any_value(p.name) as dest_name, count(*) as flights,
               avg(f.dep_delay) as mean_dep_delay, avg(f.arr_delay) as mean_arr_delay,
               round(avg(w.wind_speed), 3) as mean_wind_speed, max(w.precip) as most_precip
        from {{ flights }} f
        left join {{ airports }} p on p.faa = f.dest
        left join {{ weather }} w on w.origin = f.origin and w.time_hour = f.time_hour
        where f.flight_date = {{ ds }}
        group by f.flight_date, f.origin, f.dest
        order by f.origin, f.dest
        """,
        into=route_delay,
    )
    load(carrier_daily, into=app_carrier_daily)


pipeline = nyc_flights()

if __name__ == "__main__":
    # `python nyc_flights.py --date 2013-01-05`: here and now, without a server.
    pipeline.cli()
