"""The way from a worker daemon to the gateway of the same host: a Unix socket of the same user."""

import os
import socket
import struct
from pathlib import Path

from mulgil.client.errors import PeerError
from mulgil.client.frame_socket import FrameSocket
from mulgil.messages import GATEWAY_MESSAGES, GatewayMessage

# What the kernel knows of the peer: process, user and group.
_CREDENTIALS = struct.Struct("3i")


def dial_gateway(path: Path) -> FrameSocket[GatewayMessage]:
    """Connect to the gateway that listens at `path`.

    Raises:
        OSError: Nobody listens there now.
        PeerError: Somebody of another user listens there.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(str(path))
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        _, user, _ = _CREDENTIALS.unpack(credentials)
        if user != os.geteuid():
            raise PeerError("client.gateway_of_another_user", path=str(path), user=user, own=os.geteuid())
    except BaseException:
        connection.close()
        raise
    return FrameSocket(connection, GATEWAY_MESSAGES)
