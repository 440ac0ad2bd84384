"""HTTP APIs as sources: `HttpSource("flights_api", "/flights", params={"date": "{{ ds }}"}, pages=PageNumber())`.

The connection's `host` is the base address (`http://127.0.0.1:8013`); `login` and `password` become
basic authentication, `extra["token"]` a bearer token, `extra["headers"]` and `extra["params"]` go with each
request (an API key, say; such parameters are hidden in errors). Retried: 408, 425, 429 and 5xx answers,
time-outs, refused and broken connections (also in the middle of an answer), with growing pauses or those
that `Retry-After` asks for, until the tries of one page or the deadline of the whole read are used up.
"""

from mulgil.connectors.http.pages import CursorToken, LinkHeader, NextUrl, OffsetLimit, PageNumber
from mulgil.connectors.http.source import HttpSource

__all__ = ["CursorToken", "HttpSource", "LinkHeader", "NextUrl", "OffsetLimit", "PageNumber"]
