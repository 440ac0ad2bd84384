"""The pages of the documentation, and the pieces of Markdown that the tests look at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

REPOSITORY = Path(__file__).resolve().parents[2]
ADR = REPOSITORY / "docs" / "adr"

_FENCE = re.compile(r"^ *```(?P<info>[^\n`]*)\n(?P<body>.*?)^ *```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of code: what stands behind the fence, and the code."""

    info: str
    body: str
    line: int


def pages() -> list[Path]:
    """Return every page that people read, in a fixed order."""
    patterns = ("*.md", "docs/**/*.md", "tests/*.md", "changelog.d/README.md", "examples/**/*.md")
    return sorted({page for pattern in patterns for page in REPOSITORY.glob(pattern)})


def name_of(page: Path) -> str:
    """Return a page's path from the repository's root, as a test id."""
    return page.relative_to(REPOSITORY).as_posix()


def blocks(text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for match in _FENCE.finditer(text):
        yield Block(match["info"].strip(), dedent(match["body"]), text.count("\n", 0, match.start()) + 1)


def without_blocks(text: str) -> str:
    """Return a page's text with the fenced blocks left out."""
    return _FENCE.sub("", text)


def code_spans(text: str) -> Iterator[str]:
    """Yield what stands in single backticks outside of blocks."""
    yield from re.findall(r"`([^`\n]+)`", without_blocks(text))


def anchors(text: str) -> set[str]:
    """Return the anchors that a page's headings give."""
    titles = re.findall(r"^#+ (.+)$", without_blocks(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
