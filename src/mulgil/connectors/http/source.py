"""`HttpSource`: the rows of a JSON API."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit, urlunsplit

import msgspec

from mulgil.connectors.http.fetch import Fetcher, Limits
from mulgil.connectors.http.pages import Answer, Pages, Step, Walk
from mulgil.connectors.http.records import read_page, to_batch
from mulgil.data.arrow_type import arrow_schema
from mulgil.data.cursor import Cursor
from mulgil.data.errors import DeclarationError, SourceError, SourceShapeError
from mulgil.data.json_rows import JsonRows
from mulgil.data.reject import BadRows
from mulgil.data.source import Reading, Source
from mulgil.data.target import Batches
from mulgil.model import Connection

if TYPE_CHECKING:
    import pyarrow as pa

_REDIRECTS = 5
_ACCEPTED = {"Accept": "application/json", "Accept-Encoding": "gzip"}


class HttpSource(Source):
    """GETs `path` of a connection and reads the records of the answer, page by page.

    `records` is the way to them (`items`, `data.items`; None = the body is the list). `columns` are the
    fields that become columns, with their types; without them all fields of the first page do, with the
    types that they show there: an empty first page is then an error because it shows none, and so is a
    field or type that it didn't show. With `cursor` only rows above the last value of this column are
    kept; `cursor_parameter` is how the API is asked for no others, if it can be.
    """

    template_fields: ClassVar[tuple[str, ...]] = ("path", "params", "headers")
    preload: ClassVar[tuple[str, ...]] = ("pyarrow", "pyarrow.json", "pyarrow.compute", "urllib3")

    def __init__(
        self,
        connection_id: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        records: str | None = "items",
        pages: Pages | None = None,
        columns: Mapping[str, str] | None = None,
        tries: int = 8,
        timeout_seconds: float = 30.0,
        deadline_seconds: float = 900.0,
        requests_per_second: float | None = None,
        cursor: Cursor | str | None = None,
        cursor_parameter: str | None = None,
    ) -> None:
        """Declare what to read; nothing is requested.

        Raises:
            DeclarationError: A limit can't be.
        """
        self.connection_id = connection_id
        self.path = path
        self.params: Mapping[str, object] = dict(params or {})
        self.headers: Mapping[str, str] = dict(headers or {})
        self.records = records
        self.pages = pages
        self.columns = dict(columns) if columns is not None else None
        self.cursor = Cursor.read(cursor)
        self.cursor_parameter = cursor_parameter
        if requests_per_second is not None and requests_per_second <= 0:
            raise DeclarationError("http.rate_not_positive", rate=requests_per_second)
        self.limits = Limits(
            tries=tries,
            timeout_seconds=timeout_seconds,
            deadline_seconds=deadline_seconds,
            requests_per_second=requests_per_second,
        )

    @property
    def shown_as(self) -> str:
        """Connection and path."""
        return f"{self.connection_id}{self.path}"

    @contextmanager
    def open(self, reading: Reading) -> Iterator[Batches]:
        """Fetch the first page, and the others as they are asked for."""
        from urllib3 import PoolManager, Retry

        connection = reading.runtime.get_connection(self.connection_id)
        secrets = _extra(connection, "params")
        window = reading.window
        since: dict[str, str] = {}
        if self.cursor_parameter and window and window.before:
            since = {self.cursor_parameter: str(window.before)}
        headers = {**_ACCEPTED, **authorization(connection), **_extra(connection, "headers"), **self.headers}
        # Trying again is ours, because it must cover the body, too; only redirects are left to the pool, and
        # none of our headers follows one to another server.
        retries = Retry(
            total=None,
            connect=0,
            read=0,
            status=0,
            other=0,
            redirect=_REDIRECTS,
            raise_on_status=False,
            remove_headers_on_redirect=[*Retry.DEFAULT_REMOVE_HEADERS_ON_REDIRECT, *headers],
        )
        hidden = {spelt for value in secrets.values() for spelt in (quote(value), quote_plus(value), value) if spelt}
        with PoolManager(retries=retries) as pool:
            fetcher = Fetcher(pool, headers, self.limits, reading, secrets=tuple(sorted(hidden, key=len, reverse=True)))
            pages = self._pages(fetcher, _Address(_whole(base_address(connection)), since, secrets), reading.bad_rows)
            first, total = next(pages)
            yield Batches(first.schema, _chained(first, pages), total=total)

    def _pages(
        self, fetcher: Fetcher, address: "_Address", bad_rows: BadRows
    ) -> "Iterator[tuple[pa.RecordBatch, int | None]]":
        rows = JsonRows(None if self.columns is None else arrow_schema(self.columns))
        walk = None if self.pages is None else Walk(self.pages)
        step: Step | None = walk.begin() if walk else Step()
        done = 0
        for number in count():
            if step is None:
                return
            url = self._url(address, step)
            label = self.pages.label(number) if self.pages else 1
            shown = fetcher.shown(url)
            reply = fetcher.get(url)
            page = read_page(reply.body, path=self.records, url=shown, page=label)
            batch = to_batch(page, rows, bad_rows, url=shown, number=label, done=done)
            done += len(page.records)
            answer = Answer(
                url=shown, number=number, rows=len(page.records), body=reply.body, fields=page.fields, link=reply.link
            )
            step = walk.after(answer) if walk else None
            yield batch, walk.said.total if walk and walk.said else done

    def _url(self, address: "_Address", step: Step) -> str:
        if step.url is not None:
            if _origin(step.url) != _origin(address.base):
                raise SourceShapeError("http.next_elsewhere", url=address.base, next=step.url)
            return _with_parameters(step.url, address.secrets)
        given = {name: str(value) for name, value in self.params.items() if value is not None}
        asked = {**given, **address.since, **step.parameters, **address.secrets}
        return _with_parameters(f"{address.base}/{str(self.path).lstrip('/')}", asked)


class _Address(msgspec.Struct, frozen=True):
    """Where requests go, and what goes with each: from where on rows are new, and secrets."""

    base: str
    since: dict[str, str]
    secrets: dict[str, str]


def _chained(
    first: "pa.RecordBatch", rest: "Iterator[tuple[pa.RecordBatch, int | None]]"
) -> "Iterator[pa.RecordBatch]":
    yield first
    for batch, _ in rest:
        yield batch


def _with_parameters(address: str, parameters: Mapping[str, str]) -> str:
    """Add parameters to an address; one that it has already is replaced."""
    split = urlsplit(address)
    kept = parse_qsl(split.query, keep_blank_values=True)
    if parameters.keys() & {name for name, _ in kept}:
        kept = [(name, value) for name, value in kept if name not in parameters]
        return urlunsplit(split._replace(query=urlencode([*kept, *parameters.items()])))
    if not parameters:
        return address
    return f"{address}{'&' if split.query else '?'}{urlencode(parameters)}"


def _origin(address: str) -> tuple[str, str | None, int | None]:
    split = urlsplit(address)
    return split.scheme, split.hostname, split.port or {"http": 80, "https": 443}.get(split.scheme)


def base_address(connection: Connection) -> str:
    """Return the address that a connection leads to, without a slash at its end."""
    address = connection.host if "://" in connection.host else f"{connection.schema or 'http'}://{connection.host}"
    port = "" if connection.port is None else f":{connection.port}"
    return f"{address.rstrip('/')}{port}"


def _whole(address: str) -> str:
    """Return an address that can be one, or refuse it before anything is asked."""
    try:
        urlsplit(address)
    except ValueError as error:
        raise SourceError("http.address", url=address, why=f"{error}.") from error
    return address


def authorization(connection: Connection) -> dict[str, str]:
    """Return the header that proves who asks; none without credentials."""
    token = connection.extra.get("token")
    if token:
        return {"Authorization": f"Bearer {token}"}
    if connection.login:
        pair = b64encode(f"{connection.login}:{connection.password}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    return {}


def _extra(connection: Connection, name: str) -> dict[str, str]:
    """Return headers or parameters that the connection adds to each request, such as an API key."""
    given = connection.extra.get(name)
    return {str(key): str(value) for key, value in given.items()} if isinstance(given, Mapping) else {}
