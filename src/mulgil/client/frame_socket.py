"""A non-blocking stream socket that carries frames: what can't be sent now waits in a queue."""

import os
import socket
from collections import deque
from collections.abc import Sequence
from typing import Generic, TypeVar

import msgspec

from mulgil.messages import FrameDecoder, FrameError, MessageKinds, encode_frame

_READ_BYTES = 256 * 1024

MessageT = TypeVar("MessageT")


class FrameSocket(Generic[MessageT]):
    """Sends structs and receives those of certain kinds. The owner waits for readiness by `fileno`.

    The peer's end is a fact, not an error: `is_ended` is set, and what is sent from then on is
    dropped. The owner learns what was lost by other means (a hello, a process's exit).
    """

    def __init__(self, connection: socket.socket, kinds: MessageKinds[MessageT]) -> None:
        """Own `connection` from here on."""
        connection.setblocking(False)
        self._socket = connection
        self._decoder: FrameDecoder[MessageT] = FrameDecoder(kinds)
        # Bytes to send, and the descriptor (owned) that travels with the first of them. Views, because a long
        # message goes in many pieces: what is left must not be copied for each.
        self._unsent: deque[tuple[memoryview, int | None]] = deque()
        self.is_ended = False
        # Why nothing more that the peer says can be understood; such a socket counts as ended.
        self.error: FrameError | None = None

    def fileno(self) -> int:
        """Return the descriptor to wait on; -1 when closed."""
        return self._socket.fileno()

    @property
    def has_unsent(self) -> bool:
        """Whether something waits until the peer reads: call `flush` when the socket is writable."""
        return bool(self._unsent)

    def send(self, message: msgspec.Struct, *, descriptor: int | None = None) -> None:
        """Send a message, now or as soon as the peer takes it; a `descriptor` goes along and is closed here.

        Raises:
            FrameError: The message has no form on the wire; nothing was sent, and the next one can be.
        """
        try:
            frame = memoryview(encode_frame(message))
        except FrameError:
            if descriptor is not None:
                os.close(descriptor)
            raise
        self._unsent.append((frame, descriptor))
        if len(self._unsent) == 1 or self.is_ended:
            self.flush()

    def flush(self) -> None:
        """Send what waits, as far as the peer takes it."""
        while self._unsent and not self.is_ended:
            data, descriptor = self._unsent[0]
            try:
                sent = self._send(data, descriptor)
            except BlockingIOError:
                return
            except OSError:
                self._end()
                return
            self._unsent.popleft()
            if descriptor is not None:
                os.close(descriptor)
            if sent < len(data):
                self._unsent.appendleft((data[sent:], None))
        if self.is_ended:
            self._end()

    def receive(self) -> Sequence[MessageT]:
        """Return every message that has arrived whole; empty if none has.

        Bytes that are no message end the socket and set `error`; the messages before them are returned.
        """
        messages: list[MessageT] = []
        while not self.is_ended:
            try:
                data = self._socket.recv(_READ_BYTES)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            if not data:
                self._end()
                break
            try:
                # One by one: those before an error are kept.
                for message in self._decoder.feed(data):
                    messages.append(message)  # noqa: PERF402
            except FrameError as error:
                self.error = error
                self._end()
        return messages

    def close(self) -> None:
        """Hang up."""
        self._end()
        self._socket.close()

    def _send(self, data: memoryview, descriptor: int | None) -> int:
        if descriptor is None:
            return self._socket.send(data)
        return socket.send_fds(self._socket, [data], [descriptor])

    def _end(self) -> None:
        self.is_ended = True
        while self._unsent:
            _, descriptor = self._unsent.popleft()
            if descriptor is not None:
                os.close(descriptor)
