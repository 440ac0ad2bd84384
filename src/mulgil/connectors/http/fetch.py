"""One GET after another, each tried until it is answered whole or patience ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from mulgil.data.errors import SourceError
from mulgil.data.source import Reading

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 30.0
_CHUNK_BYTES = 256 * 1024
_OK = range(200, 300)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long and how often: per answer, and for the whole read."""

    tries: int = 8
    timeout_seconds: float = 30.0
    deadline_seconds: float = 900.0


@dataclass
class Fetcher:
    """Fetches bodies over kept connections, within one deadline."""

    pool: "PoolManager"
    headers: Mapping[str, str]
    limits: Limits
    reading: Reading
    started_at: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self.started_at = self.reading.runtime.clock.monotonic()

    def get(self, url: str) -> bytes:
        """Return the body of a successful answer.

        Raises:
            SourceError: The answer is an error that trying again won't change, or tries or time are used up.
        """
        for tried in range(1, self.limits.tries + 1):
            outcome = self._try(url)
            if isinstance(outcome, bytes):
                return outcome
            if tried == self.limits.tries:
                raise SourceError("http.gave_up", url=url, tries=tried, why=outcome.why)
            self._pause(url, tried, outcome)
        raise AssertionError(url)

    def _try(self, url: str) -> "bytes | _Failure":
        from urllib3.exceptions import HTTPError

        try:
            response = self.pool.request(
                "GET", url, headers=dict(self.headers), timeout=self._timeout(url), preload_content=False
            )
            try:
                body = self._body(response, url)
            finally:
                response.release_conn()
        except HTTPError as error:
            # The connection of a half-read answer must not be used again.
            self.pool.clear()
            return _Failure(f"{type(error).__name__}: {error}")
        if response.status in _OK:
            return body
        words = f"{response.status} {response.reason or ''}".strip()
        if response.status in _RETRIED:
            return _Failure(words, self._retry_after(response))
        raise SourceError("http.status", url=url, status=words, body=body[:300].decode("utf-8", "replace"))

    def _body(self, response: "BaseHTTPResponse", url: str) -> bytes:
        chunks = []
        for chunk in response.stream(_CHUNK_BYTES):
            chunks.append(chunk)
            self._left(url)
        return b"".join(chunks)

    def _pause(self, url: str, tried: int, failure: "_Failure") -> None:
        pause = failure.asked_seconds
        if pause is None:
            pause = min(_FIRST_PAUSE_SECONDS * 2 ** (tried - 1), _LONGEST_PAUSE_SECONDS)
        if pause >= self._left(url):
            raise SourceError(
                "http.too_late", url=url, why=failure.why, pause=pause, deadline=self.limits.deadline_seconds
            )
        self.reading.wait(pause)

    def _timeout(self, url: str) -> float:
        return min(self.limits.timeout_seconds, self._left(url))

    def _left(self, url: str) -> float:
        """Return how much time is left."""
        left = self.limits.deadline_seconds - (self.reading.runtime.clock.monotonic() - self.started_at)
        if left <= 0:
            raise SourceError("http.deadline", url=url, deadline=self.limits.deadline_seconds)
        return left

    def _retry_after(self, response: "BaseHTTPResponse") -> float | None:
        asked = response.headers.get("Retry-After", "").strip()
        if asked.isdigit():
            return float(asked)
        try:
            return max(0.0, (parsedate_to_datetime(asked) - self.reading.runtime.clock.now()).total_seconds())
        except (ValueError, TypeError):
            return None


@dataclass(frozen=True)
class _Failure:
    """Why a try failed, and how long the server wants us to wait."""

    why: str
    asked_seconds: float | None = None
