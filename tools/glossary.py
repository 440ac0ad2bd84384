"""Reads docs/glossary.md: the project's words, their Korean terms, and the spellings that are refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
GLOSSARY = REPOSITORY / "docs" / "glossary.md"
HANGUL = re.compile(r"[가-힣]")
COLUMNS = 4


@dataclass(frozen=True)
class Term:
    """One line of the glossary; `refused` are the spellings that are not to be used for it."""

    name: str
    korean: str
    meaning: str
    refused: tuple[str, ...]


def read_terms(text: str) -> Iterator[Term]:
    """Yield the terms of every table `| term | 한국어 | meaning | not |` in `text`."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or len(cells) != COLUMNS or cells[0] == "term" or set(cells[0]) <= {"-", ":"}:
            continue
        name, korean, meaning, refused = cells
        yield Term(name.strip("*"), korean, meaning, tuple(word.strip() for word in refused.split(",") if word.strip()))


def refused_spellings(terms: Iterator[Term]) -> list[tuple[re.Pattern[str], str]]:
    """Return a pattern for each refused spelling with what to write instead.

    A Korean spelling is matched anywhere, because particles follow without a space; an English one as
    a whole word, whatever its case.
    """
    found = []
    for term in terms:
        for word in term.refused:
            is_korean = HANGUL.search(word) is not None
            pattern = re.escape(word) if is_korean else rf"(?<![\w.-]){re.escape(word)}s?(?![\w-])"
            found.append((re.compile(pattern, re.IGNORECASE), term.korean if is_korean else term.name))
    return found
