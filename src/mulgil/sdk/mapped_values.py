"""The literal values over which a task is mapped, and which of them a map index gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod

import msgspec

from mulgil import model
from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.origin import Origin
from mulgil.sdk.xcom_arg import XComArg, find_xcom_args


class MappedValues(msgspec.Struct, frozen=True):
    """Either named lists, whose product is meant, or one list of argument dicts."""

    arguments: dict[str, Sequence[object]] = {}
    dicts: Sequence[Mapping[str, object]] | None = None

    @classmethod
    def product(cls, values: Mapping[str, object], *, origin: Origin) -> MappedValues:
        """Map over every combination of the items of named lists; a dict counts as its (key, value) pairs.

        Raises:
            DagDefinitionError: Nothing is given, or something that has no items yet.
        """
        if not values:
            raise DagDefinitionError("sdk.expand_nothing", file=origin.file, line=origin.line)
        return cls(arguments={name: _items(value, name, origin) for name, value in values.items()})

    @classmethod
    def each(cls, values: object, *, origin: Origin) -> MappedValues:
        """Map over a list of argument dicts.

        Raises:
            DagDefinitionError: It is not a list of dicts with string keys.
        """
        items = _items(values, "expand_kwargs", origin)
        dicts = [item for item in items if isinstance(item, Mapping) and all(isinstance(key, str) for key in item)]
        if len(dicts) != len(items):
            raise DagDefinitionError("sdk.expand_kwargs_not_dicts", file=origin.file, line=origin.line)
        return cls(dicts=dicts)

    @property
    def count(self) -> int:
        """How many instances there are."""
        return len(self.dicts) if self.dicts is not None else prod(len(items) for items in self.arguments.values())

    def names(self) -> tuple[str, ...]:
        """Return the names of the arguments that vary, in order."""
        if self.dicts is None:
            return tuple(self.arguments)
        return tuple(dict.fromkeys(name for item in self.dicts for name in item))

    def at(self, map_index: int) -> dict[str, object]:
        """Return the arguments of one instance; in a product the last name varies fastest."""
        if not 0 <= map_index < self.count:
            raise IndexError(f"there is no map index {map_index}: the task has {self.count} instances")
        if self.dicts is not None:
            return dict(self.dicts[map_index])
        chosen: dict[str, object] = {}
        for name, items in reversed(self.arguments.items()):
            map_index, position = divmod(map_index, len(items))
            chosen[name] = items[position]
        return chosen

    def xcom_args(self) -> Iterator[XComArg[object]]:
        """Yield the results of other tasks among the values."""
        yield from find_xcom_args(self.arguments)
        yield from find_xcom_args(self.dicts)

    def to_spec(self) -> model.Mapping:
        """Return the mapping as data: how many instances, never the values."""
        if self.dicts is not None:
            return model.Mapping(arguments=(), lengths=(len(self.dicts),))
        return model.Mapping(
            arguments=tuple(self.arguments), lengths=tuple(len(items) for items in self.arguments.values())
        )


def _items(value: object, name: str, origin: Origin) -> Sequence[object]:
    where: dict[str, str | int] = {"file": origin.file, "line": origin.line}
    if isinstance(value, XComArg):
        raise DagDefinitionError("sdk.expand_over_result", name=name, task_id=value.node_id, **where)
    if isinstance(value, Mapping):
        return tuple(value.items())
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise DagDefinitionError(
            "sdk.expand_not_a_list", name=name, value=repr(value)[:80], kind=type(value).__name__, **where
        )
    return value
