"""Errors of the clients.

MulgilError
└── ClientError
    └── PeerError       whoever listens on the socket is another user
"""

from mulgil.i18n import MulgilError


class ClientError(MulgilError):
    """A service of ours can't be used."""


class PeerError(ClientError):
    """The socket belongs to a process of another user, who could read and forge everything."""
