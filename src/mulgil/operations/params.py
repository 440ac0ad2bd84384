"""A manual run's conf against the dag's params.

A dag that declares params takes no others, so that a misspelt name doesn't run with the default. The conf of
a dag without params is passed on as it is.
"""

from collections.abc import Mapping

import msgspec

from mulgil.i18n import nearest_name
from mulgil.model import JsonValue, ParamSpec, broken_rule, wanted_types
from mulgil.operations.errors import InvalidArgumentError


def check_conf(dag_id: str, params: Mapping[str, ParamSpec], conf: Mapping[str, JsonValue]) -> None:
    """Check the conf of a manual run.

    Raises:
        InvalidArgumentError: A name is no param, a required one is missing, or a value doesn't fit its schema.
    """
    try:
        msgspec.msgpack.encode(conf)
    except OverflowError:
        raise InvalidArgumentError("operations.conf_too_large", dag_id=dag_id) from None
    for name in conf if params else ():
        if name not in params:
            guess = nearest_name(name, params)
            if guess is not None:
                raise InvalidArgumentError("operations.param_unknown_guess", dag_id=dag_id, param=name, guess=guess)
            raise InvalidArgumentError(
                "operations.param_unknown", dag_id=dag_id, param=name, known=", ".join(sorted(params))
            )
    for name, param in params.items():
        if name in conf:
            _check_value(dag_id, name, param, conf[name])
        elif param.default is msgspec.UNSET:
            raise InvalidArgumentError("operations.param_missing", dag_id=dag_id, param=name)


def _check_value(dag_id: str, name: str, param: ParamSpec, value: JsonValue) -> None:
    shown = msgspec.json.encode(value).decode()
    if types := wanted_types(param.schema, value):
        raise InvalidArgumentError(
            "operations.param_type", dag_id=dag_id, param=name, value=shown, wanted=", ".join(types)
        )
    if rule := broken_rule(param.schema, value):
        raise InvalidArgumentError("operations.param_value", dag_id=dag_id, param=name, value=shown, rule=rule)
