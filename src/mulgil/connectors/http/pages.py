"""How an API cuts its answers into pages, and how a reader goes from one to the next.

What an answer says of the whole (how many pages, how many rows) must be the same on every page, and the
rows that came must be as many as it says: an API whose data changes while it is read gives an error,
never a silent gap. Where nothing is said, a page that comes twice is an error, too.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urljoin

import msgspec

from mulgil.connectors.http.links import link_with
from mulgil.data.errors import DeclarationError, SourceShapeError

_MISSING = object()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One page as it came. `number` counts from 0, `fields` are those beside the records."""

    url: str
    number: int
    rows: int
    body: bytes
    fields: Mapping[str, object]
    link: str = ""


class Step(msgspec.Struct, frozen=True):
    """How the next page is asked for: more parameters, or a whole address."""

    parameters: dict[str, str] = {}
    url: str | None = None


class Pages(ABC):
    """A way to cut answers into pages."""

    @abstractmethod
    def begin(self) -> Step:
        """Return how the first page is asked for."""

    @abstractmethod
    def after(self, answer: Answer, *, rows: int) -> Step | None:
        """Return how the page after `answer` is asked for, or None if it was the last; `rows` came so far."""

    def counts(self, answer: Answer) -> "Counts":
        """Return what an answer says of the whole."""
        return Counts()

    def label(self, number: int) -> int:
        """Return what a page, counted from 0, is called in errors."""
        return number + 1


class Counts(msgspec.Struct, frozen=True):
    """How many pages and rows there are, where an answer says so."""

    pages: int | None = None
    total: int | None = None

    @property
    def shown(self) -> str:
        """Both in words."""
        said = ((self.pages, "pages"), (self.total, "rows"))
        return ", ".join(f"{value} {name}" for value, name in said if value is not None) or "-"


@dataclass(frozen=True, kw_only=True)
class PageNumber(Pages):
    """Pages with numbers: `?page=1&per_page=200` → `{"pages": 5, "total": 842, "items": […]}`.

    `pages` and `total` are the fields of an answer that say how many pages and rows there are; give None
    for what the API doesn't say. With neither, the first page without rows is the end.
    """

    parameter: str = "page"
    first: int = 1
    size_parameter: str | None = None
    size: int | None = None
    pages: str | None = "pages"
    total: str | None = "total"

    def __post_init__(self) -> None:
        """Refuse half of a page size."""
        if (self.size_parameter is None) != (self.size is None):
            raise DeclarationError("http.page_size_half")

    def begin(self) -> Step:
        """Ask for the first page."""
        return self._step(0)

    def after(self, answer: Answer, *, rows: int) -> Step | None:
        """Count on."""
        counts = self.counts(answer)
        if counts.pages is not None:
            goes_on = answer.number + 1 < counts.pages
        elif counts.total is not None:
            goes_on = rows < counts.total and answer.rows > 0
        else:
            goes_on = answer.rows > 0
        return self._step(answer.number + 1) if goes_on else None

    def counts(self, answer: Answer) -> Counts:
        """Read both fields."""
        page = self.label(answer.number)
        return Counts(_count(answer, self.pages, page), _count(answer, self.total, page))

    def label(self, number: int) -> int:
        """Call a page as the API does."""
        return self.first + number

    def _step(self, number: int) -> Step:
        asked = {self.parameter: str(self.first + number)}
        if self.size_parameter is not None:
            asked[self.size_parameter] = str(self.size)
        return Step(asked)


@dataclass(frozen=True, kw_only=True)
class OffsetLimit(Pages):
    """Parts by offset and limit: `?offset=200&limit=100` → `{"total": 842, "items": […]}`.

    With `total=None` the first part without rows is the end.
    """

    limit: int
    offset_parameter: str = "offset"
    limit_parameter: str = "limit"
    total: str | None = "total"

    def begin(self) -> Step:
        """Ask for the first part."""
        return self._step(0)

    def after(self, answer: Answer, *, rows: int) -> Step | None:
        """Go on behind the rows that came."""
        total = self.counts(answer).total
        goes_on = answer.rows > 0 and (total is None or rows < total)
        return self._step(rows) if goes_on else None

    def counts(self, answer: Answer) -> Counts:
        """Read the total."""
        return Counts(total=_count(answer, self.total, self.label(answer.number)))

    def _step(self, offset: int) -> Step:
        return Step({self.offset_parameter: str(offset), self.limit_parameter: str(self.limit)})


@dataclass(frozen=True, kw_only=True)
class CursorToken(Pages):
    """Each answer holds the token of the next: `{"next_cursor": "abc", "items": […]}` → `?cursor=abc`.

    null or "" is the end. A field that isn't there is an error, unless `may_be_missing` says that this is
    how the API spells the end. `total` is the field with the number of all rows, if there is one.
    """

    field: str = "next_cursor"
    parameter: str = "cursor"
    may_be_missing: bool = False
    total: str | None = None

    def begin(self) -> Step:
        """Ask without a token."""
        return Step()

    def after(self, answer: Answer, *, rows: int) -> Step | None:
        """Ask with the token."""
        token = _next(answer, self.field, self.may_be_missing)
        return None if token is None else Step({self.parameter: token})

    def counts(self, answer: Answer) -> Counts:
        """Read the total."""
        return Counts(total=_count(answer, self.total, self.label(answer.number)))


