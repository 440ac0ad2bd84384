"""Setting this process's wall clock forward, as far as Python code can see it.

The `datetime` and `time` modules are given other contents *before* the dag file is imported, so that
`from datetime import datetime` gets them, too. What reads the machine's clock below Python (a database's
`now()`, a library written in C) isn't reached: `statements` looks for that in the source.
"""

import datetime as datetime_module
import time as time_module
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta, tzinfo
from types import ModuleType
from typing import Any

from mulgil.ports import Clock


class ShiftedClock:
    """A clock that is ahead of another one."""

    def __init__(self, clock: Clock, ahead: timedelta) -> None:
        """Be `ahead` of `clock`."""
        self._clock = clock
        self._ahead = ahead

    def now(self) -> datetime:
        """Return the shifted instant."""
        return self._clock.now() + self._ahead

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start."""
        return self._clock.monotonic()


class _LooksLike(type):
    """Makes a class that stands for another one: it makes, and recognises, the other one's instances."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.__mro__[1])

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, cls.__mro__[1])


@contextmanager
def wall_clock_ahead(ahead: timedelta) -> Iterator[None]:
    """Let all Python code that is imported inside see a wall clock that is `ahead`; it keeps what it got."""
    if not ahead:
        yield
        return
    seconds = ahead.total_seconds()
    nanoseconds = round(seconds * 1_000_000_000)
    real_time, real_time_ns, real_strftime = time_module.time, time_module.time_ns, time_module.strftime

    def now() -> float:
        return real_time() + seconds

    def strftime(shape: str, *moment: Any) -> str:
        return real_strftime(shape, *(moment or (time_module.localtime(),)))

    with ExitStack() as stack:
        for name in ("gmtime", "localtime", "ctime"):
            stack.enter_context(_replaced(time_module, name, _later(getattr(time_module, name), now)))
        stack.enter_context(_replaced(time_module, "time", now))
        stack.enter_context(_replaced(time_module, "time_ns", lambda: real_time_ns() + nanoseconds))
        stack.enter_context(_replaced(time_module, "strftime", strftime))
        stack.enter_context(_replaced(datetime_module, "datetime", _later_datetime(ahead)))
        stack.enter_context(_replaced(datetime_module, "date", _later_date(ahead)))
        yield


@contextmanager
def _replaced(module: ModuleType, name: str, value: object) -> Iterator[None]:
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def _later(real: Callable[..., Any], now: Callable[[], float]) -> Callable[..., Any]:
    def shown(seconds: float | None = None) -> Any:
        return real(now() if seconds is None else seconds)

    return shown


def _later_datetime(ahead: timedelta) -> type:
    class Datetime(datetime, metaclass=_LooksLike):
        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return datetime(*args, **kwargs)  # noqa: DTZ001 - as the author wrote it

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return (datetime.now(UTC) + ahead).astimezone(tz) if tz else datetime.now() + ahead  # noqa: DTZ005

        @classmethod
        def utcnow(cls) -> Any:
            return (datetime.now(UTC) + ahead).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return datetime.now() + ahead  # noqa: DTZ005 - as the real one: local and naive

    return Datetime


def _later_date(ahead: timedelta) -> type:
    class Date(date, metaclass=_LooksLike):
        def __new__(cls, *args: Any, **kwargs: Any) -> Any:
            return date(*args, **kwargs)

        @classmethod
        def today(cls) -> Any:
            return (datetime.now() + ahead).date()  # noqa: DTZ005 - as the real one: local

    return Date
