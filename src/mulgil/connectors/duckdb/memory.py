"""How much memory a connection that stages, checks or publishes may keep: little at first, more once it was too little.

Most rows need little, however many there are: what doesn't fit is kept on disk. Very wide ones need more,
since DuckDB reads thousands of them at a time; the work is then done anew with the next limit.
"""

import os
from pathlib import Path

Settings = dict[str, str | bool | int | float | list[str]]

# After the last one comes DuckDB's own limit, 80 % of the machine.
_STEPS = ("128MB", "512MB", "2GB")
# Each thread needs memory of its own.
_MOST_THREADS = 4


class MemoryLimit:
    """The limit of one write. With a limit that somebody set there is no other."""

    def __init__(self, fixed: str | None = None) -> None:
        """Begin with the lowest."""
        self._left = list(reversed((fixed,) if fixed is not None else _STEPS))
        self._is_fixed = fixed is not None

    def settings(self, spill: Path) -> Settings:
        """Return the settings of a connection; `spill` is a folder of its own, made when it is needed."""
        limit: Settings = {"memory_limit": self._left[-1]} if self._left else {}
        return {
            **limit,
            "temp_directory": str(spill),
            "threads": min(os.cpu_count() or 1, _MOST_THREADS),
            # Every file here is read once: keeping what was read would only fill the memory.
            "enable_external_file_cache": False,
        }

    def can_rise(self) -> bool:
        """Go one step up, if there is one."""
        if self._is_fixed or not self._left:
            return False
        self._left.pop()
        return True
