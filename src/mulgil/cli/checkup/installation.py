"""Is the program whole: Python, the packages that it needs, and which extras are there."""

import re
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module, metadata

import msgspec

from mulgil.cli.checkup.finding import Finding, fail, ok, warn
from mulgil.i18n import Text
from mulgil.model import VERSION

_PACKAGE = "mulgil"
# Packages with a compiled part, which may be installed and yet not load on this machine.
_COMPILED = ("cryptography", "duckdb", "msgspec", "pyarrow")
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)\s*(\[[^]]*\])?\s*\(?(?P<range>[^;)]*)\)?\s*(;\s*(?P<marker>.*))?")
_EXTRA = re.compile(r"""extra\s*==\s*['"](?P<name>[^'"]+)['"]""")
_BOUND = re.compile(r"(?P<sign>[<>=!~]=?)\s*(?P<version>[\w.]+)")
_LEADING_NUMBERS = re.compile(r"\d+(\.\d+)*")


class Requirement(msgspec.Struct, frozen=True):
    """A package that is needed, by everybody or for an extra, and in which versions."""

    name: str
    versions: str
    extra: str | None = None

    @property
    def installed(self) -> str | None:
        """The version that is installed."""
        try:
            return metadata.version(self.name)
        except metadata.PackageNotFoundError:
            return None


def check_installation(python_version: str) -> Iterator[Finding]:
    """Look at Python and the packages; `python_version` is that of the interpreter."""
    try:
        about = metadata.metadata(_PACKAGE)
    except metadata.PackageNotFoundError:
        yield warn("mulgil", Text("doctor.not_installed", {"version": VERSION}), Text("doctor.not_installed_remedy"))
        return
    wanted = (about.get_all("Requires-Python") or [""])[0]
    if is_within(python_version, wanted):
        yield ok("python", Text("doctor.python", {"version": python_version}))
    else:
        fields = {"version": python_version, "wanted": wanted}
        yield fail("python", Text("doctor.python_wrong", {**fields}), Text("doctor.python_remedy", {"wanted": wanted}))
    requirements = [read_requirement(line) for line in about.get_all("Requires-Dist") or ()]
    yield from _packages([item for item in requirements if item.extra is None])
    yield from _extras([item for item in requirements if item.extra is not None])


def read_requirement(line: str) -> Requirement:
    """Read a line of a package's metadata: `click<9,>=8.1; extra == "x"`."""
    found = _REQUIREMENT.match(line)
    assert found is not None
    extra = _EXTRA.search(found["marker"] or "")
    return Requirement(found["name"], found["range"].strip(), None if extra is None else extra["name"])


def is_within(version: str, versions: str) -> bool:
    """Whether a version keeps every bound of `>=8.1,<9`, by its leading numbers."""
    here = _numbers(version)
    for bound in _BOUND.finditer(versions):
        there = _numbers(bound["version"])
        length = max(len(here), len(there))
        mine, its = (part + (0,) * (length - len(part)) for part in (here, there))
        keeps = {"<": mine < its, "<=": mine <= its, ">": mine > its, ">=": mine >= its, "!=": mine != its}
        if not keeps.get(bound["sign"], mine[: len(there)] == there if bound["sign"] == "==" else mine >= its):
            return False
    return True


def _packages(requirements: list[Requirement]) -> Iterator[Finding]:
    remedy = Text("doctor.packages_remedy")
    wrong = False
    for item in requirements:
        installed = item.installed
        if installed is None:
            wrong = True
            yield fail("packages", Text("doctor.package_missing", {"name": item.name}), remedy)
        elif not is_within(installed, item.versions):
            wrong = True
            fields = {"name": item.name, "version": installed, "wanted": item.versions}
            yield warn("packages", Text("doctor.package_version", {**fields}), remedy)
    for name in _COMPILED:
        try:
            import_module(name)
        except ImportError as error:
            wrong = True
            yield fail("packages", Text("doctor.package_broken", {"name": name, "why": str(error)}), remedy)
    if not wrong:
        yield ok("packages", Text("doctor.packages", {"version": VERSION, "count": len(requirements)}))


def _extras(requirements: list[Requirement]) -> Iterator[Finding]:
    extras: dict[str, list[Requirement]] = defaultdict(list)
    for item in requirements:
        extras[item.extra or ""].append(item)
    for name, items in sorted(extras.items()):
        missing = [item.name for item in items if item.installed is None]
        if not missing:
            yield ok("extras", Text("doctor.extra", {"name": name}))
        else:
            yield ok("extras", Text("doctor.extra_missing", {"name": name, "packages": ", ".join(missing)}))


def _numbers(version: str) -> tuple[int, ...]:
    found = _LEADING_NUMBERS.match(version)
    return tuple(map(int, found[0].split("."))) if found else ()
