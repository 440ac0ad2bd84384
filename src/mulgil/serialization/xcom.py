"""XComs as bytes: `{"format": 1, "value": …}`, or `{"file": …, "format": 1}` for one kept in a file.

What JSON has is written as JSON; everything else is an object with the key `$type`:

    null, true, 12, 1.5, "text", [..], {"key": ..}            themselves
    int beyond 64 bits, nan, inf, str that is no Unicode      {"$type": "int" | "float" | "str", ..}
    bytes, tuple, set, frozenset, Decimal, UUID               {"$type": .., "value": ..}
    date, time, datetime, timedelta, ZoneInfo, timezone       {"$type": .., "value": ..}
    dict with a key `$type`                                   {"$type": "dict", "value": [[key, value], ..]}
    registered dataclass or Struct                            {"$type": "object", "class": .., "value": {..}}

The value that is read equals the one that was written and has the same types: what could come back as
something else (a subclass, a named tuple, a numpy scalar) is refused when it is written. Equal values
give equal bytes; sets are sorted, dicts keep their order.
"""

from typing import Literal

import msgspec

from mulgil.serialization.errors import XComReadError, XComSizeError
from mulgil.serialization.type_registry import DEFAULT_REGISTRY, TypeRegistry
from mulgil.serialization.xcom_decoding import ValueDecoder
from mulgil.serialization.xcom_encoding import ValueEncoder

XCOM_FORMAT = 1
# Encodings above this many bytes go to a content-addressed file, and the row names the file.
INLINE_LIMIT = 48 * 1024
# No value's encoding, and no attempt's rows together, may be longer: a report is one message, and a frame
# takes four times as much. Tables have a form of their own, without this limit.
LARGEST_XCOM = 16 * 1024 * 1024


class XComFile(msgspec.Struct, frozen=True, kw_only=True):
    """A reference to an XCom's contents in a file named by its hash.

    Kind `value`: the file holds what `encode_xcom` returned. Kind `arrow`: a table, as Arrow IPC.
    """

    sha256: str
    size: int
    kind: Literal["value", "arrow"]


class _Value(msgspec.Struct, frozen=True):
    format: int
    value: object


class _Reference(msgspec.Struct, frozen=True):
    file: XComFile
    format: int


class _Header(msgspec.Struct, frozen=True):
    format: int
    value: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    file: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_ENCODER = msgspec.json.Encoder()
_HEADER = msgspec.json.Decoder(_Header)
_VALUE = msgspec.json.Decoder()
_FILE = msgspec.json.Decoder(XComFile)


def encode_xcom(value: object, *, task_id: str, key: str, registry: TypeRegistry = DEFAULT_REGISTRY) -> bytes:
    """Return the stored form of `value`, which `task_id` pushes under `key`.

    Raises:
        XComTypeError: Something in `value` has no stored form; the message names task, key, the place
            inside the value, its type and the remedy.
        XComSizeError: The stored form is longer than `LARGEST_XCOM`.
    """
    encoder = ValueEncoder(registry, task_id=task_id, key=key)
    data = _ENCODER.encode(_Value(XCOM_FORMAT, encoder.encode(value, ())))
    if len(data) > LARGEST_XCOM:
        raise XComSizeError("xcom.too_large", task_id=task_id, key=key, bytes=len(data), limit=LARGEST_XCOM)
    return data


def decode_xcom(data: bytes, *, registry: TypeRegistry = DEFAULT_REGISTRY) -> object:
    """Return the value that `encode_xcom` of this or any older version wrote.

    Raises:
        XComReadError: `data` only names a file (see `read_xcom_file`), was written by a newer
            version, holds a class that is not registered here, or is damaged.
    """
    header = _read_header(data)
    if header.value is msgspec.UNSET:
        raise XComReadError("xcom.is_file")
    try:
        return ValueDecoder(registry).decode(_VALUE.decode(header.value))
    except XComReadError:
        raise
    # Damaged contents can break any of the types that are built from them, in any way.
    except Exception as error:
        raise XComReadError("xcom.unreadable", detail=str(error)) from error


def encode_xcom_file(file: XComFile) -> bytes:
    """Return the stored form of an XCom whose contents are in `file`."""
    return _ENCODER.encode(_Reference(file, XCOM_FORMAT))


def read_xcom_file(data: bytes) -> XComFile | None:
    """Return the file that holds an XCom's contents, or None where `data` holds the value itself.

    Raises:
        XComReadError: `data` was written by a newer version or is damaged.
    """
    header = _read_header(data)
    if header.file is msgspec.UNSET:
        return None
    try:
        return _FILE.decode(header.file)
    except msgspec.DecodeError as error:
        raise XComReadError("xcom.unreadable", detail=str(error)) from error


def _read_header(data: bytes) -> _Header:
    try:
        header = _HEADER.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise XComReadError("xcom.unreadable", detail=str(error)) from error
    if header.format > XCOM_FORMAT:
        raise XComReadError("xcom.newer_format", format=header.format, supported=XCOM_FORMAT)
    if header.format < 1 or (header.value is msgspec.UNSET) == (header.file is msgspec.UNSET):
        raise XComReadError("xcom.unreadable", detail=f"format {header.format}")
    return header
