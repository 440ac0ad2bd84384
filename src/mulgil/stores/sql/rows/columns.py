"""The conversions that every area's rows share."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from mulgil.i18n import Text
from mulgil.stores.sql.instants import from_microseconds, to_microseconds

ValueT = TypeVar("ValueT")

_encoder = msgspec.json.Encoder()
_text_decoder = msgspec.json.Decoder(Text)


def json_column(value: Any) -> str:
    """Encode any value of the vocabulary."""
    return _encoder.encode(value).decode()


def text_column(text: Text | None) -> str | None:
    """Encode a reason."""
    return None if text is None else _encoder.encode(text).decode()


def text_value(column: str | None) -> Text | None:
    """Decode a reason."""
    return None if column is None else _text_decoder.decode(column)


def instant_column(instant: datetime | None) -> int | None:
    """Encode an instant that may be missing."""
    return None if instant is None else to_microseconds(instant)


def instant_value(column: int | None) -> datetime | None:
    """Decode an instant that may be missing."""
    return None if column is None else from_microseconds(column)
