"""What the API answers: from the target of a request to a status and a JSON value. It knows nothing of sockets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeAlias
from urllib.parse import parse_qs, urlsplit

from flight_data import FlightData, Row
from misbehaviour import BadInput

Json: TypeAlias = dict[str, object]
Query: TypeAlias = Mapping[str, Sequence[str]]

LOOKUPS = frozenset({"airlines", "airports", "planes"})
BY_DATE = frozenset({"flights", "weather"})
DEFAULT_PER_PAGE = 200
MAX_PER_PAGE = 1000


class RequestError(Exception):
    """The request asks for something that does not exist or cannot be understood."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer, before anything goes wrong on its way.

    Attributes:
        status: The HTTP status.
        body: The JSON value.
        page: Names the page that is answered, whatever its size; None if the answer is not a page of a collection.
    """

    status: int
    body: Json
    page: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Page:
    number: int
    pages: int
    total: int
    items: Sequence[Row]

    @property
    def is_last(self) -> bool:
        return self.number >= self.pages

    def as_json(self) -> Json:
        return {"page": self.number, "pages": self.pages, "total": self.total, "items": self.items}


class FlightsApi:
    """The collections, page by page.

    Args:
        data: Where the rows come from.
        bad_input: The dates on which `/flights` answers wrongly.
    """

    def __init__(self, data: FlightData, *, bad_input: BadInput) -> None:
        self._data = data
        self._bad_input = bad_input

    def answer(self, target: str) -> Answer:
        """Answers the GET of a path with its query."""
        url = urlsplit(target)
        try:
            return self._answer(url.path.strip("/"), parse_qs(url.query, keep_blank_values=True))
        except RequestError as error:
            return Answer(status=error.status, body={"error": str(error)})

    def _answer(self, collection: str, query: Query) -> Answer:
        if collection == "health":
            return Answer(status=200, body={"status": "ok"})
        if collection in LOOKUPS:
            page = _page(self._data.rows(collection), query)
            return Answer(status=200, body=page.as_json(), page=f"{collection} {page.number}")
        if collection in BY_DATE:
            return self._answer_by_date(collection, _date(query), query)
        raise RequestError(404, f"there is no /{collection}")

    def _answer_by_date(self, collection: str, day: date, query: Query) -> Answer:
        rows = self._data.rows_of_day(collection, day)
        if collection == "flights" and day in self._bad_input.leak_next_day:
            rows = [*rows, *self._data.rows_of_day(collection, day + timedelta(days=1))[:1]]
        page = _page(rows, query)
        if collection == "flights" and day in self._bad_input.changing_total and page.number > 1:
            page = replace(page, total=page.total + 1)
        body: Json = {"date": day.isoformat(), **page.as_json()}
        if collection == "flights" and day in self._bad_input.wrong_shape and page.is_last:
            body = {"date": day.isoformat(), "results": page.items}
        return Answer(status=200, body=body, page=f"{collection} {day} {page.number}")


def _page(rows: Sequence[Row], query: Query) -> _Page:
    number = _positive(query, "page", default=1)
    per_page = min(_positive(query, "per_page", default=DEFAULT_PER_PAGE), MAX_PER_PAGE)
    first = (number - 1) * per_page
    return _Page(number=number, pages=-(-len(rows) // per_page), total=len(rows), items=rows[first : first + per_page])


def _date(query: Query) -> date:
    text = query.get("date", [""])[-1]
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # fromisoformat also takes forms without hyphens and week dates.
    if day is None or day.isoformat() != text:
        raise RequestError(400, "date must be given as YYYY-MM-DD")
    return day


def _positive(query: Query, name: str, *, default: int) -> int:
    text = query.get(name, [str(default)])[-1]
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) > 0):
        raise RequestError(400, f"{name} must be a whole number from 1")
    return int(text)
