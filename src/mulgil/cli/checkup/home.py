"""Is the home in order: whose it is, its disk, settings, key and database, and what processes left there."""

import fcntl
import os
import shutil
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from mulgil.cli._home_lock import lock_holder
from mulgil.cli.checkup.finding import Finding, fail, ok, warn
from mulgil.config import Home, load_settings, make_private_folder
from mulgil.i18n import MulgilError, Text

_OTHERS = 0o077
_MEGABYTE = 1024 * 1024
# Below the first, the database may soon have no room for a commit; below the second, a load may have none.
_FEWEST_BYTES = 100 * _MEGABYTE
_FEW_BYTES = 1024 * _MEGABYTE
_REACH_SECONDS = 2.0


def check_home(home: Home) -> Iterator[Finding]:
    """Look at a home that exists; nothing is made or changed."""
    if not home.path.is_dir():
        yield warn("home", Text("doctor.home_new", {"home": str(home.path)}), Text("doctor.home_new_remedy"))
        return
    yield _folder(home.path)
    yield _disk(home.path)
    yield _settings(home)
    if not home.database_file.exists():
        yield warn("database", Text("doctor.home_new", {"home": str(home.path)}), Text("doctor.home_new_remedy"))
        return
    yield from _key(home)
    yield from _database(home)
    yield from _processes(home)


def _folder(path: Path) -> Finding:
    found = path.stat()
    if found.st_uid != os.geteuid():
        says = Text("doctor.home_foreign", {"home": str(path), "owner": found.st_uid, "user": os.geteuid()})
        return fail("home", says, Text("doctor.home_foreign_remedy"))
    if found.st_mode & _OTHERS:
        says = Text("doctor.home_open", {"home": str(path), "mode": f"{stat.S_IMODE(found.st_mode):o}"})
        return fail("home", says, Text("doctor.home_open_remedy", {"home": str(path)}))
    if not os.access(path, os.W_OK | os.X_OK):
        return fail("home", Text("doctor.home_read_only", {"home": str(path)}), Text("doctor.home_read_only_remedy"))
    return ok("home", Text("doctor.home", {"home": str(path)}))


def _disk(path: Path) -> Finding:
    free = shutil.disk_usage(path).free
    says = Text("doctor.disk", {"free": f"{free / _MEGABYTE:,.0f}", "home": str(path)})
    remedy = Text("doctor.disk_remedy", {"home": str(path)})
    if free < _FEWEST_BYTES:
        return fail("disk", says, remedy)
    return warn("disk", says, remedy) if free < _FEW_BYTES else ok("disk", says)


def _settings(home: Home) -> Finding:
    try:
        load_settings(home)
    except MulgilError as error:
        return fail("settings", error.text)
    if home.settings_file.exists():
        return ok("settings", Text("doctor.settings", {"file": str(home.settings_file)}))
    return ok("settings", Text("doctor.settings_default"))


def _key(home: Home) -> Iterator[Finding]:
    if not home.key_file.exists():
        yield ok("key", Text("doctor.key_none"))
        return
    mode = stat.S_IMODE(home.key_file.stat().st_mode)
    if mode & _OTHERS:
        says = Text("doctor.key_open", {"file": str(home.key_file), "mode": f"{mode:o}"})
        yield fail("key", says, Text("doctor.key_open_remedy", {"file": str(home.key_file)}))
    else:
        yield ok("key", Text("doctor.key", {"file": str(home.key_file)}))


def _database(home: Home) -> Iterator[Finding]:
    from mulgil.stores.sql import check_schema, find_damage
    from mulgil.stores.sql.file_system import refuse_network_file_system

    try:
        refuse_network_file_system(home.database_file)
        version = check_schema(home.database_file)
        damage = find_damage(home.database_file)
    except MulgilError as error:
        yield fail("database", error.text)
        return
    for text in damage:
        yield fail("database", text, Text("doctor.database_remedy", {"file": str(home.database_file)}))
    if not damage:
        size = f"{home.database_file.stat().st_size / _MEGABYTE:,.1f}"
        yield ok("database", Text("doctor.database", {"version": version, "size": size}))


def _processes(home: Home) -> Iterator[Finding]:
    holder = lock_holder(home)
    if holder is None:
        yield ok("processes", Text("doctor.not_running"))
    else:
        yield ok("processes", Text("doctor.running", {"pid": holder}))
    yield from _sockets(home, is_running=holder is not None)
    if holder is None:
        yield from _journals(home)


def _sockets(home: Home, *, is_running: bool) -> Iterator[Finding]:
    folder = home.runtime_folder
    if folder.exists():
        try:
            make_private_folder(folder)
        except MulgilError as error:
            yield fail("sockets", error.text)
            return
    is_reached = _is_reached(home.gateway_socket)
    fields = {"path": str(home.gateway_socket)}
    if is_running and not is_reached:
        yield warn("sockets", Text("doctor.socket_unreached", {**fields}), Text("doctor.socket_unreached_remedy"))
    elif is_running:
        yield ok("sockets", Text("doctor.socket_reached"))
    elif is_reached:
        yield warn("sockets", Text("doctor.socket_of_stranger", {**fields}), Text("doctor.socket_of_stranger_remedy"))
    elif home.gateway_socket.exists() or home.doorbell_socket.exists():
        yield ok("sockets", Text("doctor.socket_stale", {"folder": str(folder)}))


def _is_reached(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(_REACH_SECONDS)
        try:
            link.connect(str(path))
        except OSError:
            return False
        return True


def _journals(home: Home) -> Iterator[Finding]:
    """Look at what worker daemons left: those that drain, and what dead ones had no time to report.

    An empty journal is left behind at every clean end; the next daemon removes it.
    """
    from mulgil.worker.journal import LOCK_NAME, read_journal

    folders = sorted(home.journal_folder.iterdir()) if home.journal_folder.is_dir() else []
    dead = [folder for folder in folders if _is_free(folder / LOCK_NAME)]
    alive = len(folders) - len(dead)
    if alive:
        yield warn("journals", Text("doctor.journal_alive", {"count": alive}), Text("doctor.journal_remedy"))
    unreported = 0
    for folder in dead:
        try:
            contents = read_journal(folder)
        except (MulgilError, OSError) as error:
            yield warn("journals", Text("doctor.journal_unreadable", {"folder": str(folder), "why": str(error)}))
            continue
        unreported += len(contents.started.keys() | contents.reports.keys())
    if unreported:
        yield warn("journals", Text("doctor.journal_dead", {"count": unreported}), Text("doctor.journal_remedy"))


def _is_free(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)
