"""Frames on a byte stream: four bytes of length (big-endian), then one msgpack message. Sans-IO."""

from collections.abc import Iterator
from functools import cached_property, reduce
from operator import or_
from typing import Generic, TypeVar

import msgspec

from mulgil.messages.errors import FrameError

MAX_FRAME_BYTES = 64 * 1024 * 1024
_LENGTH_BYTES = 4
_LONGEST_REASON = 500

MessageT = TypeVar("MessageT")
_encoder = msgspec.msgpack.Encoder()


class MessageKinds(Generic[MessageT]):
    """The kinds of message that one side of a stream says.

    One for each union, beside it: a union isn't a class, so a decoder can't be typed by being given it.
    """

    def __init__(self, *kinds: type[MessageT]) -> None:
        """Name the structs that may come."""
        self._kinds = kinds

    @cached_property
    def decoder(self) -> msgspec.msgpack.Decoder[MessageT]:
        """Their decoder; making it takes longer than decoding a hundred messages."""
        return msgspec.msgpack.Decoder(reduce(or_, self._kinds))


def encode_frame(message: msgspec.Struct) -> bytes:
    """Return `message` as one frame.

    Raises:
        FrameError: The message is longer than `MAX_FRAME_BYTES`, or holds what has no form on the wire: an
            integer beyond 64 bits, text that is no Unicode, something nested too deeply.
    """
    try:
        body = _encoder.encode(message)
    except (msgspec.MsgspecError, OverflowError, RecursionError, TypeError, ValueError) as error:
        kind = type(message).__name__
        raise FrameError("messages.frame_unwritable", kind=kind, why=str(error)[:_LONGEST_REASON]) from error
    if len(body) > MAX_FRAME_BYTES:
        raise FrameError("messages.frame_too_long", bytes=len(body), limit=MAX_FRAME_BYTES)
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


class FrameDecoder(Generic[MessageT]):
    """Collects received bytes and yields whole messages of certain kinds, in order."""

    def __init__(self, kinds: MessageKinds[MessageT]) -> None:
        """Expect messages of `kinds` only."""
        self._decoder = kinds.decoder
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[MessageT]:
        """Add received bytes; yield each message that they complete.

        Raises:
            FrameError: A frame is too long or holds no message of the kinds.
        """
        self._buffer += data
        while len(self._buffer) >= _LENGTH_BYTES:
            length = int.from_bytes(self._buffer[:_LENGTH_BYTES], "big")
            if length > MAX_FRAME_BYTES:
                raise FrameError("messages.frame_too_long", bytes=length, limit=MAX_FRAME_BYTES)
            end = _LENGTH_BYTES + length
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_LENGTH_BYTES:end])
            del self._buffer[:end]
            try:
                yield self._decoder.decode(body)
            except (msgspec.MsgspecError, RecursionError, ValueError) as error:
                raise FrameError("messages.frame_unreadable", why=str(error)) from error
