"""Hiding secrets in what people read."""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from mulgil.model import Connection

MASK = "***"
# Shorter values would mask half of any text, and protect nothing.
_SHORTEST = 3


class Masker:
    """Replaces known secrets in texts. Secrets are only ever added."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Hide `secrets`."""
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Hide these too, also as they look inside URLs and JSON."""
        known = len(self._secrets)
        for secret in secrets:
            if len(secret) >= _SHORTEST:
                self._secrets |= {secret, quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1]}
        if len(self._secrets) != known:
            longest_first = sorted(self._secrets, key=lambda secret: (-len(secret), secret))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def mask(self, text: str) -> str:
        """Return `text` with every secret replaced."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)


def connection_secrets(connection: Connection) -> tuple[str, ...]:
    """Return what is secret of a connection: its password and every text in its extra."""
    texts = [value for value in connection.extra.values() if isinstance(value, str)]
    return tuple(secret for secret in (connection.password, *texts) if secret)
