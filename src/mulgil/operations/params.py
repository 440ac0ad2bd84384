"""A manual run's conf against the dag's params: the part of JSON Schema that params use.

Checked are `type`, `enum`, `const`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`,
`minLength`, `maxLength` and `pattern`; other keywords are for people and forms. Keys of the conf that
name no param are passed on unchecked, as in Airflow.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from mulgil.model import ParamSpec
from mulgil.operations.errors import InvalidArgumentError

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


def check_conf(dag_id: str, params: Mapping[str, ParamSpec], conf: Mapping[str, JsonValue]) -> None:
    """Check the conf of a manual run.

    Raises:
        InvalidArgumentError: A required param is missing, or a value doesn't fit its schema.
    """
    for name, param in params.items():
        if name in conf:
            _check_value(dag_id, name, param, conf[name])
        elif param.default is msgspec.UNSET:
            raise InvalidArgumentError("operations.param_missing", dag_id=dag_id, param=name)


def _check_value(dag_id: str, name: str, param: ParamSpec, value: JsonValue) -> None:
    shown = msgspec.json.encode(value).decode()
    wanted = param.schema.get("type")
    types = [wanted] if isinstance(wanted, str) else list(wanted or ())
    if types and not any(_TYPES[kind](value) for kind in types if kind in _TYPES):
        raise InvalidArgumentError(
            "operations.param_type", dag_id=dag_id, param=name, value=shown, wanted=", ".join(types)
        )
    for keyword, limit in param.schema.items():
        if keyword not in _RULES:
            continue
        applies, is_kept = _RULES[keyword]
        if applies(value) and not is_kept(value, limit):
            rule = f"{keyword} {msgspec.json.encode(limit).decode()}"
            raise InvalidArgumentError("operations.param_value", dag_id=dag_id, param=name, value=shown, rule=rule)
