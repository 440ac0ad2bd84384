"""The daemon's connection to the gateway: dialled when the state table says so, heard by the loop."""

from collections.abc import Callable
from pathlib import Path

from mulgil.client import FrameSocket, PeerError, dial_gateway
from mulgil.i18n import MulgilError
from mulgil.messages import DaemonMessage, GatewayMessage
from mulgil.worker.loop import Loop
from mulgil.worker.state.event import Connected, DaemonEvent, Disconnected, Received


class GatewayLink:
    """At most one connection."""

    def __init__(
        self,
        path: Path,
        loop: Loop,
        emit: Callable[[DaemonEvent], None],
        note: Callable[[MulgilError], None],
        *,
        neighbours: Callable[[], tuple[str, ...]],
    ) -> None:
        """Dial the socket at `path`; tell `emit` what is heard, and `note` what an operator must repair.

        `neighbours` is asked anew once a connection stands: no daemon that an earlier gateway has given work to
        can be missing then.
        """
        self._path = path
        self._loop = loop
        self._emit = emit
        self._note = note
        self._neighbours = neighbours
        self._connection: FrameSocket[GatewayMessage] | None = None

    def dial(self) -> None:
        """Try to connect, and tell how that went."""
        self.hang_up()
        try:
            connection = dial_gateway(self._path)
        except PeerError as error:
            self._note(error)
            self._emit(Disconnected())
        except OSError:
            # The scheduler isn't there (yet): the usual case at a start or a restart.
            self._emit(Disconnected())
        else:
            self._connection = connection
            self._loop.watch(connection.fileno(), self._hear)
            self._emit(Connected(self._neighbours()))

    def hang_up(self) -> None:
        """Close the connection, if there is one."""
        if self._connection is not None:
            self._loop.unwatch(self._connection.fileno())
            self._connection.close()
            self._connection = None

    def send(self, message: DaemonMessage) -> None:
        """Send a message; dropped without a connection."""
        if self._connection is not None:
            self._connection.send(message)
            self._loop.flush_when_writable(self._connection)

    def _hear(self) -> None:
        if self._connection is None:
            return
        for message in self._connection.receive():
            self._emit(Received(message))
        if self._connection.error is not None:
            self._note(self._connection.error)
        if self._connection.is_ended:
            self.hang_up()
            self._emit(Disconnected())
