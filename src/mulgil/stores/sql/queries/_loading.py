"""Reads the statement files."""

from functools import cache
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).parent
_MARK = "-- name: "


@cache
def load_statements(database: str) -> MappingProxyType[str, str]:
    """Return every statement for `database` (such as `sqlite`) by name."""
    statements: dict[str, str] = {}
    for folder in (_FOLDER / "portable", _FOLDER / database):
        for path in sorted(folder.glob("*.sql")):
            statements.update(_parse(path.read_text(encoding="utf-8")))
    return MappingProxyType(statements)


def _parse(text: str) -> dict[str, str]:
    parts = text.split(f"\n{_MARK}")[1:]
    return {name.strip(): body.strip() for name, _, body in (part.partition("\n") for part in parts)}
