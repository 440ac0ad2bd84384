"""Which language this process speaks."""

from enum import StrEnum


class Language(StrEnum):
    """A language that has a complete catalogue."""

    ENGLISH = "en"
    KOREAN = "ko"


_current = Language.ENGLISH


def get_language() -> Language:
    """Return the language that `render` uses when it is given none."""
    return _current


def set_language(language: Language) -> None:
    """Choose the process's language; called once at start by a composition root."""
    global _current  # noqa: PLW0603 - one process speaks one language; this is its only holder
    _current = language


def language_from(*candidates: str | None) -> Language:
    """Pick the first candidate that names a known language, such as `ko`, `ko_KR.UTF-8` or `en-GB`.

    Empty and unknown candidates are passed over; without any match the answer is English.
    """
    for candidate in candidates:
        code = (candidate or "").replace("-", "_").partition("_")[0].partition(".")[0].lower()
        if code in tuple(Language):
            return Language(code)
    return Language.ENGLISH
