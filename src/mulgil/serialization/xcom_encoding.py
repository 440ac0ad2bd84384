"""From a Python value to what JSON can hold. `mulgil.serialization.xcom` describes the form."""

from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from math import isfinite
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from mulgil.serialization.errors import XComTypeError
from mulgil.serialization.type_registry import TypeRegistry

TAG = "$type"
# Deep enough for data, and a value that contains itself ends here.
MAX_DEPTH = 100
_INT_LIMIT = 2**63
_SORT_KEY = msgspec.json.Encoder()

# The way from the whole value to a part of it: keys, indexes and, as `.name`, attributes.
Path = tuple[str | int, ...]


class ValueEncoder:
    """Encodes one XCom; knows whose it is, for the errors.

    Types are compared exactly: an instance of a subclass would come back as its base.
    """

    def __init__(self, registry: TypeRegistry, *, task_id: str, key: str) -> None:
        """Look classes up in `registry`."""
        self._registry = registry
        self._task_id = task_id
        self._key = key
        self._containers: dict[type, Callable[..., object]] = {
            list: self._list,
            tuple: self._tuple,
            set: self._set,
            frozenset: self._set,
            dict: self._dict,
            datetime: self._clock,
            time: self._clock,
            ZoneInfo: self._zone_info,
        }

    def encode(self, value: object, path: Path) -> object:
        """Return what stands for `value`, which is found at `path`.

        Raises:
            XComTypeError: There is nothing that would.
        """
        kind = type(value)
        if value is None or kind is bool:
            return value
        scalar = _SCALARS.get(kind)
        if scalar is not None:
            return scalar(value)
        if len(path) >= MAX_DEPTH:
            raise XComTypeError(
                "xcom.too_deep", task_id=self._task_id, key=self._key, path=_show(path[:3]), limit=MAX_DEPTH
            )
        container = self._containers.get(kind)
        if container is not None:
            return container(value, path)
        name = self._registry.name_of(kind)
        if name is not None:
            return self._object(value, name, path)
        raise self._refuse(kind, path)

    def _list(self, value: list[object], path: Path) -> list[object]:
        return [self.encode(item, (*path, index)) for index, item in enumerate(value)]

    def _tuple(self, value: tuple[object, ...], path: Path) -> object:
        return {TAG: "tuple", "value": self._list(list(value), path)}

    def _set(self, value: Iterable[object], path: Path) -> object:
        items = [self.encode(item, (*path, "…")) for item in value]
        return {TAG: type(value).__name__, "value": sorted(items, key=_SORT_KEY.encode)}

    def _dict(self, value: dict[object, object], path: Path) -> object:
        pairs: list[tuple[str, object]] = []
        for key, item in value.items():
            if type(key) is not str:
                raise XComTypeError(
                    "xcom.key_not_text",
                    task_id=self._task_id,
                    key=self._key,
                    path=_show(path),
                    type=_type_name(type(key)),
                )
            pairs.append((key, self.encode(item, (*path, key))))
        if TAG not in value and all(_is_unicode(key) for key, _ in pairs):
            return dict(pairs)
        return {TAG: "dict", "value": [[_encode_str(key), item] for key, item in pairs]}

    def _clock(self, value: datetime | time, path: Path) -> object:
        encoded: dict[str, object] = {
            TAG: type(value).__name__,
            "value": value.replace(tzinfo=None, fold=0).isoformat(),
        }
        if value.fold:
            encoded["fold"] = 1
        if value.tzinfo is not None:
            encoded["zone"] = self.encode(value.tzinfo, (*path, ".tzinfo"))
        return encoded

    def _zone_info(self, value: ZoneInfo, path: Path) -> object:
        # A zone that was read from a file of its own has no name to find it by again.
        if value.key is None:
            raise self._refuse(ZoneInfo, path)
        return {TAG: "zone", "value": value.key}

    def _object(self, value: object, name: str, path: Path) -> object:
        if is_dataclass(value):
            names = tuple(field.name for field in fields(value))
        else:
            names = tuple(getattr(value, "__struct_fields__", ()))
        # An attribute that was never set (a field without init or default) stays unset.
        contents = {
            field: self.encode(getattr(value, field), (*path, f".{field}")) for field in names if hasattr(value, field)
        }
        return {TAG: "object", "class": name, "value": contents}

    def _refuse(self, kind: type, path: Path) -> XComTypeError:
        task_id, key, place, name = self._task_id, self._key, _show(path), _type_name(kind)
        if is_dataclass(kind) or issubclass(kind, msgspec.Struct):
            return XComTypeError("xcom.unregistered_type", task_id=task_id, key=key, path=place, type=name)
        return XComTypeError("xcom.unsupported_type", task_id=task_id, key=key, path=place, type=name)


def _encode_int(value: int) -> object:
    # Hexadecimal: Python limits the length of decimal digits that it reads.
    return value if -_INT_LIMIT <= value < _INT_LIMIT else {TAG: "int", "value": hex(value)}


def _encode_float(value: float) -> object:
    return value if isfinite(value) else {TAG: "float", "value": str(value)}


def _encode_str(value: str) -> object:
    if _is_unicode(value):
        return value
    # Lone surrogates, as in file names that are no UTF-8.
    return {TAG: "str", "value": _base64(value.encode("utf-8", "surrogatepass"))}


def _encode_timezone(value: timezone) -> object:
    offset = value.utcoffset(None)
    encoded: dict[str, object] = {TAG: "timezone", "value": _parts(offset)}
    name = value.tzname(None)
    if name != timezone(offset).tzname(None):
        encoded["name"] = _encode_str(name)
    return encoded


def _is_unicode(value: str) -> bool:
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parts(value: timedelta) -> list[int]:
    return [value.days, value.seconds, value.microseconds]


def _base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")


_SCALARS: dict[type, Callable[..., object]] = {
    int: _encode_int,
    float: _encode_float,
    str: _encode_str,
    bytes: lambda value: {TAG: "bytes", "value": _base64(value)},
    date: lambda value: {TAG: "date", "value": value.isoformat()},
    timedelta: lambda value: {TAG: "timedelta", "value": _parts(value)},
    timezone: _encode_timezone,
    Decimal: lambda value: {TAG: "decimal", "value": str(value)},
    UUID: lambda value: {TAG: "uuid", "value": str(value)},
}


def _show(path: Path) -> str:
    """Write a path as Python would: `value["rows"][3].price`."""
    shown = ["value"]
    for step in path:
        if isinstance(step, int):
            shown.append(f"[{step}]")
        elif step.startswith("."):
            shown.append(step)
        else:
            shown.append(f'["{step}"]')
    return "".join(shown)


def _type_name(kind: type) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
