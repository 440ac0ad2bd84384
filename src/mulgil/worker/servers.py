"""The daemon's view of the processes that fork for it: one nursery, and a zygote for each dag file."""

import socket
import subprocess
import sys
from dataclasses import dataclass, field

import msgspec

from mulgil.client import FrameSocket
from mulgil.worker.attempt.spawn import SpawnArguments
from mulgil.worker.context import WorkerContext
from mulgil.worker.wire import FROM_SERVER, FromServer


@dataclass(eq=False)
class Server:
    """A nursery or a zygote. `pid` is unknown until it has said so, `zygote_id` None for the nursery."""

    connection: FrameSocket[FromServer]
    zygote_id: int | None = None
    # The nursery that a zygote was asked of.
    parent: "Server | None" = None
    pid: int | None = None
    is_dead: bool = False
    # The attempts that it was asked to start and that haven't ended.
    attempts: set[str] = field(default_factory=set)

    @property
    def is_orphan(self) -> bool:
        """Whether the daemon must find out by itself what becomes of it."""
        return self.parent is not None and self.parent.is_dead and not self.is_dead


def socket_pair() -> tuple[socket.socket, int]:
    """Return this process's end of a new connection, and the descriptor to give away."""
    own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return own, other.detach()


def exec_nursery(context: WorkerContext) -> Server:
    """Start a nursery as a fresh interpreter: the daemon itself is not forked once it runs."""
    own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    home = context.home
    told = SpawnArguments(other.fileno(), context.lifeline, str(home.path), str(home.runtime_root), context.faults)
    process = subprocess.Popen(
        [sys.executable, "-m", "mulgil.worker.nursery", msgspec.json.encode(told).decode()],
        stdin=subprocess.DEVNULL,
        pass_fds=(other.fileno(), context.lifeline),
    )
    other.close()
    pid = process.pid
    # Collected by the daemon like every other child.
    process.returncode = 0
    return Server(server_socket(own), pid=pid)


def server_socket(connection: socket.socket) -> FrameSocket[FromServer]:
    """Return the framed form of a connection to a server."""
    return FrameSocket(connection, FROM_SERVER)
