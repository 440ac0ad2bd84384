"""What a database says of a query that we had put into one of ours."""

import re

_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)


def author_lines(detail: str) -> str:
    """Count the lines that a message names from the author's first, which stands on our second."""
    return _LINE.sub(lambda found: f"LINE {max(1, int(found[1]) - 1)}:", detail)


def without_lines(detail: str) -> str:
    """Leave out the excerpt of a query that the author didn't write."""
    found = _LINE.search(detail)
    return (detail[: found.start()] if found else detail).strip()
