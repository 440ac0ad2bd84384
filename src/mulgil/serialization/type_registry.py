"""Which classes may travel in XComs, by name.

A stored value names its class; the name is looked up among registered classes only, never imported.
"""

from collections.abc import Callable
from dataclasses import is_dataclass
from typing import TypeVar, overload

import msgspec

from mulgil.serialization.errors import XComReadError, XComTypeError

Registered = TypeVar("Registered", bound=type)


class TypeRegistry:
    """A two-way table of names and classes."""

    def __init__(self) -> None:
        """Start with no classes."""
        self._by_name: dict[str, type] = {}
        self._names: dict[type, str] = {}

    def register(self, cls: type, *, name: str | None = None) -> None:
        """Let instances of `cls` (a dataclass or msgspec Struct) travel under `name`.

        The default name is `module:qualname`. Registering again, as after a re-import, replaces.

        Raises:
            XComTypeError: `cls` is of another kind, or a different class has the name.
        """
        if not (is_dataclass(cls) or issubclass(cls, msgspec.Struct)):
            raise XComTypeError("xcom.not_registrable", type=_class_name(cls))
        chosen = name or _class_name(cls)
        known = self._by_name.get(chosen)
        if known is not None and _class_name(known) != _class_name(cls):
            raise XComTypeError("xcom.name_taken", name=chosen, type=_class_name(cls), known=_class_name(known))
        self._by_name[chosen] = cls
        self._names[cls] = chosen

    def name_of(self, cls: type) -> str | None:
        """Return the name that `cls` travels under, or None."""
        return self._names.get(cls)

    def resolve(self, name: str) -> type:
        """Return the class that travels under `name`.

        Raises:
            XComReadError: No class does, in this process.
        """
        try:
            return self._by_name[name]
        except KeyError:
            raise XComReadError("xcom.unknown_class", name=name) from None


def _class_name(cls: type) -> str:
    return f"{cls.__module__}:{cls.__qualname__}"


# Classes are registered where they are defined, at import, as with codecs: one table a process.
DEFAULT_REGISTRY = TypeRegistry()


@overload
def register_type(cls: Registered, /) -> Registered: ...


@overload
def register_type(*, name: str) -> Callable[[Registered], Registered]: ...


def register_type(
    cls: Registered | None = None, /, *, name: str | None = None
) -> Registered | Callable[[Registered], Registered]:
    """Let instances of the decorated dataclass or msgspec Struct be XComs.

    Give a `name` of your own to a class that may move to another module: values that are already
    stored are found under the name that they were written with.
    """

    def register(decorated: Registered) -> Registered:
        DEFAULT_REGISTRY.register(decorated, name=name)
        return decorated

    return register if cls is None else register(cls)
