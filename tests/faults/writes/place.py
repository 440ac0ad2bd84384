"""A target with a table in it, children that write to it, and a reader that never looks away."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterable
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path

from mulgil.data.errors import TableMissingError
from mulgil.data.target import NativeQuery
from tests.faults.writes import writer
from tests.faults.writes.scenario import State, Write, setup_writes
from tests.faults.writes.writer import Held, Job

LIMIT_SECONDS = 60.0
_POLL_SECONDS = 0.002
_numbers = count()

forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(["pytest", "tests.faults.writes.writer", "pyarrow.parquet"])


class Child:
    """A process that makes one write."""

    def __init__(self, job: Job, folder: Path, *, held_at: str = "", number: int) -> None:
        self._answer = folder / f"answer{number}"
        self._reached, self._go = folder / f"reached{number}", folder / f"go{number}"
        held = Held(point=held_at, reached=str(self._reached), go=str(self._go)) if held_at else None
        given = {**vars(job), "held": held, "answer": str(self._answer)}
        self._process: BaseProcess = forking.Process(target=writer.run_child, args=(Job(**given),))
        self._process.start()

    def wait_until_held(self) -> None:
        """Wait until it is at the point where it is held."""
        until(lambda: self._reached.exists() or self._process.exitcode is not None)

    def release(self) -> None:
        """Let it go on."""
        self._go.touch()

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()

    @property
    def is_over(self) -> bool:
        """Whether it ended."""
        return self._process.exitcode is not None

    def end(self) -> str:
        """Wait for its end: how the write ended, `killed`, or what went wrong."""
        self._process.join(LIMIT_SECONDS)
        code = self._process.exitcode
        if code == -signal.SIGKILL:
            return "killed"
        told: str = json.loads(self._answer.read_text()) if code == 0 else f"exit code {code}"
        return told


def until(condition: Callable[[], bool], *, seconds: float = LIMIT_SECONDS) -> bool:
    """Wait until a condition holds; False if it doesn't within the limit."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


class Place:
    """One target of one kind, whose table `t` is written in one mode."""

    def __init__(self, kind: str, mode: str, root: Path) -> None:
        self.kind, self.mode, self.root = kind, mode, root
        self.folder = root.with_name(root.name + ".talk")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.target = writer.target_of(kind, root)

    @classmethod
    def prepared(cls, kind: str, mode: str, root: Path) -> Place:
        """Make the table as it stands before a case."""
        root.mkdir(parents=True)
        place = cls(kind, mode, root)
        for made in setup_writes(mode):
            writer.make_write(place.job(made))
        return place

    def copied(self, root: Path) -> Place:
        """Return a place of its own with the same table."""
        shutil.copytree(self.root, root)
        return Place(self.kind, self.mode, root)

    def job(self, made: Write, *, run_uid: str = "", faults: str = "", full_at: str = "", mutant: str = "") -> Job:
        """Return a write of this place."""
        return Job(
            kind=self.kind,
            mode=self.mode,
            root=str(self.root),
            write=made,
            run_uid=run_uid or made.run_uid,
            faults=faults,
            full_at=full_at,
            mutant=mutant,
        )

    def start(self, job: Job, *, held_at: str = "") -> Child:
        """Make a write in a child."""
        return Child(job, self.folder, held_at=held_at, number=next(_numbers))

    def table(self) -> State:
        """Read the table in one snapshot, as `scenario.table_after` tells it."""
        names = ("id", "day", "word", *(("valid_to",) if self.mode == "scd2" else ()))
        with self.target.read(NativeQuery(sql=f"SELECT {', '.join(names)} FROM t")) as found:
            rows = [row for batch in found.batches for row in batch.to_pylist()]
        return tuple(sorted(tuple(str(row[name]) for name in names) for row in rows))

    def owners(self) -> list[str]:
        """Return the runs whose commits stand in the ledger, one a scope."""
        commits = self.target.read_ledger("t").commits
        return sorted(json.loads(commit.write_id)[0] for commit in commits)

    def stages(self) -> list[str]:
        """Return every file that belongs to a stage."""
        folders = [path for path in self.root.rglob("*") if path.is_dir() and path.name.endswith("stage")]
        return sorted(str(path.relative_to(self.root)) for folder in folders for path in folder.rglob("*"))


class Watcher:
    """Reads over and over, in a thread, and keeps what it should not have seen."""

    def __init__(self, place: Place, allowed: Iterable[State]) -> None:
        self._place = place
        self.allowed = set(allowed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.wrong: list[str] = []
        self.reads = 0

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join(LIMIT_SECONDS)

    def _watch(self) -> None:
        while not self._stop.wait(_POLL_SECONDS):
            with contextlib.suppress(TableMissingError):
                try:
                    seen = self._place.table()
                except Exception as error:  # noqa: BLE001 - a reader that fails has seen something wrong
                    self.wrong.append(f"a reader failed: {error!r}")
                    return
                self.reads += 1
                if seen not in self.allowed:
                    self.wrong.append(f"a reader saw {len(seen)} rows that nobody committed: {seen[:3]}")
