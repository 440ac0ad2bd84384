"""`HttpSource`: the rows of a JSON API."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlencode

from mulgil.connectors.http.fetch import Fetcher, Limits
from mulgil.connectors.http.pages import PageCount, PageNumber
from mulgil.connectors.http.records import Page, read_page, to_batch
from mulgil.data.arrow_type import arrow_schema
from mulgil.data.source import Reading, Source
from mulgil.data.target import Batches
from mulgil.model import Connection

if TYPE_CHECKING:
    import pyarrow as pa

_REDIRECTS = 5


class HttpSource(Source):
    """GETs `path` of a connection and reads the records of the answer, page by page.

    `records` is the field that holds them (None = the body is the list). `columns` are the fields that
    become columns, with their types; without them all fields of the first page do, with the types that
    they show there, and an empty answer is an error because it shows none.
    """

    template_fields: ClassVar[tuple[str, ...]] = ("path", "params", "headers")
    preload: ClassVar[tuple[str, ...]] = ("pyarrow", "pyarrow.json", "urllib3")

    def __init__(
        self,
        connection_id: str,
        path: str,
        *,
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        records: str | None = "items",
        pages: PageNumber | None = None,
        columns: Mapping[str, str] | None = None,
        tries: int = 8,
        timeout_seconds: float = 30.0,
        deadline_seconds: float = 900.0,
    ) -> None:
        """Declare what to read; nothing is requested."""
        self.connection_id = connection_id
        self.path = path
        self.params: Mapping[str, object] = dict(params or {})
        self.headers: Mapping[str, str] = dict(headers or {})
        self.records = records
        self.pages = pages
        self.columns = dict(columns) if columns is not None else None
        self.limits = Limits(tries=tries, timeout_seconds=timeout_seconds, deadline_seconds=deadline_seconds)

    @property
    def shown_as(self) -> str:
        """Connection and path."""
        return f"{self.connection_id}{self.path}"

    @contextmanager
    def open(self, reading: Reading) -> Iterator[Batches]:
        """Fetch the first page, and the others as they are asked for."""
        from urllib3 import PoolManager, Retry

        connection = reading.runtime.get_connection(self.connection_id)
        # Trying again is ours, because it must cover the body, too; only redirects are left to the pool.
        retries = Retry(total=None, connect=0, read=0, status=0, other=0, redirect=_REDIRECTS, raise_on_status=False)
        with PoolManager(retries=retries) as pool:
            fetcher = Fetcher(pool, {**_authorization(connection), **self.headers}, self.limits, reading)
            pages = self._pages(fetcher, _base_address(connection))
            first, total = next(pages)
            yield Batches(first.schema, _chained(first, pages), total=total)

    def _pages(self, fetcher: Fetcher, base: str) -> "Iterator[tuple[pa.RecordBatch, int | None]]":
        schema = None if self.columns is None else arrow_schema(self.columns)
        counted = None if self.pages is None else PageCount(self.pages)
        for number in count():
            url = self._url(base, number)
            page = self._read(fetcher, url, number)
            batch = to_batch(page, schema, url=url, number=self._shown(number))
            schema = batch.schema
            goes_on = counted is not None and counted.add(page.envelope, rows=batch.num_rows, number=number, url=url)
            yield batch, counted.total if counted else batch.num_rows
            if not goes_on:
                return

    def _read(self, fetcher: Fetcher, url: str, number: int) -> Page:
        return read_page(fetcher.get(url), field=self.records, url=url, page=self._shown(number))

    def _shown(self, number: int) -> int:
        return number + (self.pages.first if self.pages else 1)

    def _url(self, base: str, number: int) -> str:
        params = {name: str(value) for name, value in self.params.items()}
        if self.pages is not None:
            params |= self.pages.parameters(number)
        address = f"{base}/{str(self.path).lstrip('/')}"
        if not params:
            return address
        return f"{address}{'&' if '?' in address else '?'}{urlencode(params)}"


def _chained(
    first: "pa.RecordBatch", rest: "Iterator[tuple[pa.RecordBatch, int | None]]"
) -> "Iterator[pa.RecordBatch]":
    yield first
    for batch, _ in rest:
        yield batch


def _base_address(connection: Connection) -> str:
    address = connection.host if "://" in connection.host else f"{connection.schema or 'http'}://{connection.host}"
    port = "" if connection.port is None else f":{connection.port}"
    return f"{address.rstrip('/')}{port}"


def _authorization(connection: Connection) -> dict[str, str]:
    token = connection.extra.get("token")
    if token:
        return {"Authorization": f"Bearer {token}"}
    if connection.login:
        pair = b64encode(f"{connection.login}:{connection.password}".encode()).decode()
        return {"Authorization": f"Basic {pair}"}
    return {}
