"""The bundle's contents as of the last scan, hashed as far as somebody asked."""

from __future__ import annotations

from pathlib import Path

from mulgil.dagfiles.bundle import BundleFile, BundleScan, FileSign, listing_of, read_digest, scan_bundle
from mulgil.dagfiles.candidate import may_define_dags


class BundleContents:
    """Answers what is in the bundle now; a file is read again only when its sign has changed."""

    def __init__(self, folder: Path, known: dict[str, BundleFile] | None = None) -> None:
        """Start with what is known from before."""
        self.folder = folder
        self.scan = BundleScan({}, ())
        self._digests = dict(known or {})
        self._candidates: dict[str, tuple[FileSign, bool]] = {}
        self._listings: dict[str, str | None] = {}

    def refresh(self) -> bool:
        """Look through the bundle again; return whether anything changed.

        Raises:
            BundleError: The bundle can't be read.
        """
        scan = scan_bundle(self.folder)
        if scan == self.scan:
            return False
        self.scan = scan
        self._listings.clear()
        return True

    def digest(self, path: str) -> str | None:
        """Return the hash of a file's contents; None where there is no such file."""
        sign = self.scan.files.get(path)
        if sign is None:
            return None
        known = self._digests.get(path)
        if known is None or known.sign != sign:
            digest = read_digest(self.folder / path)
            if digest is None:
                return None
            known = self._digests[path] = BundleFile(sign, digest)
        return known.digest

    def listing(self, folder: str) -> str | None:
        """Return a hash of the names in a folder; None where there is no such folder."""
        if folder not in self._listings:
            self._listings[folder] = listing_of(folder, self.scan.files)
        return self._listings[folder]

    def candidates(self) -> tuple[str, ...]:
        """Return the files that may define dags, in order."""
        found = []
        for path, sign in self.scan.files.items():
            if not path.endswith(".py"):
                continue
            known = self._candidates.get(path)
            if known is None or known[0] != sign:
                known = self._candidates[path] = (sign, may_define_dags(self.folder / path))
            if known[1]:
                found.append(path)
        return tuple(found)
