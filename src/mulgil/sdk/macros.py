"""`macros` in templates: Airflow's small set."""

import datetime as _datetime
import json as _json
from datetime import timedelta


class _Json:
    """What templates need of JSON; never the module, whose imports lead out of the sandbox."""

    dumps = staticmethod(_json.dumps)
    loads = staticmethod(_json.loads)


class Macros:
    """Functions and modules for templates: `{{ macros.ds_add(ds, -1) }}`."""

    datetime = _datetime.datetime
    timedelta = timedelta
    json = _Json

    @staticmethod
    def ds_add(ds: str, days: int) -> str:
        """Return the date `days` after `ds` (before it when negative)."""
        return (_datetime.date.fromisoformat(ds) + timedelta(days=days)).isoformat()

    @staticmethod
    def ds_format(ds: str, input_format: str, output_format: str) -> str:
        """Read `ds` by one strftime format and print it by another."""
        zone = _datetime.UTC
        return _datetime.datetime.strptime(ds, input_format).replace(tzinfo=zone).strftime(output_format)
