"""Text by code: what mulgil says to people, in the language that the process chose.

Errors and reasons carry a *code* and named fields, never a sentence. One function, `render`, turns
them into text with the catalogue of the process's language; a test keeps the catalogues of all
languages equal in codes and fields, and equal to what the source raises.
"""

from mulgil.i18n.errors import MulgilError
from mulgil.i18n.language import Language, get_language, language_from, set_language
from mulgil.i18n.nearest import nearest_name
from mulgil.i18n.render import UnknownCodeError, render
from mulgil.i18n.text import FieldValue, Text

__all__ = [
    "FieldValue",
    "Language",
    "MulgilError",
    "Text",
    "UnknownCodeError",
    "get_language",
    "language_from",
    "nearest_name",
    "render",
    "set_language",
]
