"""Hiding secrets in what people read."""

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, unquote

from mulgil.model import Connection, JsonValue

MASK = "***"
# Shorter values would mask half of any text, and protect nothing.
_SHORTEST = 3
# Of a secret of many lines, such as a key file, each line is one: logs are read line by line. Shorter ones say little
# and stand in other texts, too.
_SHORTEST_LINE = 8
_FRAME = re.compile(r"-----(BEGIN|END) [A-Z0-9 ]+-----")
# Names whose values are secret, anywhere in the name: Airflow's list and a few of its like.
_SECRET_NAME = re.compile(
    r"access_?key|api_?key|authorization|credential|keyfile|passphrase|passw|private_?key|secret|service_account|token",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"(?<=://)(?P<user>[^\s:/?#@]*):(?P<password>[^\s/?#@]+)(?=@)")
_URL_PARAMETER = re.compile(r"(?<=[?&])(?P<name>[^\s=&#]+)=(?P<value>[^\s&#]+)")


class Masker:
    """Replaces known secrets in texts. Secrets are only ever added."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        """Hide `secrets`."""
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.add(secrets)

    def add(self, secrets: Iterable[str]) -> None:
        """Hide these too, also line by line, and as they look inside URLs and JSON."""
        known = len(self._secrets)
        for secret in secrets:
            for part in (secret, *_lines(secret)):
                if len(part) >= _SHORTEST:
                    self._secrets |= {part, quote(part, safe=""), quote_plus(part), repr(part)[1:-1]}
        if len(self._secrets) != known:
            longest_first = sorted(self._secrets, key=lambda secret: (-len(secret), secret))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def mask(self, text: str) -> str:
        """Return `text` with every secret replaced."""
        return text if self._pattern is None else self._pattern.sub(MASK, text)


def connection_secrets(connection: Connection) -> tuple[str, ...]:
    """Return what is secret of a connection: its password, every text in its extra, and passwords in its URL."""
    candidates = (connection.password, *_texts(connection.extra), *_url_secrets(connection.host))
    return tuple(dict.fromkeys(secret for secret in candidates if secret))


def is_secret_name(name: str) -> bool:
    """Whether the value of a variable, parameter or key of this name is to be hidden (`db_password`, `api_key` …)."""
    return _SECRET_NAME.search(name) is not None


def variable_secrets(key: str, value: str) -> tuple[str, ...]:
    """Return what is secret of a variable: all of it by its name, or what its JSON has under such names."""
    if is_secret_name(key):
        secrets = [value, value.strip()]
        if value.lstrip().startswith(("{", "[")):
            secrets += _texts(_json(value))
    elif value.lstrip().startswith(("{", "[")):
        secrets = list(_named_secrets(_json(value)))
    else:
        secrets = list(_url_secrets(value))
    return tuple(dict.fromkeys(secret for secret in secrets if secret))


def mask_urls(text: str) -> str:
    """Return `text` with the passwords in its URLs replaced, and the values of parameters with secret names."""
    text = _URL_PASSWORD.sub(rf"\g<user>:{MASK}", text)
    return _URL_PARAMETER.sub(
        lambda found: f"{found['name']}={MASK}" if is_secret_name(found["name"]) else found[0], text
    )


def _lines(secret: str) -> Iterator[str]:
    if "\n" not in secret and "\r" not in secret:
        return
    for line in secret.splitlines():
        part = line.strip()
        if len(part) >= _SHORTEST_LINE and not _FRAME.fullmatch(part):
            yield part


def _url_secrets(text: str) -> Iterator[str]:
    found = [match["password"] for match in _URL_PASSWORD.finditer(text)]
    found += [match["value"] for match in _URL_PARAMETER.finditer(text) if is_secret_name(match["name"])]
    for secret in found:
        yield from dict.fromkeys((secret, unquote(secret)))


def _texts(value: JsonValue) -> Iterator[str]:
    """Return every text in a JSON value, names aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _named_secrets(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item) if is_secret_name(str(name)) else _named_secrets(item)
    elif isinstance(value, list):
        for item in value:
            yield from _named_secrets(item)


def _json(text: str) -> JsonValue:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
