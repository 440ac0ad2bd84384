"""How instants are printed in templates (Airflow's filters, same names)."""

from datetime import datetime


def ds(instant: datetime) -> str:
    """Return the date: `2013-01-05`."""
    return instant.strftime("%Y-%m-%d")


def ds_nodash(instant: datetime) -> str:
    """Return the date without dashes: `20130105`."""
    return instant.strftime("%Y%m%d")


def ts(instant: datetime) -> str:
    """Return the instant: `2013-01-05T00:00:00-05:00`."""
    return instant.isoformat()


def ts_nodash(instant: datetime) -> str:
    """Return the local time without dashes and zone: `20130105T000000`."""
    return instant.strftime("%Y%m%dT%H%M%S")


def ts_nodash_with_tz(instant: datetime) -> str:
    """Return the instant without dashes: `20130105T000000-0500`."""
    return instant.strftime("%Y%m%dT%H%M%S%z")


FILTERS = {
    "ds": ds,
    "ds_nodash": ds_nodash,
    "ts": ts,
    "ts_nodash": ts_nodash,
    "ts_nodash_with_tz": ts_nodash_with_tz,
}
