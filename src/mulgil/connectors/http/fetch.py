"""One GET after another, each tried until it is answered whole or patience ends."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from zlib import crc32

import msgspec

from mulgil.data.errors import SourceError
from mulgil.data.source import Reading

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 30.0
_LONGEST_ASKED = 8
_TOO_LONG_SECONDS = 1e8
_CHUNK_BYTES = 256 * 1024
_OK = range(200, 300)


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how often: per answer, and for the whole read."""

    tries: int = 8
    timeout_seconds: float = 30.0
    deadline_seconds: float = 900.0
    requests_per_second: float | None = None


class Reply(msgspec.Struct, frozen=True):
    """A successful answer: its body and its `Link` header."""

    body: bytes
    link: str = ""


@dataclass
class Fetcher:
    """Fetches bodies over kept connections, within one deadline. `shown` hides secrets in an address."""

    pool: "PoolManager"
    headers: Mapping[str, str]
    limits: Limits
    reading: Reading
    secrets: tuple[str, ...] = ()
    started_at: float = field(init=False)
    next_at: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self.started_at = self.next_at = self._now()

    def get(self, url: str) -> Reply:
        """Return a successful answer.

        Raises:
            SourceError: The answer is an error that trying again won't change, or tries or time are used up.
        """
        for tried in range(1, self.limits.tries + 1):
            self._keep_rate(url)
            outcome = self._try(url)
            if isinstance(outcome, Reply):
                return outcome
            if tried == self.limits.tries:
                raise SourceError("http.gave_up", url=self.shown(url), tries=tried, why=outcome.why)
            self._pause(url, tried, outcome)
        raise AssertionError(url)

    def shown(self, url: str) -> str:
        """Return an address as people may see it."""
        for secret in self.secrets:
            url = url.replace(secret, "***")
        return url

    def _try(self, url: str) -> "Reply | _Failure":
        from urllib3.exceptions import HTTPError, LocationValueError

        try:
            response = self.pool.request(
                "GET", url, headers=dict(self.headers), timeout=self._timeout(url), preload_content=False
            )
            try:
                body = self._body(response, url)
            finally:
                response.release_conn()
        except LocationValueError as error:
            raise SourceError("http.address", url=self.shown(url), why=self.shown(str(error))) from error
        except HTTPError as error:
            # The connection of a half-read answer must not be used again.
            self.pool.clear()
            return _Failure(self.shown(f"{type(error).__name__}: {error}"))
        if response.status in _OK:
            return Reply(body, response.headers.get("Link", ""))
        words = f"{response.status} {response.reason or ''}".strip()
        if response.status in _RETRIED:
            return _Failure(words, self._retry_after(response))
        shown = self.shown(body[:300].decode("utf-8", "replace"))
        raise SourceError("http.status", url=self.shown(url), status=words, body=shown)

    def _body(self, response: "BaseHTTPResponse", url: str) -> bytes:
        chunks = []
        for chunk in response.stream(_CHUNK_BYTES):
            chunks.append(chunk)
            self._left(url)
        return b"".join(chunks)

    def _keep_rate(self, url: str) -> None:
        """Wait until the next request is due."""
        if self.limits.requests_per_second is None:
            return
        early = self.next_at - self._now()
        if early > 0:
            self._wait(url, early, why=f"{self.limits.requests_per_second:g}/s")
        self.next_at = max(self._now(), self.next_at) + 1 / self.limits.requests_per_second

    def _pause(self, url: str, tried: int, failure: "_Failure") -> None:
        pause = failure.asked_seconds
        if pause is None:
            pause = min(_FIRST_PAUSE_SECONDS * 2 ** (tried - 1), _LONGEST_PAUSE_SECONDS) * _unlike_others(url, tried)
        self._wait(url, pause, why=failure.why)

    def _wait(self, url: str, seconds: float, *, why: str) -> None:
        if seconds >= self._left(url):
            raise SourceError(
                "http.too_late",
                url=self.shown(url),
                why=why,
                pause=round(seconds, 1),
                deadline=self.limits.deadline_seconds,
            )
        self.reading.wait(seconds)

    def _timeout(self, url: str) -> float:
        return min(self.limits.timeout_seconds, self._left(url))

    def _left(self, url: str) -> float:
        """Return how much time is left."""
        left = self.limits.deadline_seconds - (self._now() - self.started_at)
        if left <= 0:
            raise SourceError("http.deadline", url=self.shown(url), deadline=self.limits.deadline_seconds)
        return left

    def _retry_after(self, response: "BaseHTTPResponse") -> float | None:
        asked = response.headers.get("Retry-After", "").strip()
        if asked.isascii() and asked.isdigit():
            # More digits than a year has seconds say no more than that it is too long.
            return float(asked) if len(asked) <= _LONGEST_ASKED else _TOO_LONG_SECONDS
        try:
            return max(0.0, (parsedate_to_datetime(asked) - self.reading.runtime.clock.now()).total_seconds())
        except (ValueError, TypeError, OverflowError):
            return None

    def _now(self) -> float:
        return self.reading.runtime.clock.monotonic()


def _unlike_others(url: str, tried: int) -> float:
    """Return a factor from 0.5 to 1 that differs between processes, addresses and tries: no stampedes."""
    return 0.5 + crc32(f"{os.getpid()} {tried} {url}".encode()) / 2**33


@dataclass(frozen=True)
class _Failure:
    """Why a try failed, and how long the server wants us to wait."""

    why: str
    asked_seconds: float | None = None
