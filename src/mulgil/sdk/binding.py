"""Fitting arguments to a function's signature: when a dag is compiled, and when its task runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from inspect import Parameter, Signature

from mulgil.sdk._suggestion import listed, nearest
from mulgil.sdk.context import CONTEXT_NAMES, Context
from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.origin import Origin

_NAMED = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def check_call(
    function: Callable[..., object],
    *,
    positional: int,
    named: Iterable[str],
    task_id: str,
    origin: Origin,
    complete: bool = True,
) -> None:
    """Refuse a call that Python would refuse when the task runs.

    Parameters named like context values may be left out; without `complete` so may all others.

    Raises:
        DagDefinitionError: Too many arguments, an unknown, a doubled or a missing one.
    """
    signature = _signature(function)
    if signature is None:
        return
    call = _Call(signature, positional=positional, named=tuple(named), task_id=task_id, origin=origin)
    call.check_positional(function)
    call.check_named()
    if complete:
        call.check_missing()


class _Call:
    """One call of a task's function, by the names and the number of its arguments."""

    def __init__(
        self, signature: Signature, *, positional: int, named: tuple[str, ...], task_id: str, origin: Origin
    ) -> None:
        self.parameters = list(signature.parameters.values())
        self.positional = positional
        self.named = named
        self.where: dict[str, str | int] = {"task_id": task_id, "file": origin.file, "line": origin.line}
        in_order = [p for p in self.parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        self.room = len(in_order)
        self.by_position = {p.name for p in in_order[:positional]}

    def _has(self, kind: object) -> bool:
        return any(p.kind is kind for p in self.parameters)

    def check_positional(self, function: Callable[..., object]) -> None:
        """Refuse more positional arguments than the function takes."""
        if self.positional > self.room and not self._has(Parameter.VAR_POSITIONAL):
            raise DagDefinitionError(
                "sdk.too_many_arguments",
                given=self.positional,
                room=self.room,
                signature=_shown(function),
                **self.where,
            )

    def check_named(self) -> None:
        """Refuse names that the function doesn't have, and those that a position gives already."""
        known = {p.name for p in self.parameters if p.kind in _NAMED}
        for name in self.named:
            if name in self.by_position and name in known:
                raise DagDefinitionError("sdk.doubled_argument", name=name, **self.where)
            if name in known or self._has(Parameter.VAR_KEYWORD):
                continue
            guess = nearest(name, known)
            if guess is not None:
                raise DagDefinitionError("sdk.unknown_parameter_guess", name=name, guess=guess, **self.where)
            raise DagDefinitionError("sdk.unknown_parameter", name=name, known=listed(known) or "—", **self.where)

    def check_missing(self) -> None:
        """Refuse a call without an argument that has no default and isn't a context value."""
        given = self.by_position | set(self.named)
        for parameter in self.parameters:
            is_variable = parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
            if is_variable or parameter.name in given or parameter.default is not Parameter.empty:
                continue
            if parameter.name not in CONTEXT_NAMES:
                raise DagDefinitionError("sdk.missing_argument", name=parameter.name, **self.where)


def context_arguments(
    function: Callable[..., object], context: Context, *, given: Mapping[str, object], positional: int
) -> dict[str, object]:
    """Return the context values that the function asks for by name and wasn't given (all for `**kwargs`)."""
    signature = _signature(function)
    if signature is None:
        return {}
    parameters = list(signature.parameters.values())
    in_order = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    taken = {p.name for p in in_order[:positional]} | set(given)
    wanted = [p.name for p in parameters if p.kind in _NAMED and p.name in context and p.name not in taken]
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        named = {p.name for p in parameters}
        wanted += [name for name in context if name not in taken and name not in named]
    return {name: context[name] for name in wanted}


def _signature(function: Callable[..., object]) -> Signature | None:
    try:
        return _known_signature(function)
    except TypeError:
        # A callable that can't be hashed is looked at every time.
        return _read_signature(function)


@lru_cache(maxsize=1024)
def _known_signature(function: Callable[..., object]) -> Signature | None:
    return _read_signature(function)


def _read_signature(function: Callable[..., object]) -> Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def _shown(function: Callable[..., object]) -> str:
    return f"{getattr(function, '__name__', 'function')}{_signature(function)}"
