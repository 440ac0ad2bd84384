"""The one place that reads the process's environment: variables, locale, folders, CPUs."""

import os
from collections.abc import Mapping
from pathlib import Path

from mulgil.config.home import Home
from mulgil.i18n import Language, language_from

_HOME_VARIABLE = "MULGIL_HOME"
_DEFAULT_HOME = "~/mulgil"


def variables() -> Mapping[str, str]:
    """Return the environment's variables."""
    return os.environ


def resolve_home(option: Path | str | None = None) -> Home:
    """Return the home that an option, else MULGIL_HOME, else `~/mulgil` names: absolute, links resolved.

    So every process on one home computes the same socket names, however it was told of the home.
    """
    chosen = option or variables().get(_HOME_VARIABLE) or _DEFAULT_HOME
    return Home(path=Path(chosen).expanduser().resolve(), runtime_root=runtime_root())


def runtime_root() -> Path:
    """Return the folder for this user's sockets.

    XDG_RUNTIME_DIR where it is a folder, else what systemd would have named it, else a folder of the
    user's own under /tmp. TMPDIR is not asked: processes of one home may be started with different ones.
    """
    user = os.getuid()
    for candidate in (variables().get("XDG_RUNTIME_DIR"), f"/run/user/{user}"):
        if candidate and Path(candidate).is_dir() and os.access(candidate, os.W_OK | os.X_OK):
            return Path(candidate)
    return Path(f"/tmp/mulgil-{user}")


def language(*, configured: Language | None = None) -> Language:
    """Return the language to speak: MULGIL_LANG, else the setting `core.language`, else the locale's.

    `configured` is the setting where the settings have been read; its variable counts without that.
    """
    given = variables()
    chosen = (given.get("MULGIL_LANG"), given.get("MULGIL__CORE__LANGUAGE"), configured)
    return language_from(*chosen, *(given.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")))


def faults() -> str:
    """Return what arms fault points of the write path (MULGIL_FAULT); empty where nobody tests."""
    return variables().get("MULGIL_FAULT", "")


def allows_color() -> bool:
    """Whether nobody asked for output without colours (NO_COLOR)."""
    return not variables().get("NO_COLOR")


def cpu_count() -> int:
    """Return how many CPUs this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
