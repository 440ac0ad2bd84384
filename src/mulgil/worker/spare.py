"""A process that a zygote forks before anybody asks for it, to save the next attempt the wait."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Generic, TypeVar

from mulgil.worker.fork_server import ForkServer
from mulgil.worker.linux import kill_process

RequestT = TypeVar("RequestT")


class Spare(Generic[RequestT]):
    """One such process. It waits for the connection of the attempt that it will be, and for nothing else."""

    def __init__(self, server: ForkServer[RequestT], pid: int, channel: socket.socket) -> None:
        """Reach the process `pid`, a child of `server`, by `channel`."""
        self._server = server
        self._pid = pid
        self._channel = channel

    @classmethod
    def fork(
        cls, server: ForkServer[RequestT], run: Callable[[Callable[[], int | None]], None]
    ) -> Spare[RequestT] | None:
        """Fork one that calls `run` with what waits for its connection; None if the system gives no process."""
        own, other = socket.socketpair()
        # Held by nobody else, its end tells the process that it will not be needed.
        server.own.add(own.fileno())
        pid = server.fork_ahead(lambda: run(lambda: _wait_for_connection(other)))
        other.close()
        if pid is None:
            _close(server, own)
            return None
        return cls(server, pid, own)

    def become(self, child: str | int, descriptor: int) -> bool:
        """Let the process be `child`, with the connection `descriptor` (then closed here); False if it is dead."""
        is_sent = self._server.assign(self._pid, child)
        if is_sent:
            try:
                socket.send_fds(self._channel, [b"."], [descriptor])
            except OSError:
                is_sent = False
                self._server.assign(self._pid, None)
        _close(self._server, self._channel)
        if is_sent:
            os.close(descriptor)
        return is_sent

    def dismiss(self) -> None:
        """End the process."""
        kill_process(self._pid)
        _close(self._server, self._channel)


def _close(server: ForkServer[RequestT], channel: socket.socket) -> None:
    server.own.discard(channel.fileno())
    channel.close()


def _wait_for_connection(channel: socket.socket) -> int | None:
    """In the process: return the connection, or None if the zygote has ended."""
    data, descriptors, _, _ = socket.recv_fds(channel, 1, 1, socket.MSG_CMSG_CLOEXEC)
    channel.close()
    return descriptors[0] if data else None
