"""How an API cuts its answers into pages."""

from collections.abc import Mapping

import msgspec

from mulgil.data.errors import DeclarationError, SourceShapeError


class PageNumber(msgspec.Struct, frozen=True, kw_only=True):
    """Pages with numbers: `?page=1&per_page=200` → `{"pages": 5, "total": 842, "items": […]}`.

    `pages` and `total` are the fields of an answer that say how many pages and rows there are; give None
    for what the API doesn't say. With neither, the first page without rows is the end. What an answer
    says must be the same on every page, and the rows that came must be as many as it says: an API whose
    data changes while it is read gives an error, never a silent gap.
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

    def parameters(self, number: int) -> dict[str, str]:
        """Return what asks for page `number`, counted from 0."""
        asked = {self.parameter: str(self.first + number)}
        if self.size_parameter is not None:
            asked[self.size_parameter] = str(self.size)
        return asked


class PageCount:
    """What the pages so far have said, and whether there is another one."""

    def __init__(self, pages: PageNumber) -> None:
        """Know nothing yet."""
        self._pages = pages
        self._said: tuple[int | None, int | None] | None = None
        self._rows = 0

    @property
    def total(self) -> int | None:
        """How many rows there will be, once a page has said it."""
        return self._said[1] if self._said else None

    def add(self, envelope: Mapping[str, object], *, rows: int, number: int, url: str) -> bool:
        """Take one page into account; True if another one follows.

        Raises:
            SourceShapeError: A count is missing, isn't a number, or has changed since the first page; or
                the rows aren't as many as the API says.
        """
        says = (
            _count(envelope, self._pages.pages, url=url, page=self._pages.first + number),
            _count(envelope, self._pages.total, url=url, page=self._pages.first + number),
        )
        if self._said is not None and says != self._said:
            raise SourceShapeError(
                "http.count_changed",
                url=url,
                page=self._pages.first + number,
                before=_shown(self._said),
                now=_shown(says),
            )
        self._said = says
        self._rows += rows
        return self._goes_on(rows=rows, number=number, url=url)

    def _goes_on(self, *, rows: int, number: int, url: str) -> bool:
        pages, total = self._said or (None, None)
        if pages is not None:
            goes_on = number + 1 < pages
        elif total is not None:
            goes_on = self._rows < total and rows > 0
        else:
            goes_on = rows > 0
        if not goes_on and total is not None and self._rows != total:
            raise SourceShapeError("http.rows_differ", url=url, rows=self._rows, total=total)
        return goes_on


def _count(envelope: Mapping[str, object], field: str | None, *, url: str, page: int) -> int | None:
    if field is None:
        return None
    value = envelope.get(field)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = "nothing" if field not in envelope else repr(value)[:80]
    raise SourceShapeError("http.wrong_shape", url=url, page=page, expected=f"a number in {field!r}", found=found)


def _shown(says: tuple[int | None, int | None]) -> str:
    return ", ".join(
        f"{value} {name}" for value, name in zip(says, ("pages", "rows"), strict=True) if value is not None
    )
