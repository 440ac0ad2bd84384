"""Which of the files that a pattern names are new: by their names, or by when they were changed.

By name, those are new that come after the last one that was read; by change, those that weren't there,
or had another size or time of change. What was read is kept with the rows, as the cursors of all
sources are.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

from mulgil.data.cursor import Mark, Window
from mulgil.data.errors import DeclarationError

# Time of change in ns, and size.
Status = tuple[int, int]
# Of each file that there was.
_Seen = dict[str, Status]
_NAME, _FILES = "name", "files"


class ReadOn(StrEnum):
    """How new files are told from others."""

    NAME = "name"
    MODIFIED = "modified"


def read_on(given: str | None) -> ReadOn | None:
    """Return what an author gives as `cursor=`.

    Raises:
        DeclarationError: It is something else.
    """
    try:
        return None if given is None else ReadOn(given)
    except ValueError:
        raise DeclarationError("files.cursor_unknown", cursor=str(given), known=", ".join(ReadOn)) from None


class Found(msgspec.Struct, frozen=True):
    """A file as it was found, and the name that it is known by: its path from the home, or the connection's folder."""

    path: Path
    name: str
    status: Status | None


def new_files(found: Sequence[Found], by: ReadOn, window: Window) -> tuple[Found, ...]:
    """Return the files within the window, and note in it how far that reaches."""
    return _by_name(found, window) if by is ReadOn.NAME else _by_change(found, window)


def _by_name(found: Sequence[Found], window: Window) -> tuple[Found, ...]:
    before, until = window.before, window.until
    new = tuple(
        file
        for file in found
        if (before is None or file.name > before.text) and (until is None or file.name <= until.text)
    )
    if new:
        window.reached = Mark(_NAME, new[-1].name)
    return new


def _by_change(found: Sequence[Found], window: Window) -> tuple[Found, ...]:
    before, until = _seen(window.before), None if window.until is None else _seen(window.until)
    there: _Seen = {file.name: file.status for file in found if file.status is not None}
    new = tuple(file for file in found if before.get(file.name) != file.status)
    if until is not None:
        # A file that was changed since is of a later window.
        return tuple(file for file in new if until.get(file.name) == file.status)
    window.reached = Mark(_FILES, msgspec.json.encode(there, order="sorted").decode())
    return new


def _seen(mark: Mark | None) -> _Seen:
    return {} if mark is None else msgspec.json.decode(mark.text, type=_Seen)
