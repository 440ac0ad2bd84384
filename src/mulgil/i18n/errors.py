"""The root of every error tree in mulgil."""

from mulgil.i18n.render import render
from mulgil.i18n.text import FieldValue, Text


class MulgilError(Exception):
    """An error that a person may read: a code with fields, rendered by `str()`.

    Each package derives its own tree from this class in one file, `errors.py`. The message says
    what happened, where, why, and what to do next; its words live in the catalogues.
    """

    def __init__(self, code: str, /, **fields: FieldValue) -> None:
        """Keep the code and the fields; no text is rendered before somebody reads it."""
        super().__init__(code, fields)
        self.text = Text(code, fields)

    @classmethod
    def of(cls, text: Text) -> "MulgilError":
        """Build the error that says `text`."""
        return cls(text.code, **text.fields)

    def __str__(self) -> str:
        """Render the message in the process's language."""
        return render(self.text)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by code and fields, so that an error crosses a process border whole."""
        return (_rebuild, (type(self), self.text))


def _rebuild(kind: type[MulgilError], text: Text) -> MulgilError:
    return kind(text.code, **text.fields)
