"""Which files may hold dags, told without importing them."""

from pathlib import Path

_LIBRARIES = (b"mulgil", b"airflow")


def may_define_dags(path: Path) -> bool:
    """Whether a file is Python that mentions mulgil (or airflow) and a dag, as every dag file does."""
    if path.suffix != ".py":
        return False
    try:
        text = path.read_bytes().lower()
    except OSError:
        return False
    return b"dag" in text and any(name in text for name in _LIBRARIES)
