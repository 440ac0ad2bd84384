"""From what JSON holds back to a Python value. `mulgil.serialization.xcom` describes the form."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from mulgil.serialization.errors import XComReadError
from mulgil.serialization.type_registry import TypeRegistry
from mulgil.serialization.xcom_encoding import TAG

Node = dict[str, Any]


class ValueDecoder:
    """Decodes one XCom. Damaged contents raise whatever the constructors say; the caller words it."""

    def __init__(self, registry: TypeRegistry) -> None:
        """Look classes up in `registry`."""
        self._registry = registry
        self._readers: dict[str, Callable[[Node], object]] = {
            "bytes": lambda node: b64decode(node["value"], validate=True),
            "date": lambda node: date.fromisoformat(node["value"]),
            "datetime": self._datetime,
            "decimal": lambda node: Decimal(node["value"]),
            "dict": lambda node: {self.decode(key): self.decode(item) for key, item in node["value"]},
            "float": lambda node: float(node["value"]),
            "frozenset": lambda node: frozenset(self._items(node)),
            "int": lambda node: int(node["value"], 16),
            "object": self._object,
            "set": lambda node: set(self._items(node)),
            "str": lambda node: b64decode(node["value"], validate=True).decode("utf-8", "surrogatepass"),
            "time": self._time,
            "timedelta": lambda node: _timedelta(node["value"]),
            "timezone": self._timezone,
            "tuple": lambda node: tuple(self._items(node)),
            "uuid": lambda node: UUID(node["value"]),
            "zone": lambda node: ZoneInfo(node["value"]),
        }

    def decode(self, node: object) -> object:
        """Return the value that `node` stands for.

        Raises:
            XComReadError: It is of a kind that only newer versions know, or of an unknown class.
        """
        if isinstance(node, list):
            return [self.decode(item) for item in node]
        if not isinstance(node, dict):
            return node
        kind = node.get(TAG)
        if kind is None:
            return {key: self.decode(item) for key, item in node.items()}
        reader = self._readers.get(kind)
        if reader is None:
            raise XComReadError("xcom.unknown_kind", kind=str(kind))
        return reader(node)

    def _items(self, node: Node) -> list[object]:
        return [self.decode(item) for item in node["value"]]

    def _datetime(self, node: Node) -> datetime:
        naive = datetime.fromisoformat(node["value"])
        return naive.replace(tzinfo=self._zone(node), fold=node.get("fold", 0))

    def _time(self, node: Node) -> time:
        naive = time.fromisoformat(node["value"])
        return naive.replace(tzinfo=self._zone(node), fold=node.get("fold", 0))

    def _zone(self, node: Node) -> Any:
        return self.decode(node.get("zone"))

    def _timezone(self, node: Node) -> timezone:
        offset = _timedelta(node["value"])
        if "name" in node:
            return timezone(offset, str(self.decode(node["name"])))
        return timezone(offset) if offset else UTC

    def _object(self, node: Node) -> object:
        cls = self._registry.resolve(node["class"])
        contents = {name: self.decode(item) for name, item in node["value"].items()}
        try:
            return _rebuild(cls, contents)
        except Exception as error:
            detail = f"{type(error).__name__}: {error}"
            raise XComReadError("xcom.cannot_rebuild", name=node["class"], detail=detail) from error


def _rebuild(cls: type, contents: dict[str, object]) -> object:
    """Build an instance by its constructor; dataclass fields without `init` are set afterwards."""
    if not is_dataclass(cls):
        return cls(**contents)
    later = {field.name for field in fields(cls) if not field.init}
    instance = cls(**{name: item for name, item in contents.items() if name not in later})
    for name in later & contents.keys():
        # Past __setattr__, which a frozen dataclass refuses.
        object.__setattr__(instance, name, contents[name])
    return instance


def _timedelta(parts: list[int]) -> timedelta:
    days, seconds, microseconds = parts
    return timedelta(days=days, seconds=seconds, microseconds=microseconds)
