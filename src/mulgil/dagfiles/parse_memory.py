"""What the DAG processor remembers of its parses over a restart: `snapshots/parsed.bin`.

Only a shortcut: without it, or with one that another program or environment wrote, everything is parsed
anew. What it holds is published again at each start, so the store may be an older or an empty one.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from mulgil.dagfiles.closure import Closure
from mulgil.dagfiles.parsing import ParseProblem
from mulgil.dagfiles.snapshot import Snapshot
from mulgil.model import DagVersion

_FORMAT = 1


class ParsedFile(msgspec.Struct, frozen=True, array_like=True):
    """The last parse of one dag file: what it depended on, and the versions that it gave (or why none)."""

    closure: Closure
    versions: tuple[DagVersion, ...] = ()
    problem: ParseProblem | None = None


class ParseMemory(msgspec.Struct, array_like=True):
    """Every dag file's last parse, and the last snapshot."""

    format: int = _FORMAT
    environment: str = ""
    snapshot: Snapshot | None = None
    files: dict[str, ParsedFile] = {}


def load_memory(path: Path, *, environment: str) -> ParseMemory:
    """Return what was remembered in this environment; an empty memory else."""
    try:
        memory = msgspec.msgpack.decode(path.read_bytes(), type=ParseMemory)
    except (OSError, msgspec.MsgspecError):
        return ParseMemory(environment=environment)
    if memory.format != _FORMAT:
        return ParseMemory(environment=environment)
    if memory.environment != environment:
        return ParseMemory(environment=environment, snapshot=memory.snapshot)
    return memory


def save_memory(path: Path, memory: ParseMemory) -> None:
    """Remember; a crash leaves the old memory or the new one."""
    new = path.with_suffix(".new")
    # Without the memory the next start parses everything anew; that is all.
    with suppress(OSError, msgspec.MsgspecError, OverflowError):
        new.write_bytes(msgspec.msgpack.encode(memory))
        new.replace(path)


def environment_mark(version: str) -> str:
    """Return a mark of what besides the bundle decides what a parse gives: Python, mulgil, what is installed."""
    digest = sha256(f"{version}\n{sys.version}\n{sys.prefix}\n".encode())
    for place in sys.path:
        with suppress(OSError):
            digest.update(f"{place}\0{os.stat(place).st_mtime_ns}\n".encode())  # noqa: PTH116 - any kind of path
    own = Path(__file__).parent.parent
    for path in sorted(own.rglob("*.py")):
        with suppress(OSError):
            digest.update(f"{path}\0{path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()
