"""Errors of the wire.

MulgilError
└── MessagesError
    └── FrameError      bytes that are no frame, or a message that can't be one: too long, or not as expected
"""

from mulgil.i18n import MulgilError


class MessagesError(MulgilError):
    """Something is wrong with a message between two of our processes."""


class FrameError(MessagesError):
    """Bytes on a stream are not a frame of the expected kind; the stream can't be used further."""
