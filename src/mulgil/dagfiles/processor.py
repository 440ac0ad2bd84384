"""The DAG processor: keeps the store's dags equal to what the bundle's files define.

`step()` looks, parses what changed, and publishes; it waits for nothing but the parses themselves, and
does nothing when nothing changed. Order of things in a step:

1. scan the bundle; find the dag files whose closure changed, the new ones, and those that failed;
2. snapshot the bundle, if there is anything to parse;
3. parse each of those files from the snapshot in a process of its own;
4. publish every outcome, in the order of the files' paths as far as they are done together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from mulgil.config import DagfilesSettings, Home
from mulgil.dagfiles.bundle import Bundle
from mulgil.dagfiles.closure import Closure
from mulgil.dagfiles.contents import BundleContents
from mulgil.dagfiles.parse_memory import ParsedFile, ParseMemory, load_memory, save_memory
from mulgil.dagfiles.parser import Parser
from mulgil.dagfiles.parsing import ParseOutcome, ParseProblem, ParseRequest
from mulgil.dagfiles.references import find_references
from mulgil.dagfiles.snapshot import Snapshot, remove_snapshot, remove_unfinished, take_snapshot
from mulgil.i18n import Text
from mulgil.model import DagVersion, ImportFailure, Isolation
from mulgil.ports import Clock, DagFileStore, Doorbell
from mulgil.serialization import dag_hash, decode_dag

MEMORY_FILE = "parsed.bin"


class StepReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a step did: the files that it parsed, the dags whose current version changed, the files that failed."""

    parsed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class DagProcessor:
    """Publishes one bundle. Not thread-safe; one processor a home."""

    def __init__(
        self,
        *,
        store: DagFileStore,
        doorbell: Doorbell,
        clock: Clock,
        parser: Parser,
        home: Home,
        settings: DagfilesSettings,
        bundle: Bundle,
        environment: str,
    ) -> None:
        """Remember what was parsed before; nothing is read or published before the first step."""
        self._store = store
        self._doorbell = doorbell
        self._clock = clock
        self._parser = parser
        self._snapshots = home.snapshots_folder
        self._settings = settings
        self._bundle = bundle
        self._memory_file = self._snapshots / MEMORY_FILE
        self._memory = load_memory(self._memory_file, environment=environment)
        known = self._memory.snapshot.files if self._memory.snapshot else None
        self._contents = BundleContents(bundle.folder, known)
        # Files whose last parse must be published again: all of them at the start.
        self._unpublished = set(self._memory.files)
        # Files whose ids another file had when they were published.
        self._refused: set[str] = set()
        self._present: tuple[str, ...] | None = None
        self._is_behind = True
        self._requests = 0
        self._is_pinned = self._memory.snapshot is not None
        remove_unfinished(self._snapshots)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that the last step looked into."""
        return tuple(self._bundle.folder / folder for folder in self._contents.scan.folders)

    def step(self) -> StepReport:
        """Bring the store up to date with the bundle.

        Raises:
            BundleError: The bundle can't be read or copied; the store keeps what it has.
            ParseServerError: The parse server is gone.
            StoreError: The store can't be written; the next step publishes again.
        """
        has_changed = self._contents.refresh() or self._is_behind
        if not has_changed and not self._unpublished and not self._refused:
            return StepReport()
        # Until this step has come to its end, the next one has everything to do.
        self._is_behind = True
        candidates = self._contents.candidates()
        changed = list(self._forget(candidates))
        to_parse = [file for file in candidates if self._must_parse(file)]
        if has_changed:
            to_parse += [file for file in candidates if self._has_failed(file) and file not in to_parse]
        parsed = sorted(to_parse)
        if parsed:
            self._snapshot()
            for batch in self._parsed(parsed):
                changed += self._publish(batch)
        changed += self._publish(sorted((self._unpublished | self._refused) & set(candidates)))
        if parsed:
            save_memory(self._memory_file, self._memory)
        self._is_behind = False
        if changed:
            self._doorbell.ring()
        return StepReport(parsed=tuple(parsed), changed=tuple(changed), failed=self._failed())

    def report_bundle(self, error: Text) -> None:
        """Record why the bundle as a whole can't be read, as a failure of the file `.`; the next good step drops it."""
        self._present = None
        now, name = self._clock.now(), self._bundle.name
        failure = ImportFailure(bundle=name, file=".", line=None, error=error, at=now)
        self._store.publish_file(bundle=name, file=".", versions=(), failure=failure, at=now)

    def parse_anew(self, environment: str) -> None:
        """Forget every parse: the next step parses all files (when what is installed has changed)."""
        self._memory = ParseMemory(environment=environment, snapshot=self._memory.snapshot)
        self._is_behind = True

    @property
    def environment(self) -> str:
        """The mark of the environment in which the remembered parses were made."""
        return self._memory.environment

    def _must_parse(self, file: str) -> bool:
        known = self._memory.files.get(file)
        return known is None or not known.closure.holds_for(self._contents)

    def _has_failed(self, file: str) -> bool:
        """Whether any change in the bundle may mend the file; one that hangs must change itself."""
        known = self._memory.files.get(file)
        return (
            known is not None
            and known.problem is not None
            and not known.problem.error.code.startswith("dagfiles.hangs")
        )

    def _forget(self, candidates: Sequence[str]) -> tuple[str, ...]:
        """Make the dags of files that are gone stale."""
        if self._present == tuple(candidates):
            return ()
        changed = self._store.forget_files(bundle=self._bundle.name, present=candidates, at=self._clock.now())
        self._present = tuple(candidates)
        gone = set(self._memory.files) - set(candidates)
        for file in gone:
            del self._memory.files[file]
        self._unpublished -= gone
        self._refused -= gone
        return changed

    def _snapshot(self) -> None:
        previous = self._memory.snapshot
        snapshot, is_new = take_snapshot(
            self._bundle.folder,
            self._contents.scan,
            store=self._snapshots,
            previous=previous,
            limit_mb=self._settings.snapshot_limit_mb,
        )
        if previous is not None and previous.name != snapshot.name and not self._is_pinned:
            remove_snapshot(self._snapshots, previous.name)
        if previous is None or previous.name != snapshot.name:
            # One that was there already may have versions from before.
            self._is_pinned = not is_new
        self._memory.snapshot = snapshot

    def _parsed(self, files: Sequence[str]) -> Iterator[list[str]]:
        """Parse files; yield those that are done by the time that something is, again and again."""
        snapshot = self._memory.snapshot
        if snapshot is None:
            return
        requests = []
        for file in files:
            self._requests += 1
            root = str(self._snapshots / snapshot.name)
            shown = str(self._bundle.folder)
            requests.append(ParseRequest(self._requests, root, shown, self._bundle.name, file))
        done: list[str] = []
        since = self._clock.monotonic()
        for request, outcome in self._parser.parse(requests):
            self._memory.files[request.file] = self._remembered(outcome, request.file, snapshot)
            self._unpublished.add(request.file)
            done.append(request.file)
            if self._clock.monotonic() - since >= _PUBLISH_EVERY_SECONDS:
                yield sorted(done)
                done, since = [], self._clock.monotonic()
        yield sorted(done)

    def _remembered(self, outcome: ParseOutcome, file: str, snapshot: Snapshot) -> ParsedFile:
        uses = outcome.uses
        if not uses.files:
            # The parse died or was killed before it could say what it used.
            root = self._snapshots / snapshot.name
            uses = find_references(root, (file,), folder=file.rpartition("/")[0])
        closure = Closure.of(uses, snapshot)
        isolation = Isolation.FORK if outcome.unfit is None else Isolation.SPAWN
        versions = []
        for data in outcome.dags:
            spec = decode_dag(data)
            versions.append(
                DagVersion(
                    version_id=closure.version_of(dag_hash(spec)),
                    dag_id=spec.dag_id,
                    number=0,
                    spec=spec,
                    snapshot=snapshot.name,
                    bundle=self._bundle.name,
                    file=file,
                    isolation=isolation,
                    isolation_reason=outcome.unfit,
                    published_at=self._clock.now(),
                )
            )
        return ParsedFile(closure, tuple(versions), outcome.problem)

    def _publish(self, files: Sequence[str]) -> list[str]:
        changed: list[str] = []
        for file in files:
            parsed = self._memory.files.get(file)
            if parsed is None:
                continue
            now = self._clock.now()
            if parsed.versions and self._memory.snapshot is not None:
                self._is_pinned |= any(each.snapshot == self._memory.snapshot.name for each in parsed.versions)
            changed += self._store.publish_file(
                bundle=self._bundle.name,
                file=file,
                versions=parsed.versions,
                failure=self._failure(file, parsed.problem),
                at=now,
            )
            self._unpublished.discard(file)
        if files:
            self._note_refusals()
        return changed

    def _failure(self, file: str, problem: ParseProblem | None) -> ImportFailure | None:
        if problem is None:
            return None
        return ImportFailure(
            bundle=self._bundle.name,
            file=file,
            line=problem.line,
            error=problem.error,
            traceback=problem.traceback,
            at=self._clock.now(),
        )

    def _note_refusals(self) -> None:
        """Remember the files that parsed well but whose ids another file has: publish them again later."""
        failed = {each.file for each in self._store.import_failures() if each.bundle == self._bundle.name}
        self._refused = {
            file for file in failed if (known := self._memory.files.get(file)) is not None and known.problem is None
        }

    def _failed(self) -> tuple[str, ...]:
        broken = {file for file, parsed in self._memory.files.items() if parsed.problem is not None}
        return tuple(sorted(broken | self._refused))


_PUBLISH_EVERY_SECONDS = 0.5
