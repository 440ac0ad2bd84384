"""Errors of serialization.

MulgilError
└── SerializationError
    ├── DagFormatError    a dag that has no serialized form, or stored bytes that are none
    ├── XComTypeError     a value that can't be an XCom, or a class that can't be registered
    ├── XComSizeError     a value that is too large to be handed on by value
    └── XComReadError     stored bytes that this process can't turn into a value
"""

from mulgil.i18n import MulgilError


class SerializationError(MulgilError):
    """Something could not be written to, or read from, its stored form."""


class DagFormatError(SerializationError):
    """A dag could not be serialized or read back."""


class XComTypeError(SerializationError):
    """A task returned or pushed something that has no stored form."""


class XComSizeError(SerializationError):
    """A task returned or pushed more than XComs are for."""


class XComReadError(SerializationError):
    """A stored XCom could not be read."""
