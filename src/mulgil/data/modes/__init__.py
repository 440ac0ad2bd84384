"""Write modes: which rows of the table a write replaces, one mode a file.

A mode is pure: it says in `changes` (deletes, inserts and portable SQL) what a publish does, and every
target does it. `known` lists the modes.
"""

from mulgil.data.modes.change import Change, Work
from mulgil.data.modes.known import mode_of
from mulgil.data.modes.mode import Mode
from mulgil.data.modes.options import ModeOptions

__all__ = ["Change", "Mode", "ModeOptions", "Work", "mode_of"]
