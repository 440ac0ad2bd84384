"""An attempt's way to its daemon: a blocking stream socket with frames.

Frames are sent and read whole: a signal whose handler raises must not leave half of one, so SIGTERM waits
while a frame passes, and only there.
"""

import os
import select
import signal
import socket
import threading
from collections.abc import Iterable
from typing import NoReturn

import msgspec

from mulgil.messages import Answer, Ask, FrameDecoder, Question, encode_frame
from mulgil.worker.errors import CutOffError, ForkedTaskError
from mulgil.worker.wire import TO_ATTEMPT, Begin, ToAttempt

_READ_BYTES = 256 * 1024
_DEFERRED = {signal.SIGTERM}
# Made before any fork: an attempt that had to make its decoder would spend more on that than on its messages.
FrameDecoder(TO_ATTEMPT)


class DaemonLink:
    """Safe to use from several threads of the task, and from its signal handlers."""

    def __init__(self, descriptor: int) -> None:
        """Own the socket `descriptor`."""
        self._socket = socket.socket(fileno=descriptor)
        self._socket.setblocking(True)
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._decoder = FrameDecoder(TO_ATTEMPT)
        self._lock = threading.RLock()
        self._pid = os.getpid()
        self._identity = os.fstat(descriptor)
        self._answers: dict[int, Answer] = {}
        self._last_request = 0

    @property
    def is_own(self) -> bool:
        """Whether this process is the one that the link was made in, and not a fork of it."""
        return os.getpid() == self._pid

    def receive_begin(self) -> Begin:
        """Return what the attempt is to do: the daemon's first message."""
        while True:
            for message in self._receive():
                if isinstance(message, Begin):
                    return message

    def send(self, message: msgspec.Struct) -> None:
        """Say something to the daemon.

        Raises:
            CutOffError: The task has closed the socket.
            ForkedTaskError: This process is a fork of the task's.
            FrameError: The message can't be sent, whatever the daemon does.
        """
        if not self.is_own:
            raise ForkedTaskError("worker.asked_in_fork")
        frame = encode_frame(message)
        self._check_identity()
        with self._lock:
            before = signal.pthread_sigmask(signal.SIG_BLOCK, _DEFERRED)
            try:
                self._socket.sendall(frame)
            except OSError:
                _leave()
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def ask(self, attempt_id: str, question: Question) -> Answer:
        """Ask the scheduler something and wait for the answer, for as long as the scheduler is away."""
        with self._lock:
            self._last_request += 1
            request_id = self._last_request
            self.send(Ask(attempt_id, request_id, question))
            while request_id not in self._answers:
                # A signal handler that asks meanwhile reads answers to both.
                for message in self._receive():
                    if isinstance(message, Answer):
                        self._answers[message.request_id] = message
            return self._answers.pop(request_id)

    def close(self) -> None:
        """Hang up; a process that ends needn't."""
        self._socket.close()

    def _receive(self) -> Iterable[ToAttempt]:
        """Wait, interruptibly, until something is there; then take it whole."""
        self._poll.poll()
        self._check_identity()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _DEFERRED)
        try:
            data = self._socket.recv(_READ_BYTES, socket.MSG_DONTWAIT)
            if not data:
                _leave()
            return tuple(self._decoder.feed(data))
        except BlockingIOError:
            # Another thread took it.
            return ()
        except OSError:
            _leave()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _check_identity(self) -> None:
        """See that the number still means our socket: a task that closes what isn't its own may open others there."""
        try:
            is_ours = os.path.samestat(os.fstat(self._socket.fileno()), self._identity)
        except OSError:
            is_ours = False
        if not is_ours:
            raise CutOffError("worker.cut_off")


def _leave() -> NoReturn:
    """End: the daemon is gone, and with it whoever would hear of the end."""
    os._exit(1)
