"""Making what an author's code says fit to be sent and stored, whatever it is."""

from collections.abc import Callable

from mulgil.i18n import FieldValue, Text

_LONGEST_TEXT = 4000
_LONGEST_TRACE = 100_000
_LONGEST_NUMBER = 40
_LARGEST_INTEGER = 1 << 63


def storable(text: Text, mask: Callable[[str], str] = str) -> Text:
    """Return `text` with every field short enough, Unicode and within 64 bits; `mask` is applied to words first."""
    return Text(text.code, {name: _storable(value, mask) for name, value in text.fields.items()})


def storable_trace(trace: str) -> str:
    """Return the end of a traceback, which says most, as Unicode."""
    return trace[-_LONGEST_TRACE:].encode("utf-8", "backslashreplace").decode()


def _storable(value: FieldValue, mask: Callable[[str], str]) -> FieldValue:
    if isinstance(value, str):
        # Other bytes, as in the name of a file, come as lone surrogates.
        return mask(value)[:_LONGEST_TEXT].encode("utf-8", "backslashreplace").decode()
    if isinstance(value, int) and not -_LARGEST_INTEGER <= value < _LARGEST_INTEGER:
        return hex(value)[:_LONGEST_NUMBER]
    return value