@dataclass(frozen=True, kw_only=True)
class NextUrl(Pages):
    """Each answer holds the address of the next: `{"next": "https://…", "results": […]}`.

    null or "" is the end; a field that isn't there is an error, unless `may_be_missing`. The address must
    lead to the connection's own server: nobody else is to see its secrets.
    """

    field: str = "next"
    may_be_missing: bool = False
    total: str | None = None

    def begin(self) -> Step:
        """Ask for the path."""
        return Step()

    def after(self, answer: Answer, *, rows: int) -> Step | None:
        """Follow the address."""
        url = _next(answer, self.field, self.may_be_missing)
        return None if url is None else Step(url=urljoin(answer.url, url))

    def counts(self, answer: Answer) -> Counts:
        """Read the total."""
        return Counts(total=_count(answer, self.total, self.label(answer.number)))


@dataclass(frozen=True, kw_only=True)
class LinkHeader(Pages):
    """Each answer has a `Link` header (RFC 8288) with the address of the next; none is the end."""

    relation: str = "next"
    total: str | None = None

    def begin(self) -> Step:
        """Ask for the path."""
        return Step()

    def after(self, answer: Answer, *, rows: int) -> Step | None:
        """Follow the link."""
        target = link_with(answer.link, self.relation)
        return None if target is None else Step(url=urljoin(answer.url, target))

    def counts(self, answer: Answer) -> Counts:
        """Read the total."""
        return Counts(total=_count(answer, self.total, self.label(answer.number)))


@dataclass
class Walk:
    """The way through the pages so far: what they said, how many rows came, and whether one came twice."""

    pages: Pages
    said: Counts | None = None
    rows: int = 0
    asked: set[tuple[str | None, tuple[tuple[str, str], ...]]] = field(default_factory=set)
    last_body: bytes = b""

    def begin(self) -> Step:
        """Return how the first page is asked for."""
        return self._noted(self.pages.begin())

    def after(self, answer: Answer) -> Step | None:
        """Take one page into account; return how the next is asked for, or None at the end.

        Raises:
            SourceShapeError: What the API says has changed, rows are missing, or pages go round in circles.
        """
        says = self.pages.counts(answer)
        page = self.pages.label(answer.number)
        if self.said is not None and says != self.said:
            raise SourceShapeError(
                "http.count_changed", url=answer.url, page=page, before=self.said.shown, now=says.shown
            )
        self.said = says
        self.rows += answer.rows
        step = self.pages.after(answer, rows=self.rows)
        if step is None:
            if says.total is not None and self.rows != says.total:
                raise SourceShapeError("http.rows_differ", url=answer.url, rows=self.rows, total=says.total)
            return None
        self._refuse_repetition(answer, says, page)
        if _key(step) in self.asked:
            shown = step.url or ", ".join(f"{name}={value}" for name, value in step.parameters.items())
            raise SourceShapeError("http.page_twice", url=answer.url, page=page, next=shown)
        return self._noted(step)

    def _refuse_repetition(self, answer: Answer, says: Counts, page: int) -> None:
        """Refuse a page equal to the one before where nothing but an empty page would ever end the walk."""
        if says != Counts() or not answer.rows:
            return
        digest = sha256(answer.body).digest()
        if digest == self.last_body:
            raise SourceShapeError("http.page_repeated", url=answer.url, page=page)
        self.last_body = digest

    def _noted(self, step: Step) -> Step:
        self.asked.add(_key(step))
        return step


def _key(step: Step) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    return step.url, tuple(sorted(step.parameters.items()))


def found_at(fields: Mapping[str, object], path: str) -> object:
    """Return what stands at `path` (`a.b` is b in a, unless a field has this very name), or `MISSING`."""
    if path in fields:
        return fields[path]
    found: object = fields
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return _MISSING
        found = found[name]
    return found


def _next(answer: Answer, path: str, may_be_missing: bool) -> str | None:
    value = found_at(answer.fields, path)
    if value is None or value == "" or (value is _MISSING and may_be_missing):
        return None
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise _unexpected(answer, f"text or null in {path!r}", value, answer.number + 1)


def _count(answer: Answer, path: str | None, page: int) -> int | None:
    if path is None:
        return None
    value = found_at(answer.fields, path)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise _unexpected(answer, f"a number in {path!r}", value, page)


def _unexpected(answer: Answer, expected: str, value: object, page: int) -> SourceShapeError:
    found = "nothing" if value is _MISSING else repr(value)[:80]
    return SourceShapeError("http.wrong_shape", url=answer.url, page=page, expected=expected, found=found)
