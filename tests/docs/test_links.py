"""What a page points at exists: links, paths, modules, `make` targets and import contracts."""

import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from pages import REPOSITORY, anchors, blocks, code_spans, name_of, pages, without_blocks

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FOLDERS = ("src/", "tests/", "tools/", "docs/", "examples/", "benchmarks/", "changelog.d/", ".ci/")
DOTTED = re.compile(r"mulgil(\.\w+)+")
MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")

every_page = pytest.mark.parametrize("page", pages(), ids=name_of)


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for link in LINK.findall(without_blocks(page.read_text(encoding="utf-8"))):
        file, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = (page.parent / file).resolve() if file else page
        is_lost = not target.exists() or (
            anchor and target.suffix == ".md" and anchor not in anchors(target.read_text(encoding="utf-8"))
        )
        if is_lost:
            lost.append(link)
    assert not lost


@every_page
def test_paths_exist(page: Path) -> None:
    paths = [span for span in code_spans(page.read_text(encoding="utf-8")) if span.startswith(FOLDERS)]
    lost = [path for path in paths if "…" not in path and not _matches(path)]
    assert not lost


def _matches(path: str) -> bool:
    """Whether a path from the root exists; `<name>` stands for anything."""
    pattern = re.sub(r"<\w+>", "*", path).rstrip("/")
    return any(True for _ in REPOSITORY.glob(pattern))


@every_page
def test_modules_and_names_exist(page: Path) -> None:
    spans = code_spans(page.read_text(encoding="utf-8"))
    lost = [span for span in spans if DOTTED.fullmatch(span) and not _is_python_name(span)]
    assert not lost


FILES = ("mulgil.toml", "mulgil.db", "mulgil.lock")


def _is_python_name(dotted: str) -> bool:
    if dotted in FILES:
        return True
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found: object = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for name in parts[length:]:
            if not hasattr(found, name):
                return False
            found = getattr(found, name)
        return True
    return False


@every_page
def test_make_targets_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code = [*code_spans(text), *(block.body for block in blocks(text) if block.info in ("sh", "console", "shell"))]
    named = {target for span in code for target in MAKE.findall(span)}
    rules = re.findall(r"^([a-z][a-z-]*):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    assert named <= set(rules)


CONTRACT = re.compile(r"import contracts? ((?:`[a-z-]+`(?:\s*\([^)]*\))?(?:,| and)?\s*)+)")


@every_page
def test_import_contracts_exist(page: Path) -> None:
    configured = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    ids = {contract["id"] for contract in configured}
    named = {
        name
        for match in CONTRACT.finditer(page.read_text(encoding="utf-8"))
        for name in re.findall(r"`([a-z-]+)`", match[1])
    }
    assert named <= ids


def test_the_index_names_every_page() -> None:
    index = REPOSITORY / "docs" / "README.md"
    linked = {(index.parent / link.partition("#")[0]).resolve() for link in LINK.findall(index.read_text())}
    folders = {page.parent for page in linked if page.name == "README.md"}
    missing = [
        name_of(page)
        for page in pages()
        if page.is_relative_to(index.parent) and page != index and page not in linked and page.parent not in folders
    ]
    assert not missing
