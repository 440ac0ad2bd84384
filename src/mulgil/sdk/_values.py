"""Reading the values that authors give: forgiving in form, exact in what they mean."""

from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from mulgil.sdk._suggestion import listed, nearest
from mulgil.sdk.errors import DagDefinitionError
from mulgil.sdk.origin import Origin

EnumT = TypeVar("EnumT", bound=StrEnum)


def as_int(value: object, name: str, origin: Origin, *, least: int | None = None) -> int:
    """Return a whole number, at least `least`."""
    if isinstance(value, int) and not isinstance(value, bool) and (least is None or value >= least):
        return value
    where: dict[str, str | int] = {"file": origin.file, "line": origin.line}
    if least is None:
        raise DagDefinitionError("sdk.not_a_whole_number", name=name, value=repr(value)[:80], **where)
    raise DagDefinitionError("sdk.not_a_number_from", name=name, value=repr(value)[:80], least=least, **where)


def as_float(value: object, name: str, origin: Origin) -> float:
    """Return a number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise DagDefinitionError("sdk.not_a_number", name=name, value=repr(value)[:80], file=origin.file, line=origin.line)


def as_timedelta(value: object, name: str, origin: Origin) -> timedelta:
    """Return a length of time that isn't negative; a plain number is seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = timedelta(seconds=value)
    if isinstance(value, timedelta) and value >= timedelta(0):
        return value
    raise DagDefinitionError(
        "sdk.not_a_duration", name=name, value=repr(value)[:80], file=origin.file, line=origin.line
    )


def as_enum(kind: type[EnumT], value: object, name: str, origin: Origin) -> EnumT:
    """Return a member of `kind` by its name.

    Raises:
        DagDefinitionError: There is no such member.
    """
    known = [member.value for member in kind]
    if isinstance(value, str) and value in known:
        return kind(value)
    guess = nearest(str(value), known)
    raise DagDefinitionError(
        "sdk.unknown_choice",
        file=origin.file,
        line=origin.line,
        name=name,
        value=repr(value)[:80],
        guess=guess or known[0],
        known=listed(known),
    )
