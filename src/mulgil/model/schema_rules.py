"""The part of JSON Schema that params use, as pure functions.

Checked are `type`, `enum`, `const`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`,
`minLength`, `maxLength` and `pattern`; other keywords are for people and forms.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

JsonValue = Any  # what a person may write in JSON; checked here against the schema


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Mapping[str, Callable[[JsonValue], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: _is_number(value) and float(value).is_integer(),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list | tuple),
    "object": lambda value: isinstance(value, dict),
}
# Keyword → (whether it applies to the value, whether the value keeps it).
_RULES: Mapping[str, tuple[Callable[[JsonValue], bool], Callable[[JsonValue, JsonValue], bool]]] = {
    "enum": (lambda _: True, lambda value, allowed: value in allowed),
    "const": (lambda _: True, lambda value, wanted: bool(value == wanted)),
    "minimum": (_is_number, lambda value, limit: bool(value >= limit)),
    "maximum": (_is_number, lambda value, limit: bool(value <= limit)),
    "exclusiveMinimum": (_is_number, lambda value, limit: bool(value > limit)),
    "exclusiveMaximum": (_is_number, lambda value, limit: bool(value < limit)),
    "minLength": (lambda value: isinstance(value, str), lambda value, limit: len(value) >= limit),
    "maxLength": (lambda value: isinstance(value, str), lambda value, limit: len(value) <= limit),
    "pattern": (lambda value: isinstance(value, str), lambda value, regex: re.search(regex, value) is not None),
}


def wanted_types(schema: Mapping[str, JsonValue], value: JsonValue) -> tuple[str, ...]:
    """Return the types that the schema allows if the value is of none of them; nothing if it fits."""
    wanted = schema.get("type")
    types = (wanted,) if isinstance(wanted, str) else tuple(wanted or ())
    return types if types and not any(_TYPES[kind](value) for kind in types if kind in _TYPES) else ()


def broken_rule(schema: Mapping[str, JsonValue], value: JsonValue) -> str | None:
    """Return the first rule that the value doesn't keep, such as `minimum 1`; None if it keeps all."""
    for keyword, limit in schema.items():
        if keyword not in _RULES:
            continue
        applies, is_kept = _RULES[keyword]
        if applies(value) and not is_kept(value, limit):
            return f"{keyword} {msgspec.json.encode(limit).decode()}"
    return None
