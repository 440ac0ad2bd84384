"""Parameters of manual runs."""

import msgspec

from mulgil.model import ParamSpec, broken_rule, wanted_types
from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.origin import Origin, find_origin

_MISSING = msgspec.UNSET


class Param:
    """A parameter with a default and a JSON Schema: `Param(5, type="integer", minimum=1)`.

    Without a default the parameter must be given when the dag is triggered.
    """

    def __init__(self, default: object = _MISSING, *, description: str = "", **schema: object) -> None:
        """Keep the default and the schema; both must be JSON."""
        self.default = default
        self.description = description
        self.schema = schema
        self.origin = find_origin()
        self._check_default()

    @property
    def has_default(self) -> bool:
        """Whether a run may leave it out."""
        return self.default is not _MISSING

    def to_spec(self, name: str) -> ParamSpec:
        """Return the parameter as data.

        Raises:
            DagDefinitionError: Default or schema is no JSON.
        """
        return ParamSpec(
            schema={key: _as_json(value, name, self.origin) for key, value in self.schema.items()},
            default=_as_json(self.default, name, self.origin) if self.has_default else msgspec.UNSET,
            description=self.description,
        )

    def _check_default(self) -> None:
        """Refuse a default that the param's own schema refuses; what is no JSON is told of with the param's name."""
        if not self.has_default:
            return
        try:
            value = msgspec.json.decode(msgspec.json.encode(self.default))
            schema = msgspec.json.decode(msgspec.json.encode(self.schema))
        except (TypeError, ValueError, OverflowError):
            return
        types = wanted_types(schema, value)
        rule = f"type {', '.join(types)}" if types else broken_rule(schema, value)
        if rule is not None:
            where: dict[str, str | int] = {"file": self.origin.file, "line": self.origin.line}
            raise DagDefinitionError("sdk.param_default", value=repr(self.default)[:80], rule=rule, **where)


def as_params(params: dict[str, object] | None) -> dict[str, Param]:
    """Return plain values as parameters that have them as defaults."""
    return {name: value if isinstance(value, Param) else Param(value) for name, value in (params or {}).items()}


def _as_json(value: object, name: str, origin: Origin) -> object:
    try:
        return msgspec.json.decode(msgspec.json.encode(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise DagDefinitionError(
            "sdk.param_not_json", file=origin.file, line=origin.line, name=name, value=repr(value)[:80], why=str(error)
        ) from error
