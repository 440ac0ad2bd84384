"""Values of Python that Arrow would take for a column by changing them: zones, times and digits get lost.

Arrow drops what its type has no place for, and says nothing. Each function here says what would be lost.
"""

import struct
from collections.abc import Callable, ItemsView, Mapping
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

Loss = Callable[[object], str]
_MICROSECONDS = {"s": 1_000_000, "ms": 1000, "us": 1, "ns": 1}


def loss_in(kind: "pa.DataType", *, is_declared: bool) -> Loss | None:
    """Return what says of a value how it would change in a column, or "" if it doesn't; None if none can.

    Where the type `is_declared`, a midnight may become a date; otherwise one column has one kind of values.
    """
    import pyarrow as pa

    if pa.types.is_nested(kind):
        return _loss_in_nested(kind, is_declared=is_declared)
    if pa.types.is_timestamp(kind):
        return _timestamp(kind)
    if pa.types.is_date(kind):
        return _midnight if is_declared else _plain_date
    if pa.types.is_time(kind):
        return _time(kind.unit)
    if pa.types.is_duration(kind):
        return _duration(kind.unit)
    if pa.types.is_float16(kind) or pa.types.is_float32(kind):
        return _float("<e" if pa.types.is_float16(kind) else "<f")
    return None


def _loss_in_nested(kind: "pa.DataType", *, is_declared: bool) -> Loss | None:
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return _struct({field.name: loss_in(field.type, is_declared=is_declared) for field in kind})
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _list(loss_in(kind.value_type, is_declared=is_declared))
    if pa.types.is_map(kind):
        return _map(loss_in(kind.item_type, is_declared=is_declared))
    return None


def _struct(losses: Mapping[str, Loss | None]) -> Loss:
    def loss(value: object) -> str:
        if not isinstance(value, Mapping):
            return ""
        for name, item in value.items():
            if name not in losses:
                return f"the column has no place for its {name!r}"
            inner = losses[name]
            if inner is not None and (found := inner(item)):
                return f"{name}: {found}"
        return ""

    return loss


def _list(inner: Loss | None) -> Loss | None:
    if inner is None:
        return None

    def loss(value: object) -> str:
        if not isinstance(value, list | tuple):
            return ""
        return next((found for item in value if (found := inner(item))), "")

    return loss


def _map(inner: Loss | None) -> Loss | None:
    if inner is None:
        return None

    def loss(value: object) -> str:
        items = value.items() if isinstance(value, Mapping) else value
        if not isinstance(items, list | tuple | ItemsView):
            return ""
        return next((found for _, item in items if (found := inner(item))), "")

    return loss


def _timestamp(kind: "pa.TimestampType") -> Loss:
    has_zone, unit = kind.tz is not None, str(kind.unit)
    step = _MICROSECONDS[unit]

    def loss(value: object) -> str:
        # A frame's "no time" is a datetime that isn't even itself.
        if not isinstance(value, datetime) or value != value:
            return ""
        if (value.utcoffset() is not None) != has_zone:
            return "it has no time zone, and the column has one" if has_zone else "the column has no time zone"
        if value.microsecond % step or (unit != "ns" and getattr(value, "nanosecond", 0)):
            return f"the column has no smaller unit than {unit}"
        return ""

    return loss


def _midnight(value: object) -> str:
    if not isinstance(value, datetime) or value != value:
        return ""
    is_date = value.time() == time() and value.tzinfo is None
    return "" if is_date else "its time of day would be lost"


def _plain_date(value: object) -> str:
    return "the rows before it have dates without a time of day" if isinstance(value, datetime) else ""


def _time(unit: str) -> Loss:
    def loss(value: object) -> str:
        if not isinstance(value, time):
            return ""
        if value.tzinfo is not None:
            return "its time zone would be lost"
        return f"the column has no smaller unit than {unit}" if value.microsecond % _MICROSECONDS[unit] else ""

    return loss


def _duration(unit: str) -> Loss:
    step = timedelta(microseconds=_MICROSECONDS[unit])

    def loss(value: object) -> str:
        if not isinstance(value, timedelta) or value != value:
            return ""
        return f"the column has no smaller unit than {unit}" if value % step else ""

    return loss


def _float(code: str) -> Loss:
    def loss(value: object) -> str:
        if not isinstance(value, float) or value != value:
            return ""
        try:
            kept = struct.unpack(code, struct.pack(code, value))[0]
        except OverflowError:
            return "it is too large"
        return "" if kept == value else f"it would become {kept!r}; float64 keeps it"

    return loss


def frame_loss(column: "pa.Array", kind: "pa.DataType") -> tuple[int | None, str] | None:
    """Return what a cast would change: the first row (None for all), and how; None if the cast is true."""
    import pyarrow as pa
    import pyarrow.compute as pc

    given = column.type
    if given == kind:
        return None
    if pa.types.is_timestamp(given) and pa.types.is_timestamp(kind) and (given.tz is None) != (kind.tz is None):
        return None, f"it is {given}, and {kind} is declared: a zone would be lost or guessed"
    if pa.types.is_floating(given) and pa.types.is_decimal(kind):
        return None, f"it is {given}, and {kind} is declared: floats have no exact decimals"
    is_temporal = pa.types.is_timestamp(given) and not pa.types.is_timestamp(kind) and pa.types.is_temporal(kind)
    if not is_temporal and not (pa.types.is_floating(given) and pa.types.is_floating(kind)):
        return None
    if pa.types.is_timestamp(given) and not pa.types.is_date(kind):
        return None, f"it is {given}, and {kind} is declared: its dates would be lost"
    plain = column.cast(pa.timestamp(given.unit)) if is_temporal else column
    back = plain.cast(kind).cast(plain.type)
    differs = pc.and_not(pc.not_equal(plain, back), _is_nan(plain))
    at: int = pc.index(differs, True).as_py()
    return None if at < 0 else (at, f"{column[at].as_py()!r} would change in {kind}")


def _is_nan(column: "pa.Array") -> "pa.Array":
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.is_nan(column) if pa.types.is_floating(column.type) else pa.array([False] * len(column))
