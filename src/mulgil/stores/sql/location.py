"""Where a metadata DB is: a path, or a URL that names a kind of database."""

from pathlib import Path

from mulgil.stores.errors import UnusableDatabaseError

_SQLITE_URL = "sqlite:///"


def database_path(location: Path | str) -> Path:
    """Return the file of an embedded database given as a path or as `sqlite:///path`.

    Raises:
        UnusableDatabaseError: The URL names a kind of database that this version can't use.
    """
    text = str(location)
    if text.startswith(_SQLITE_URL):
        return Path(text.removeprefix(_SQLITE_URL))
    if "://" in text:
        raise UnusableDatabaseError("store.database_unsupported", kind=text.partition("://")[0])
    return Path(location)
