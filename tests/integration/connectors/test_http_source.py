"""HTTP sources against a server that misbehaves."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest

from mulgil.connectors.http import CursorToken, HttpSource, LinkHeader, NextUrl, OffsetLimit, PageNumber
from mulgil.connectors.http.links import link_with
from mulgil.data.cursor import Cursor, Mark, Window
from mulgil.data.errors import DeclarationError, SourceError, SourceShapeError, TooManyBadRowsError
from mulgil.data.reject import BadRowLimit, BadRows
from mulgil.data.source import Reading
from mulgil.model import Connection, DataInterval

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = {"id": "int64", "at": "timestamp[us, UTC]", "word": "string", "day": "date"}


def item(number: int) -> dict[str, object]:
    return {"id": number, "at": "2013-01-05T10:00:00Z", "word": f"w{number}", "day": "2013-01-05", "more": [1]}


class Server:
    """Answers by a function from (path, query, how often asked) to (status, headers, body or None to reset)."""

    def __init__(self) -> None:
        self.answer: Callable[..., object] = lambda path, query, times: page(query, total=5, size=2)
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.headers.append(dict(self.headers))
                outer.asked.append(self.path)
                split = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(split.query).items()}
                answer = outer.answer(split.path, query, outer.asked.count(self.path))
                status, headers, body = answer if isinstance(answer, tuple) else (200, {}, answer)
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                for name, value in headers.items():
                    if name != "Cut":
                        self.send_header(name, value)
                self.end_headers()
                if "Cut" in headers:
                    self.wfile.write(data[: len(data) // 2])
                    self.wfile.flush()
                    linger = struct.pack("ii", 1, 0)
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.close_connection = True
                    self.connection.close()
                    return
                self.wfile.write(data)

            def finish(self) -> None:
                try:
                    super().finish()
                except OSError:
                    return

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def page(query: dict[str, str], *, total: int, size: int) -> dict[str, object]:
    number = int(query.get("page", 1))
    numbers = range(total)[(number - 1) * size : number * size]
    return {"page": number, "pages": -(-total // size), "total": total, "items": [item(each) for each in numbers]}


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def now(self) -> datetime:
        return NOW + timedelta(seconds=sum(self.waited))

    def monotonic(self) -> float:
        return sum(self.waited)


@contextmanager
def reading(
    server: Server,
    source: HttpSource,
    *,
    bad_rows: BadRows | None = None,
    window: Window | None = None,
    **connection: object,
):
    clock = Clock()
    known = Connection(connection_id="api", conn_type="http", host=server.url, **connection)  # type: ignore[arg-type]
    runtime = SimpleNamespace(get_connection=lambda _: known, clock=clock)
    with source.open(
        Reading(
            runtime=runtime,  # type: ignore[arg-type]
            interval=DataInterval.at(NOW),
            timezone="UTC",
            wait=clock.waited.append,
            bad_rows=bad_rows or BadRows(),
            window=window,
        )
    ) as batches:
        yield batches, clock


def read(server: Server, source: HttpSource, **connection: object) -> tuple[pa.Table, list[float]]:
    with reading(server, source, **connection) as (batches, clock):
        return pa.Table.from_batches(list(batches.batches), batches.schema), clock.waited


def paged(**more: object) -> HttpSource:
    return HttpSource("api", "/items", pages=PageNumber(), columns=COLUMNS, **more)  # type: ignore[arg-type]


def test_pages_become_batches_with_declared_columns(server):
    with reading(server, paged()) as (batches, _):
        assert batches.total == 5
        found = list(batches.batches)
    assert [batch.num_rows for batch in found] == [2, 2, 1]
    assert batches.schema == pa.schema(
        [("id", pa.int64()), ("at", pa.timestamp("us", "UTC")), ("word", pa.string()), ("day", pa.date32())]
    )
    assert found[0].column("at")[0].as_py() == datetime(2013, 1, 5, 10, tzinfo=UTC)
    assert server.asked == [f"/items?page={number}" for number in (1, 2, 3)]


def test_columns_are_inferred_and_then_kept(server):
    source = HttpSource("api", "items?x=1", params={"y": 2}, pages=PageNumber(size_parameter="per_page", size=2))
    table, _ = read(server, source)
    assert table.column("id").to_pylist() == [0, 1, 2, 3, 4]
    assert server.asked[0] == "/items?x=1&y=2&page=1&per_page=2"


def test_a_body_that_is_a_list(server):
    server.answer = lambda path, query, times: [item(1), item(2)]
    table, _ = read(server, HttpSource("api", "/", records=None, columns={"id": "int32"}))
    assert table.to_pydict() == {"id": [1, 2]}


def test_no_rows_are_a_result_when_columns_are_declared(server):
    server.answer = lambda path, query, times: page(query, total=0, size=2)
    table, _ = read(server, paged())
    assert table.num_rows == 0
    with pytest.raises(SourceError, match="Declare columns"):
        read(server, HttpSource("api", "/", pages=PageNumber()))


@pytest.mark.parametrize("mishap", ["503", "429", "reset", "short", "slow down until"])
def test_a_mishap_is_tried_again(server, mishap):
    def answer(path, query, times):
        good = page(query, total=5, size=2)
        if query["page"] != "2" or times > 2:
            return good
        return {
            "503": (503, {}, b"busy"),
            "429": (429, {"Retry-After": "7"}, b"slow down"),
            "reset": (200, {"Cut": "yes"}, good),
            "short": (200, {"Cut": "yes", "Connection": "close"}, good),
            "slow down until": (503, {"Retry-After": format_datetime(NOW + timedelta(seconds=60))}, b""),
        }[mishap]

    server.answer = answer
    table, waited = read(server, paged())
    assert table.column("id").to_pylist() == [0, 1, 2, 3, 4]
    expected = {"429": [7.0, 7.0], "slow down until": [60.0, 0.0]}
    if mishap in expected:
        assert waited == expected[mishap]
    else:
        assert 0.05 <= waited[0] <= 0.1
        assert 0.1 <= waited[1] <= 0.2


def test_tries_come_to_an_end(server):
    server.answer = lambda path, query, times: (503, {}, b"busy")
    with pytest.raises(SourceError, match=r"page=1.*after 3 tries.*503 Service Unavailable"):
        read(server, paged(tries=3))
    assert len(server.asked) == 3


def test_the_deadline_is_for_the_whole_read(server):
    server.answer = lambda path, query, times: (503, {"Retry-After": "100"}, b"")
    with pytest.raises(SourceError, match="after the deadline of 250"):
        read(server, paged(deadline_seconds=250))
    assert len(server.asked) == 3


@pytest.mark.parametrize("asked", ["²", "soon", "-5", "Mon, 99 Foo 2026"])
def test_a_pause_that_is_none_is_ignored(server, asked):
    server.answer = lambda path, query, times: (
        page(query, total=1, size=2) if times > 1 else (503, {"Retry-After": asked}, b"")
    )
    table, waited = read(server, paged())
    assert table.num_rows == 1
    assert waited[0] <= 0.1


def test_an_absurd_pause_is_after_the_deadline(server):
    server.answer = lambda path, query, times: (503, {"Retry-After": "9" * 400}, b"")
    with pytest.raises(SourceError, match=r"in 100000000\.0 s, after the deadline"):
        read(server, paged())


@pytest.mark.parametrize("address", ["http://", "http:///x", "ftp://example.com", "http://[::1"])
def test_an_address_without_a_server_is_refused_at_once(address):
    with pytest.raises(SourceError, match=r"can't be asked: .*Correct the host"):
        read(SimpleNamespace(url=address), paged())  # type: ignore[arg-type]


def test_an_error_that_stays_is_not_tried_again(server):
    server.answer = lambda path, query, times: (404, {}, b'{"error": "no such thing"}')
    with pytest.raises(SourceError, match=r"404 Not Found.*no such thing"):
        read(server, paged())
    assert len(server.asked) == 1


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        gone = SimpleNamespace(url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(SourceError, match="NewConnectionError"):
            read(gone, paged(tries=2))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", r"expected an object with 'items', found something else"),
        (b'{"items": [{"id": 1}', r"expected JSON, found"),
        ([1], r"expected an object with 'items', found a list"),
        ({"rows": []}, r"expected an object with 'items', found an object with 'rows'"),
        ({"items": {"a": 1}, "pages": 1, "total": 1}, r"expected a list of records in 'items', found an object"),
        ({"items": [1], "pages": 1, "total": 1}, r"row 1: an object was expected, found a number: 1"),
        ({"items": [{"ID": 1}], "pages": 1, "total": 1}, r"expected records with 'id', found records with 'ID'"),
        (
            {"items": [{**item(1), "id": "one"}], "pages": 1, "total": 1},
            r"row 1, field 'id': \"one\" is no int64",
        ),
        ({"items": [item(1)], "total": 1}, r"expected a number in 'pages', found nothing"),
        ({"items": [item(1)], "pages": 1, "total": "1"}, r"expected a number in 'total', found '1'"),
    ],
)
def test_a_wrong_shape_names_url_page_expected_and_found(server, body, words):
    server.answer = lambda path, query, times: body
    with pytest.raises(SourceShapeError, match=rf"{server.url}/items\?page=1 \(page 1\)[:,] {words}"):
        read(server, paged())


def test_a_total_that_changes_is_an_error(server):
    server.answer = lambda path, query, times: page(query, total=5 if query["page"] == "1" else 6, size=2)
    with pytest.raises(SourceShapeError, match=r"page 2.*says 3 pages, 6 rows.*said 3 pages, 5 rows"):
        read(server, paged())


def test_rows_that_are_missing_are_an_error(server):
    def answer(path, query, times):
        found = page(query, total=5, size=2)
        found["items"] = found["items"][:1]
        return found

    server.answer = answer
    with pytest.raises(SourceShapeError, match="3 rows came, and the API says 5"):
        read(server, paged())


def test_secrets_go_into_headers(server):
    read(server, paged(headers={"X-Trace": "1"}), login="me", password="secret")
    assert server.headers[0]["Authorization"] == "Basic bWU6c2VjcmV0"
    assert server.headers[0]["X-Trace"] == "1"
    read(server, paged(), extra={"token": "abc"})
    assert server.headers[-1]["Authorization"] == "Bearer abc"


def test_pages_without_counts_end_with_an_empty_one(server):
    def answer(path, query, times):
        return {"items": page(query, total=4, size=2)["items"]}

    server.answer = answer
    table, _ = read(server, HttpSource("api", "/", pages=PageNumber(pages=None, total=None), columns=COLUMNS))
    assert table.num_rows == 4
    assert len(server.asked) == 3


def items(query: dict[str, str], *, start: str = "offset", size: int = 2, total: int = 5) -> list[dict[str, object]]:
    first = int(query.get(start, 0))
    return [item(each) for each in range(total)[first : first + size]]


def test_offset_and_limit(server):
    server.answer = lambda path, query, times: {"meta": {"total": 5}, "data": {"items": items(query)}}
    source = HttpSource(
        "api", "/", records="data.items", pages=OffsetLimit(limit=2, total="meta.total"), columns=COLUMNS
    )
    table, _ = read(server, source)
    assert table.column("id").to_pylist() == [0, 1, 2, 3, 4]
    assert server.asked[-1] == "/?offset=4&limit=2"
    server.answer = lambda path, query, times: items(query)
    table, _ = read(
        server, HttpSource("api", "/", records=None, pages=OffsetLimit(limit=2, total=None), columns=COLUMNS)
    )
    assert table.num_rows == 5
    assert server.asked[-1] == "/?offset=5&limit=2"


def token_answer(path, query, times):
    following = int(query.get("after", 0)) + 2
    return {"items": items(query, start="after"), "paging": {"next": str(following) if following < 5 else None}}


def test_cursor_tokens(server):
    server.answer = token_answer
    source = HttpSource(
        "api", "/", params={"x": 1}, pages=CursorToken(field="paging.next", parameter="after"), columns=COLUMNS
    )
    table, _ = read(server, source)
    assert table.column("id").to_pylist() == [0, 1, 2, 3, 4]
    assert server.asked == ["/?x=1", "/?x=1&after=2", "/?x=1&after=4"]


def test_a_token_that_is_not_where_it_should_be(server):
    server.answer = lambda path, query, times: {"items": [item(1)]}
    with pytest.raises(SourceShapeError, match=r"page 1\): expected text or null in 'next_cursor', found nothing"):
        read(server, HttpSource("api", "/", pages=CursorToken(), columns=COLUMNS))
    table, _ = read(server, HttpSource("api", "/", pages=CursorToken(may_be_missing=True), columns=COLUMNS))
    assert table.num_rows == 1


def test_pages_that_go_round_in_circles(server):
    server.answer = lambda path, query, times: {
        "items": items(query),
        "next_cursor": {"": "a", "a": "b", "b": "a"}[query.get("cursor", "")],
    }
    with pytest.raises(SourceShapeError, match=r"page 3\).*cursor=a, where we were already"):
        read(server, HttpSource("api", "/", pages=CursorToken(), columns=COLUMNS))
    server.answer = lambda path, query, times: [item(1)]
    with pytest.raises(SourceShapeError, match=r"page 2\).*the same page came twice"):
        read(server, HttpSource("api", "/", records=None, pages=PageNumber(pages=None, total=None), columns=COLUMNS))


def test_links_in_headers(server):
    def answer(path, query, times):
        following = int(query.get("from", 0)) + 2
        links = f'</items?from={following}&x=%2C>; rel="next last", <http://other/>; rel=prev' if following < 5 else ""
        return 200, {"Link": links}, items(query, start="from")

    server.answer = answer
    table, _ = read(server, HttpSource("api", "/items", records=None, pages=LinkHeader(), columns=COLUMNS))
    assert table.column("id").to_pylist() == [0, 1, 2, 3, 4]
    assert server.asked == ["/items", "/items?from=2&x=%2C", "/items?from=4&x=%2C"]


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", None),
        ('<a>; rel="next"', "a"),
        ("<a>;rel=NEXT", "a"),
        ('<a,b;c>; title="x, rel=\\"next\\""; rel=last, <d> ; rel = "up next" ; type=x', "d"),
        ('<a>; rel="nextish"', None),
        ('<a>; hreflang; rel="next"', "a"),
    ],
)
def test_link_headers_are_read_by_their_grammar(header, target):
    assert link_with(header, "next") == target


def test_addresses_in_the_body(server):
    def answer(path, query, times):
        following = int(query.get("from", 0)) + 2
        return {
            "count": 5,
            "items": items(query, start="from"),
            "next": f"{path}?from={following}" if following < 5 else None,
        }

    server.answer = answer
    source = HttpSource("api", "/items", pages=NextUrl(total="count"), columns=COLUMNS)
    table, _ = read(server, source, extra={"params": {"key": "s3cret/"}, "headers": {"X-Key": "k"}})
    assert table.column("id").to_pylist() == [0, 1, 2, 3, 4]
    assert server.asked[1] == "/items?from=2&key=s3cret%2F"
    assert server.headers[1]["X-Key"] == "k"
    server.answer = lambda path, query, times: {"count": 1, "items": [item(1)], "next": "http://127.0.0.1:1/items"}
    with pytest.raises(SourceShapeError, match="another server"):
        read(server, source)


def test_secrets_in_addresses_are_never_shown(server):
    server.answer = lambda path, query, times: (404, {}, path.encode())
    for answer in ((404, {}, b"no s3cret here"), (503, {}, b""), {"items": 1}):
        server.answer = lambda path, query, times, answer=answer: answer
        with pytest.raises(SourceError) as caught:
            read(server, paged(tries=2), extra={"params": {"key": "s3cret"}})
        assert "s3cret" not in str(caught.value)
        assert "key=***" in str(caught.value)


def test_headers_do_not_follow_to_another_server(server):
    other = Server()
    try:
        server.answer = lambda path, query, times: (302, {"Location": f"{other.url}/items?page=1"}, b"")
        other.answer = lambda path, query, times: page(query, total=1, size=2)
        table, _ = read(server, paged(headers={"X-Key": "k"}), login="me", password="secret")
        assert table.num_rows == 1
        assert not {"X-Key", "Authorization"} & set(other.headers[0])
    finally:
        other.close()


def test_requests_keep_their_rate(server):
    table, waited = read(server, paged(requests_per_second=4))
    assert table.num_rows == 5
    assert waited == [0.25, 0.25]
    with pytest.raises(SourceError, match="next try would be in 10"):
        read(server, paged(requests_per_second=0.1, deadline_seconds=5))
    with pytest.raises(DeclarationError, match="above 0"):
        paged(requests_per_second=0)


def test_a_field_that_the_first_page_did_not_have_is_an_error(server):
    def answer(path, query, times):
        found = page(query, total=5, size=2)
        if query["page"] == "2":
            found["items"][1]["extra"] = 1
        return found

    server.answer = answer
    with pytest.raises(SourceShapeError, match=r"page=2 \(page 2\), row 2, field 'extra'"):
        read(server, HttpSource("api", "/", pages=PageNumber()))
    assert read(server, paged())[0].num_rows == 5


def test_wrong_rows_are_set_aside(server):
    def answer(path, query, times):
        found = page(query, total=5, size=2)
        if query["page"] == "2":
            found["items"] = [{**item(2), "id": "two"}, 3]
        return found

    server.answer = answer
    with BadRows(BadRowLimit.of(2)) as bad:
        with reading(server, paged(), bad_rows=bad) as (batches, _):
            assert [row for batch in batches.batches for row in batch.column("id").to_pylist()] == [0, 1, 4]
        assert [(row.line, row.column, row.source) for row in bad.rows()] == [
            (3, "id", f"{server.url}/items?page=2"),
            (4, None, f"{server.url}/items?page=2"),
        ]
    with (
        BadRows(BadRowLimit.of(1)) as few,
        pytest.raises(TooManyBadRowsError),
        reading(server, paged(), bad_rows=few) as (batches, _),
    ):
        list(batches.batches)


def test_the_api_is_asked_for_what_is_new(server):
    source = paged(cursor=Cursor("at"), cursor_parameter="since")
    assert source.cursor_name == "api/items:at"
    with reading(server, source, window=Window()) as (batches, _):
        list(batches.batches)
    since = Mark.of(datetime(2013, 1, 5, 10, tzinfo=UTC))
    with reading(server, source, window=Window(before=since)) as (batches, _):
        list(batches.batches)
    assert [asked.partition("?")[2] for asked in server.asked[:1] + server.asked[3:4]] == [
        "page=1",
        "since=2013-01-05T10%3A00%3A00Z&page=1",
    ]


def test_many_rows_are_parsed_at_once(server):
    body = json.dumps({"items": [item(number) for number in range(20_000)]}).encode()
    server.answer = lambda path, query, times: body
    started = time.monotonic()
    table, _ = read(server, HttpSource("api", "/", columns=COLUMNS))
    assert table.num_rows == 20_000
    assert time.monotonic() - started < 5
