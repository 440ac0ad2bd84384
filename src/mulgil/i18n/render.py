"""Rendering: from a code and its fields to a sentence."""

from functools import cache
from importlib import import_module

from mulgil.i18n.language import Language, get_language
from mulgil.i18n.text import Text


class UnknownCodeError(LookupError):
    """A text's code stands in no catalogue: a programming error, caught by the catalogue test."""


@cache
def _catalogue(language: Language, area: str) -> dict[str, str]:
    try:
        module = import_module(f"mulgil.i18n.{language.value}.{area}")
    except ModuleNotFoundError:
        return {}
    messages: dict[str, str] = module.MESSAGES
    return messages


def render(text: Text, *, language: Language | None = None) -> str:
    """Return the sentence for `text`.

    A code that this version does not know, or knows with other fields (a record written by another
    version), is shown as the code with its fields, so that nothing stored is ever unreadable.
    """
    template = _catalogue(language or get_language(), text.area).get(text.code)
    try:
        if template is not None:
            return template.format_map(text.fields)
    except KeyError:
        pass
    shown = ", ".join(f"{name}={value!r}" for name, value in sorted(text.fields.items()))
    return f"{text.code}({shown})"


def template(code: str, language: Language) -> str:
    """Return the raw template of `code`.

    Raises:
        UnknownCodeError: The catalogue has no such code.
    """
    try:
        return _catalogue(language, code.partition(".")[0])[code]
    except KeyError:
        raise UnknownCodeError(code) from None
