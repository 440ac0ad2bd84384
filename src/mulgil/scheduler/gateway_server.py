"""The gateway's sockets: worker daemons of this host and user, carried to and from the sans-IO gateway."""

import logging
import os
import selectors
import socket
import struct
from pathlib import Path

from mulgil.client import FrameSocket
from mulgil.config import make_private_folder
from mulgil.gateway import Gateway
from mulgil.messages import DAEMON_MESSAGES, DaemonMessage, FrameError
from mulgil.scheduler.errors import ListenError

_log = logging.getLogger(__name__)
# What the kernel knows of the peer: process, user and group.
_CREDENTIALS = struct.Struct("3i")
_BACKLOG = 16


class GatewayServer:
    """Listens on a Unix socket in a folder of this user alone; registers what it waits for at a selector.

    Takes over the socket's name from a scheduler that died: who dials finds one of the two.
    """

    def __init__(self, path: Path, gateway: Gateway, selector: selectors.BaseSelector) -> None:
        """Listen from now on.

        Raises:
            FolderError: The folder isn't this user's alone.
            ListenError: The socket can't be made.
        """
        self._gateway = gateway
        self._selector = selector
        self._path = path
        self._connections: dict[int, FrameSocket[DaemonMessage]] = {}
        self._count = 0
        self._listen()

    def regain_place(self) -> bool:
        """Listen anew if the socket's name is gone or leads elsewhere; who has dialled already stays.

        Return whether it did.

        Raises:
            FolderError: The folder isn't this user's alone any more.
            ListenError: The socket can't be made now; the next call tries again.
        """
        if self._identity is not None and _identity(self._path) == self._identity:
            return False
        former = self._socket
        self._listen()
        self._selector.unregister(former)
        former.close()
        return True

    def _listen(self) -> None:
        make_private_folder(self._path.parent)
        self._socket = _listening_socket(self._path)
        self._identity = _identity(self._path)
        self._selector.register(self._socket, selectors.EVENT_READ, self._accept)

    def flush(self) -> None:
        """Send what the gateway has to say, and hang up where it wants to.

        A message that can't be sent concerns one attempt: the gateway says so to whoever waits for it.
        """
        while messages := self._gateway.outgoing():
            for conn_id, message in messages:
                connection = self._connections.get(conn_id)
                if connection is None:
                    continue
                try:
                    connection.send(message)
                except FrameError as error:
                    _log.warning("a message to a worker daemon can't be sent: %s", error)
                    self._gateway.unsendable(conn_id, message, str(error))
        for conn_id in self._gateway.closing():
            self._hang_up(conn_id)
        for conn_id, connection in tuple(self._connections.items()):
            self._watch(conn_id, connection)

    def close(self) -> None:
        """Stop listening and hang up; leaves the socket of a successor alone."""
        for conn_id in tuple(self._connections):
            self._hang_up(conn_id)
        self._selector.unregister(self._socket)
        self._socket.close()
        if _identity(self._path) == self._identity:
            self._path.unlink(missing_ok=True)

    def _accept(self, _: int) -> None:
        try:
            accepted, _ = self._socket.accept()
        except OSError:
            # Gone before it was accepted, or no descriptor is free: whoever dialled does it again.
            return
        credentials = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        pid, user, _ = _CREDENTIALS.unpack(credentials)
        if user != os.geteuid():
            _log.warning("process %s of user %s may not connect to the gateway", pid, user)
            accepted.close()
            return
        self._count += 1
        conn_id = self._count
        connection = FrameSocket(accepted, DAEMON_MESSAGES)
        self._connections[conn_id] = connection
        self._gateway.connected(conn_id)

        def serve(mask: int) -> None:
            self._serve(conn_id, connection, mask)

        self._selector.register(connection, selectors.EVENT_READ, serve)

    def _serve(self, conn_id: int, connection: FrameSocket[DaemonMessage], mask: int) -> None:
        if mask & selectors.EVENT_WRITE:
            connection.flush()
        for message in connection.receive():
            self._gateway.received(conn_id, message)
        if connection.error is not None:
            _log.warning("a worker daemon is cut off, it speaks another protocol: %s", connection.error)
        if connection.is_ended:
            self._hang_up(conn_id)

    def _watch(self, conn_id: int, connection: FrameSocket[DaemonMessage]) -> None:
        if connection.is_ended:
            self._hang_up(conn_id)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.has_unsent else 0)
        key = self._selector.get_key(connection)
        if key.events != wanted:
            self._selector.modify(connection, wanted, key.data)

    def _hang_up(self, conn_id: int) -> None:
        connection = self._connections.pop(conn_id, None)
        if connection is not None:
            self._selector.unregister(connection)
            connection.close()
            self._gateway.disconnected(conn_id)


def _listening_socket(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Bound beside its place and then moved there, so that the name never leads nowhere.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.unlink(missing_ok=True)
        listener.bind(str(draft))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
        draft.rename(path)
    except OSError as error:
        listener.close()
        raise ListenError("scheduler.gateway_not_opened", path=str(path), why=str(error)) from error
    return listener


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
