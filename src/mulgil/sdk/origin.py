"""Where in the author's code something was declared."""

import sys
from types import FrameType

import msgspec

_DEPTH = 50


class Origin(msgspec.Struct, frozen=True):
    """The author's frames that led to a declaration, innermost first, up to the module level.

    `frames` are (file, line). `module_file` is the file whose top level was running; it decides which
    dag file a dag belongs to.
    """

    frames: tuple[tuple[str, int], ...] = ()
    module_file: str = ""

    @property
    def file(self) -> str:
        """The file of the declaring line."""
        return self.frames[0][0] if self.frames else ""

    @property
    def line(self) -> int:
        """The declaring line."""
        return self.frames[0][1] if self.frames else 0

    def line_in(self, file: str) -> int:
        """Return the innermost line of `file` on the way to the declaration (else the declaring line)."""
        return next((line for name, line in self.frames if name == file), self.line)


def find_origin() -> Origin:
    """Return the author's frames above the caller; frames of mulgil itself don't count."""
    frames: list[tuple[str, int]] = []
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to the caller's line
    while frame is not None and len(frames) < _DEPTH:
        module = frame.f_globals.get("__name__", "")
        if not (module == "mulgil" or module.startswith(("mulgil.", "importlib."))):
            frames.append((frame.f_code.co_filename, frame.f_lineno))
            if frame.f_code.co_name == "<module>":
                return Origin(tuple(frames), frame.f_code.co_filename)
        frame = frame.f_back
    return Origin(tuple(frames), "")
