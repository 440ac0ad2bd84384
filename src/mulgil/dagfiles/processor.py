"""The DAG processor: keeps the store's dags equal to what the bundle's files define.

`look()` finds what changed and has it parsed; `collect()` publishes what has been parsed meanwhile. Neither
waits for a parse, so a file that hangs holds up no other; `step()` does both until nothing is left.

1. scan the bundle; find the dag files whose closure changed, the new ones, and those that failed;
2. snapshot the bundle, if there is anything to parse;
3. parse each of those files from the snapshot in a process of its own; a parse whose file changes meanwhile is
   ended and begun anew;
4. publish every outcome, in the order of the files' paths as far as they are done together.
"""

from __future__ import annotations

from collections.abc import Sequence
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


class _Order(msgspec.Struct, frozen=True):
    """A parse that was ordered and isn't done yet."""

    request: ParseRequest
    snapshot: Snapshot


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
        self._is_overtaken = False
        self._requests = 0
        # By file.
        self._ordered: dict[str, _Order] = {}
        # When the first of the outcomes came that aren't published yet.
        self._done_since: float | None = None
        # Snapshots that are not the newest any more and to which no published version is pinned yet.
        self._leftover: set[str] = set()
        self._is_pinned = self._memory.snapshot is not None
        remove_unfinished(self._snapshots)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that the last step looked into."""
        return tuple(self._bundle.folder / folder for folder in self._contents.scan.folders)

    @property
    def is_overtaken(self) -> bool:
        """Whether a file changed while it was parsed, so that a look is due although nothing changes any more."""
        return self._is_overtaken

    def is_settled(self, *, patience_seconds: float) -> bool:
        """Whether everything is published but files whose parses take longer than `patience_seconds`."""
        return not self._unpublished and self._parser.waits_only_for_slow(seconds=patience_seconds)

    def sources(self) -> list[int]:
        """Return the descriptors that are readable when there is something to collect."""
        return self._parser.sources()

    def due_in(self) -> float | None:
        """Return the seconds until `collect` has something to do even if nothing becomes readable."""
        times = [] if (parser := self._parser.due_in()) is None else [parser]
        if self._done_since is not None:
            times.append(max(0.0, self._done_since + _PUBLISH_EVERY_SECONDS - self._clock.monotonic()))
        return min(times, default=None)

    def step(self) -> StepReport:
        """Bring the store up to date with the bundle; wait for the parses.

        Raises:
            BundleError: The bundle can't be read or copied; the store keeps what it has.
            ParseServerError: The parse server is gone.
            StoreError: The store can't be written; the next step publishes again.
        """
        report = self.look()
        parsed, changed = list(report.parsed), list(report.changed)
        while self._ordered or self._done_since is not None:
            due = self.due_in()
            report = self.collect(seconds=_LONGEST_WAIT_SECONDS if due is None else due)
            parsed += report.parsed
            changed += report.changed
        return StepReport(parsed=tuple(sorted(parsed)), changed=tuple(changed), failed=self._failed())

    def look(self) -> StepReport:
        """Look for changes, and have parsed what changed.

        Raises:
            BundleError: The bundle can't be read or copied; the store keeps what it has.
            ParseServerError: The parse server is gone.
            StoreError: The store can't be written; the next look publishes again.
        """
        has_changed = self._contents.refresh() or self._is_behind or self._is_overtaken
        self._is_overtaken = False
        if not has_changed and not self._unpublished and not self._refused:
            return StepReport()
        # Until this look has come to its end, the next one has everything to do.
        self._is_behind = True
        candidates = self._contents.candidates()
        changed = list(self._forget(candidates))
        self._cancel_overtaken(candidates)
        waiting = [file for file in candidates if file not in self._ordered]
        to_parse = [file for file in waiting if self._must_parse(file) or (has_changed and self._has_failed(file))]
        if to_parse:
            self._order(to_parse)
        changed += self._publish(sorted((self._unpublished | self._refused) & set(candidates) - set(self._ordered)))
        self._is_behind = False
        if changed:
            self._doorbell.ring()
        return StepReport(changed=tuple(changed), failed=self._failed())

    def collect(self, *, seconds: float = 0.0) -> StepReport:
        """Take the outcomes that are there, waiting at most `seconds` for one; publish what is due.

        Raises:
            ParseServerError: The parse server is gone.
            StoreError: The store can't be written; the next look publishes again.
        """
        parsed = []
        for request, outcome in self._parser.collect(seconds=seconds):
            order = self._ordered.pop(request.file)
            self._memory.files[request.file] = self._remembered(outcome, request.file, order.snapshot)
            self._unpublished.add(request.file)
            self._is_overtaken |= self._must_parse(request.file)
            self._done_since = self._done_since or self._clock.monotonic()
            parsed.append(request.file)
        changed = self._publish_due()
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
        for file in tuple(self._ordered):
            self._cancel(file)
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

    def _cancel_overtaken(self, candidates: Sequence[str]) -> None:
        """End the parses of files that are gone, and of those that changed since, with what they name."""
        present = set(candidates)
        for file, order in tuple(self._ordered.items()):
            if file not in present or not self._named(order).holds_for(self._contents):
                self._cancel(file)

    def _named(self, order: _Order) -> Closure:
        """Return the closure of a parse as far as the file's text tells it."""
        file = order.request.file
        uses = find_references(self._snapshots / order.snapshot.name, (file,), folder=file.rpartition("/")[0])
        return Closure.of(uses, order.snapshot)

    def _cancel(self, file: str) -> None:
        self._parser.cancel(self._ordered.pop(file).request.request_id)

    def _order(self, files: Sequence[str]) -> None:
        """Have files parsed from a snapshot of the bundle as it is now."""
        snapshot = self._snapshot()
        requests = []
        for file in files:
            self._requests += 1
            root = str(self._snapshots / snapshot.name)
            request = ParseRequest(self._requests, root, str(self._bundle.folder), self._bundle.name, file)
            self._ordered[file] = _Order(request, snapshot)
            requests.append(request)
        self._parser.order(requests)

    def _snapshot(self) -> Snapshot:
        previous = self._memory.snapshot
        snapshot, is_new = take_snapshot(
            self._bundle.folder,
            self._contents.scan,
            store=self._snapshots,
            previous=previous,
            limit_mb=self._settings.snapshot_limit_mb,
        )
        if previous is not None and previous.name != snapshot.name and not self._is_pinned:
            self._leftover.add(previous.name)
        if previous is None or previous.name != snapshot.name:
            # One that was there already may have versions from before.
            self._is_pinned = not is_new
        self._leftover.discard(snapshot.name)
        self._memory.snapshot = snapshot
        self._remove_leftover()
        return snapshot

    def _remove_leftover(self) -> None:
        """Remove old snapshots that no parse reads and no version can be pinned to any more."""
        used = {order.snapshot.name for order in self._ordered.values()}
        for file in self._unpublished & set(self._memory.files):
            used.update(each.snapshot for each in self._memory.files[file].versions)
        for name in self._leftover - used:
            remove_snapshot(self._snapshots, name)
            self._leftover.discard(name)

    def _publish_due(self) -> list[str]:
        """Publish what is parsed, in order, as soon as nothing more is to come soon."""
        if self._done_since is None:
            return []
        if self._ordered and self._clock.monotonic() - self._done_since < _PUBLISH_EVERY_SECONDS:
            return []
        # If the store fails, the next look publishes again.
        self._done_since = None
        changed = self._publish(sorted(self._unpublished - set(self._ordered)))
        changed += self._publish(sorted(self._refused - set(self._ordered)))
        self._remove_leftover()
        if not self._ordered:
            save_memory(self._memory_file, self._memory)
        return changed

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
            pinned = {each.snapshot for each in parsed.versions}
            self._is_pinned |= self._memory.snapshot is not None and self._memory.snapshot.name in pinned
            self._leftover -= pinned
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


# Outcomes that come so close to each other are published in the order of their files.
_PUBLISH_EVERY_SECONDS = 0.25
_LONGEST_WAIT_SECONDS = 1.0
