"""Dags as bytes: `{"dag": …, "format": 1}`, the only form in which a dag crosses a process border.

The bytes are deterministic (sorted keys, defaults left out), so equal dags have equal bytes and one
hash. A field added to `DagSpec` with a default needs no new format. A changed meaning does, and so
does a changed default, because defaults aren't written: then the number rises, and `_READERS` keeps a
reader for every number that was ever written.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from math import isfinite
from types import MappingProxyType
from typing import overload

import msgspec
from msgspec.structs import replace

from mulgil.model import DagSpec, DeltaTimetable, DeltaTriggerTimetable, EventsTimetable
from mulgil.serialization.errors import DagFormatError

DAG_FORMAT = 1


class _Written(msgspec.Struct, frozen=True):
    format: int
    dag: DagSpec


class _Stored(msgspec.Struct, frozen=True):
    format: int
    dag: msgspec.Raw


_ENCODER = msgspec.json.Encoder(order="sorted")
_STORED = msgspec.json.Decoder(_Stored)
_FORMAT_1 = msgspec.json.Decoder(DagSpec)

_READERS: Mapping[int, Callable[[msgspec.Raw], DagSpec]] = MappingProxyType({1: _FORMAT_1.decode})


def encode_dag(spec: DagSpec) -> bytes:
    """Return the serialized form of `spec`; `decode_dag` gives back an equal one.

    Raises:
        DagFormatError: `spec` breaks a limit of its fields, or a parameter holds something that is
            no JSON value. The message says where.
    """
    for name, param in spec.params.items():
        _check_json(param.schema, f"params[{name!r}].schema", spec.dag_id)
        if param.default is not msgspec.UNSET:
            _check_json(param.default, f"params[{name!r}].default", spec.dag_id)
    written = _Written(DAG_FORMAT, _with_utc_instants(spec))
    try:
        data = _ENCODER.encode(written)
        # What the stores and the wire carry are whole numbers of 64 bits.
        msgspec.msgpack.encode(written)
        # Structs don't check what they are built from; reading does. Better here than at the reader.
        decode_dag(data)
    except (ValueError, TypeError, OverflowError) as error:
        raise DagFormatError("serialization.dag_invalid", dag_id=spec.dag_id, detail=str(error)) from error
    except DagFormatError as error:
        detail = error.text.fields.get("detail")
        raise DagFormatError("serialization.dag_invalid", dag_id=spec.dag_id, detail=detail) from error
    return data


def decode_dag(data: bytes) -> DagSpec:
    """Return the dag that `encode_dag` of this or any older version wrote.

    Raises:
        DagFormatError: `data` was written by a newer version, or is no serialized dag.
    """
    try:
        stored = _STORED.decode(data)
        reader = _READERS.get(stored.format)
        if reader is not None:
            return reader(stored.dag)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DagFormatError("serialization.dag_unreadable", detail=str(error)) from error
    if stored.format > DAG_FORMAT:
        raise DagFormatError("serialization.dag_newer", format=stored.format, supported=DAG_FORMAT)
    raise DagFormatError("serialization.dag_unreadable", detail=f"format {stored.format}")


def dag_hash(spec: DagSpec) -> str:
    """Return the SHA-256 of the serialized form, in hex."""
    return sha256(encode_dag(spec)).hexdigest()


def _with_utc_instants(spec: DagSpec) -> DagSpec:
    """Write instants in UTC: equal ones get equal bytes, and old zones' offsets with seconds stay exact."""
    timetable = spec.timetable
    if isinstance(timetable, DeltaTimetable | DeltaTriggerTimetable):
        timetable = replace(timetable, anchor=_utc(timetable.anchor))
    elif isinstance(timetable, EventsTimetable):
        timetable = replace(timetable, event_dates=tuple(map(_utc, timetable.event_dates)))
    return replace(spec, timetable=timetable, start_date=_utc(spec.start_date), end_date=_utc(spec.end_date))


@overload
def _utc(instant: datetime) -> datetime: ...


@overload
def _utc(instant: None) -> None: ...


def _utc(instant: datetime | None) -> datetime | None:
    if instant is None or instant.utcoffset() is None:
        return instant
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise DagFormatError("serialization.instant_out_of_range", instant=instant.isoformat()) from None


def _check_json(value: object, where: str, dag_id: str) -> None:
    """Refuse what JSON would silently change (a tuple, NaN) or can't hold."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise _not_json(key, f"{where} key {key!r}", dag_id)
            _check_json(item, f"{where}[{key!r}]", dag_id)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_json(item, f"{where}[{index}]", dag_id)
    elif isinstance(value, float):
        if not isfinite(value):
            raise _not_json(value, where, dag_id)
    elif value is not None and not isinstance(value, str | int):
        raise _not_json(value, where, dag_id)


def _not_json(value: object, where: str, dag_id: str) -> DagFormatError:
    shown = str(value) if isinstance(value, float) else type(value).__qualname__
    return DagFormatError("serialization.param_not_json", dag_id=dag_id, where=where, value=shown)
