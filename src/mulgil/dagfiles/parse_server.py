"""The process that parses: small, single-threaded, with everything imported that dag files need anyway.

It is forked before the DAG processor opens a store, so that no author's code ever runs in a process
that has one. Each parse is a fork of it that ends after its one file. Orders come over a socket, each parse
with the descriptor to answer on; ends of parses are told back.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
from contextlib import suppress
from importlib import import_module

import msgspec

from mulgil.dagfiles.parse_child import HANG_SIGNAL, run_parse
from mulgil.dagfiles.parse_output import ParseOutput
from mulgil.dagfiles.parsing import Kill, Parse, ParserExited, ServerOrder

# What dag files import, loaded once.
PRELOADED = ("mulgil.sdk", "mulgil.data", "mulgil.serialization", "mulgil.kernel", "jinja2.sandbox")
_LARGEST_ORDER = 1 << 16
_orders = msgspec.msgpack.Decoder(ServerOrder)


def fork_parse_server() -> tuple[socket.socket, int]:
    """Fork the server; return the socket to give orders on, and its process id."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    pid = os.fork()
    if pid:
        theirs.close()
        return ours, pid
    code = 1
    try:
        ours.close()
        ParseServer(theirs).serve()
        code = 0
    finally:
        os._exit(code)


class ParseServer:
    """Forks a process for each parse and tells when it has ended."""

    def __init__(self, orders: socket.socket) -> None:
        """Serve the other end of `orders` until it is closed."""
        self._orders = orders
        self._requests: dict[int, int] = {}
        self._outputs: dict[int, ParseOutput] = {}

    def serve(self) -> None:
        """Serve until nobody gives orders any more; what still parses is killed then."""
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_read, False)
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _notice)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for name in PRELOADED:
            with suppress(ImportError):
                import_module(name)
        gc.collect()
        gc.freeze()
        try:
            while self._serve_once(wake_read):
                pass
        finally:
            for pid in self._requests:
                os.kill(pid, signal.SIGKILL)
                _kill_group(pid)

    def _serve_once(self, wake_read: int) -> bool:
        ready, _, _ = select.select([self._orders.fileno(), wake_read, *self._outputs], [], [])
        for descriptor in ready:
            if descriptor in self._outputs and not self._outputs[descriptor].take():
                self._outputs.pop(descriptor).close()
        if wake_read in ready:
            with suppress(BlockingIOError):
                while os.read(wake_read, 512):
                    pass
            self._reap()
        if self._orders.fileno() in ready:
            data, descriptors, _, _ = socket.recv_fds(self._orders, _LARGEST_ORDER, 1)
            if not data:
                return False
            self._obey(_orders.decode(data), descriptors)
        return True

    def _obey(self, order: ServerOrder, descriptors: list[int]) -> None:
        if isinstance(order, Kill):
            pid = next((pid for pid, known in self._requests.items() if known == order.request_id), None)
            if pid is not None:
                # Not reaped yet, so the number is still this process's.
                os.kill(pid, HANG_SIGNAL if order.ask else signal.SIGKILL)
            return
        answer = descriptors[0]
        self._fork(order, answer)
        os.close(answer)

    def _fork(self, order: Parse, answer: int) -> None:
        output = ParseOutput(order.request.file)
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            output.become_output()
            run_parse(order.request, answer)
        os.close(output.write)
        self._outputs[output.fileno()] = output
        self._requests[pid] = order.request.request_id

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            request_id = self._requests.pop(pid, None)
            if request_id is not None:
                # What the file started and left behind ends with it.
                _kill_group(pid)
                with suppress(OSError):
                    code = os.waitstatus_to_exitcode(status)
                    self._orders.send(msgspec.msgpack.encode(ParserExited(request_id, code)))


def _notice(number: int, frame: object) -> None:
    """Only wakes the server: the descriptor of `set_wakeup_fd` gets a byte."""


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
