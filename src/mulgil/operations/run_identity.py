"""How runs are named."""

import re
from collections.abc import Callable
from datetime import datetime
from itertools import count

from mulgil.model import RunType
from mulgil.operations.errors import InvalidArgumentError

# A run id is a folder's name too, where its logs are kept.
_RUN_ID = re.compile(r"[A-Za-z0-9_.~:+-]{1,200}")
_RESERVED = tuple(f"{run_type.value}__" for run_type in RunType if run_type is not RunType.MANUAL)


def make_run_id(run_type: RunType, logical_date: datetime, *, is_taken: Callable[[str], bool]) -> str:
    """Return `<run_type>__<logical date>`, with `__2`, `__3` … behind it where that is taken."""
    stem = f"{run_type.value}__{logical_date.isoformat()}"
    candidates = (stem if number == 1 else f"{stem}__{number}" for number in count(1))
    return next(candidate for candidate in candidates if not is_taken(candidate))


def check_run_id(run_id: str) -> None:
    """Check a run id that a person chose.

    Raises:
        InvalidArgumentError: It can't be a folder's name, or it looks like the name of a run of another type.
    """
    if not _RUN_ID.fullmatch(run_id) or set(run_id) == {"."}:
        raise InvalidArgumentError("operations.run_id_invalid", run_id=run_id)
    if run_id.startswith(_RESERVED):
        raise InvalidArgumentError(
            "operations.run_id_reserved", run_id=run_id, prefix=next(p for p in _RESERVED if run_id.startswith(p))
        )
