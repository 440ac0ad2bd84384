"""The loop of a process that forks others on request and says when they are gone: nursery and zygote.

It polls two descriptors and runs nothing else, so that what it forks inherits no lock that somebody
holds. Requests come with one end of a socket pair each, which becomes the child's way to the daemon.
"""

import os
import select
import signal
import socket
import sys
import warnings
from array import array
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

import msgspec

from mulgil.messages import FrameDecoder, MessageKinds, encode_frame
from mulgil.worker.linux import collect_child, next_dead_child, signal_group
from mulgil.worker.wire import ChildExited, ChildRefused

_READ_BYTES = 64 * 1024
_DESCRIPTORS = 64
_DESCRIPTOR_BYTES = array("i").itemsize
# What a child leaves with when our own code in it fails (EX_SOFTWARE of sysexits.h).
EXIT_SOFTWARE = 70

RequestT = TypeVar("RequestT")


class ForkServer(Generic[RequestT]):
    """Serves the daemon at the other end of `control`, until that end is closed."""

    def __init__(self, control: socket.socket, kinds: MessageKinds[RequestT], *, own: Iterable[int] = ()) -> None:
        """Take requests of `kinds`."""
        self._control = control
        # Descriptors of this process that its children have no business with: closed in each of them.
        self.own = set(own)
        self._decoder: FrameDecoder[RequestT] = FrameDecoder(kinds)
        self._descriptors: deque[int] = deque()
        # By pid; None for a child that nobody has asked for yet.
        self._children: dict[int, str | int | None] = {}
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)

    def send(self, message: msgspec.Struct) -> None:
        """Say something to the daemon. If it is gone, so are we: the lifeline sees to it."""
        try:
            self._control.sendall(encode_frame(message))
        except OSError:
            os._exit(0)

    def serve(self, handle: Callable[[RequestT, int], None], *, rest: Callable[[], None] = lambda: None) -> None:
        """Give each request and its descriptor to `handle`, which calls `fork`; return when nobody asks more.

        `rest` is called whenever there is nothing to do.
        """
        # Wakes the poll when a child dies; the handler itself has nothing to do.
        signal.signal(signal.SIGCHLD, _notice)
        # An author's import may have blocked it: then no child's end would ever be heard.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGCHLD,))
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._control.fileno(), select.POLLIN)
        poll.register(self._wake_read, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if self._wake_read in ready:
                _drain(self._wake_read)
            self._report_dead()
            if self._control.fileno() in ready and not self._take_requests(handle):
                return
            if not poll.poll(0):
                rest()

    def fork(self, child: str | int, descriptor: int, run: Callable[[], None]) -> None:
        """Fork a process that calls `run` and ends; `descriptor` is closed in this one."""
        try:
            pid = _fork()
        except OSError as error:
            os.close(descriptor)
            self.send(ChildRefused(child, str(error)))
            return
        if pid == 0:
            self._become_child(run)
        os.close(descriptor)
        self._children[pid] = child

    def fork_ahead(self, run: Callable[[], None]) -> int | None:
        """Fork a child that nobody has asked for yet; None if the system gives no process now."""
        try:
            pid = _fork()
        except OSError:
            return None
        if pid == 0:
            self._become_child(run)
        self._children[pid] = None
        return pid

    def assign(self, pid: int, child: str | int | None) -> bool:
        """Say whose process a child that was forked ahead is; False if it is dead."""
        if pid not in self._children:
            return False
        self._children[pid] = child
        return True

    def _take_requests(self, handle: Callable[[RequestT, int], None]) -> bool:
        size = socket.CMSG_SPACE(_DESCRIPTORS * _DESCRIPTOR_BYTES)
        try:
            data, ancillary, _, _ = self._control.recvmsg(_READ_BYTES, size, socket.MSG_CMSG_CLOEXEC)
        except ConnectionError:
            return False
        for _, _, payload in ancillary:
            received = array("i")
            received.frombytes(payload[: len(payload) - len(payload) % _DESCRIPTOR_BYTES])
            self._descriptors.extend(received)
        # Requests and descriptors come in the same order, one for each.
        for request in self._decoder.feed(data):
            handle(request, self._descriptors.popleft())
        return bool(data)

    def _report_dead(self) -> None:
        while (pid := next_dead_child()) is not None:
            # What the child left running in its group goes before its end is known.
            signal_group(pid, signal.SIGKILL)
            status = collect_child(pid)
            child = self._children.pop(pid, None)
            if child is not None:
                self.send(ChildExited(child, pid, status))

    def _become_child(self, run: Callable[[], None]) -> None:
        """In the child: leave the server behind, run, and never return into it."""
        status = EXIT_SOFTWARE
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            ours = (self._control.detach(), self._wake_read, self._wake_write, *self.own, *self._descriptors)
            for descriptor in ours:
                os.close(descriptor)
            self._children.clear()
            run()
            status = 0
        except ConnectionError:
            # The daemon is gone, and with it whoever would want to know.
            status = EXIT_SOFTWARE
        except BaseException:  # noqa: BLE001 - nothing may unwind into the server's loop
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)


def _fork() -> int:
    with warnings.catch_warnings():
        # Native threads of an imported library are tolerated: Python threads were ruled out before.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _notice(*_: object) -> None:
    """Be interrupted."""


def _drain(descriptor: int) -> None:
    try:
        while os.read(descriptor, 4096):
            pass
    except BlockingIOError:
        pass


def close_all_but(*kept: int) -> None:
    """Close every descriptor but standard ones and `kept`; for processes that no author's code has run in yet."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers are wanted, not paths
        descriptor = int(name)
        if descriptor > 2 and descriptor not in kept:
            try:
                os.close(descriptor)
            except OSError:
                # The listing's own descriptor.
                continue
