"""Checks what ruff can't: package names, class names, `__init__` purity, private modules, error trees, spelling.

python tools/check_names.py             # exit code 1 and one line per finding
python tools/check_names.py --sizes     # what is larger than docs/contributing/style.md aims at; never fails
"""

import argparse
import ast
import builtins
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from glossary import GLOSSARY, REPOSITORY, read_terms, refused_spellings

SOURCE = REPOSITORY / "src"

REFUSED_MODULES = {
    "base", "common", "core", "engine", "helper", "helpers", "lib", "manager", "managers", "misc", "models", "shared",
    "stuff", "util", "utils",
}  # fmt: skip
# Airflow's users know these under these names.
ALLOWED_CLASSES = {"BaseBranchOperator", "BaseOperator", "BaseSensorOperator"}
REFUSED_CLASSES = re.compile(r"^(I[A-Z][a-z]|Base[A-Z]|Abstract[A-Z])|(Manager|Helper|Utils?|Impl)$")
REFUSED_IDENTIFIERS = {
    "ti": "task_instance", "dr": "dag_run", "execution_date": "logical_date", "ds": "logical_day",
}  # fmt: skip
# The template context, which users know by Airflow's names.
TEMPLATE_CONTEXT = ("mulgil.sdk.context", "mulgil.sdk.instants", "mulgil.sdk.macros", "mulgil.sdk.template")

MODULE_LINES, CLASS_LINES, FUNCTION_LINES = 500, 300, 60


@dataclass(frozen=True, order=True)
class Finding:
    """Something to mend, and where."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """`file:line: what to do`, as editors understand it."""
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Module:
    """A parsed module of the package."""

    path: str
    name: str
    text: str
    tree: ast.Module

    @property
    def is_package(self) -> bool:
        """Whether this is an `__init__`."""
        return self.path.endswith("__init__.py")

    def finding(self, node: ast.AST | None, message: str) -> Finding:
        """Return a finding at `node`, or at the top."""
        return Finding(self.path, getattr(node, "lineno", 1), message)


def parse_module(text: str, *, path: str) -> Module:
    """Return the module at `path` (relative to the repository, below `src/`) with the contents `text`."""
    parts = Path(path).with_suffix("").parts[1:]
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    return Module(path, name, text, ast.parse(text))


def module_names(module: Module) -> Iterator[Finding]:
    """No junk drawers."""
    last = module.name.rpartition(".")[2]
    if last in REFUSED_MODULES:
        yield module.finding(None, f"`{last}` says nothing about its contents: name the module after what it holds")


def init_purity(module: Module) -> Iterator[Finding]:
    """A package's `__init__` says what the package is and re-exports; nothing runs there."""
    if not module.is_package:
        return
    if ast.get_docstring(module.tree) is None:
        yield module.finding(None, "a package opens with a docstring that says what it is")
    is_root = module.name == "mulgil"
    for node in module.tree.body[1:]:
        if not (_is_reexport(node) or (is_root and _is_lazy_export(node))):
            yield module.finding(node, "`__init__` holds a docstring, imports and `__all__` only: move it to a module")


def _is_reexport(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets)
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_lazy_export(node: ast.stmt) -> bool:
    """The root resolves its names when they are used: tables, two functions, and imports for type checkers."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING" and all(_is_reexport(child) for child in node.body)
    if isinstance(node, ast.FunctionDef):
        return node.name in ("__getattr__", "__dir__")
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return False
    is_frozen = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "frozenset"
    return is_frozen or isinstance(node.value, ast.Dict | ast.List | ast.Tuple)


def class_names(module: Module) -> Iterator[Finding]:
    """A class is named after what it is."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and node.name not in ALLOWED_CLASSES and REFUSED_CLASSES.search(node.name):
            yield module.finding(node, f"class `{node.name}`: no I…, Base…, Abstract…, …Manager, …Helper, …Impl")


def error_trees(module: Module) -> Iterator[Finding]:
    """A package's errors stand in its `errors.py`, drawn as a tree in the docstring."""
    is_home = module.name.endswith(".errors")
    drawing = ast.get_docstring(module.tree) or ""
    for node in module.tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        bases = {ast.unparse(base) for base in node.bases}
        is_ours = any(base.endswith("Error") and base not in _BUILTIN_ERRORS for base in bases)
        if is_ours and not is_home:
            yield module.finding(node, f"error `{node.name}` belongs into its package's errors.py")
        if is_home and module.name != "mulgil.i18n.errors" and not re.search(rf"\b{node.name}\b", drawing):
            yield module.finding(node, f"`{node.name}` is missing in the tree at the top of errors.py")


_BUILTIN_ERRORS = {name for name in vars(builtins) if name.endswith("Error")}


def identifiers(module: Module) -> Iterator[Finding]:
    """Airflow's short names stay in the template context."""
    if module.name.startswith(TEMPLATE_CONTEXT):
        return
    for node in ast.walk(module.tree):
        for name in _bound_names(node):
            if name in REFUSED_IDENTIFIERS:
                yield module.finding(node, f"`{name}`: write `{REFUSED_IDENTIFIERS[name]}`")


def _bound_names(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.keyword(arg=str(name)):
            return (name,)
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.alias(name=name, asname=asname):
            return (asname or name,)
        case _:
            return ()


def private_imports(module: Module) -> Iterator[Finding]:
    """`_x` is imported inside its own package only; a private name not at all."""
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("mulgil"):
            continue
        source = node.module or ""
        for alias in node.names:
            full = f"{source}.{alias.name}"
            owner = _private_owner(full)
            if owner and not f"{module.name}.".startswith(f"{owner}."):
                yield module.finding(node, f"`{full}` is private to `{owner}`")


def _private_owner(full: str) -> str | None:
    """Return the package that the first private part of a dotted name belongs to."""
    parts = full.split(".")
    for index, part in enumerate(parts):
        if part.startswith("_") and not part.startswith("__"):
            return ".".join(parts[:index])
    return None


RULES: tuple[Callable[[Module], Iterator[Finding]], ...] = (
    module_names,
    init_purity,
    class_names,
    error_trees,
    identifiers,
    private_imports,
)


def prose(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of `text` that people read: Markdown outside code; docstrings, comments and catalogues."""
    if path.endswith(".md"):
        is_code = False
        for number, line in enumerate(text.splitlines(), 1):
            if line.lstrip().startswith("```"):
                is_code = not is_code
            elif not is_code:
                yield number, line
        return
    kinds = {tokenize.COMMENT, tokenize.STRING}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        is_sentence = token.type == tokenize.COMMENT or token.string.startswith('"""') or "/i18n/" in path
        if token.type in kinds and is_sentence:
            for offset, line in enumerate(token.string.splitlines()):
                yield token.start[0] + offset, line


def spelling(path: str, text: str, refused: list[tuple[re.Pattern[str], str]]) -> Iterator[Finding]:
    """One spelling for each term; what stands in backticks is code and not looked at."""
    for number, line in prose(path, text):
        words = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", line)
        for pattern, instead in refused:
            match = pattern.search(words)
            if match:
                yield Finding(path, number, f"“{match.group()}”: the glossary's term is “{instead}”")


def sizes(module: Module) -> Iterator[Finding]:
    """Report what is larger than the house aims at."""
    lines = len(module.text.splitlines())
    if lines > MODULE_LINES:
        yield module.finding(None, f"module of {lines} lines (look again above {MODULE_LINES})")
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            limit = CLASS_LINES if isinstance(node, ast.ClassDef) else FUNCTION_LINES
            if length > limit:
                yield module.finding(node, f"`{node.name}` has {length} lines (look again above {limit})")


def source_modules() -> Iterator[Module]:
    """Yield every module of the package, in order."""
    for file in sorted(SOURCE.rglob("*.py")):
        yield parse_module(file.read_text(encoding="utf-8"), path=file.relative_to(REPOSITORY).as_posix())


def prose_files() -> Iterator[Path]:
    """Yield every file whose wording is checked. The glossary itself names what it refuses."""
    yield from sorted(SOURCE.rglob("*.py"))
    for pattern in ("*.md", "docs/**/*.md", "changelog.d/*.md", "examples/**/*.md", "tests/*.md"):
        yield from (file for file in sorted(REPOSITORY.glob(pattern)) if file != GLOSSARY)


def all_findings() -> list[Finding]:
    """Return everything that is to be mended, by file and line."""
    found = {finding for module in source_modules() for rule in RULES for finding in rule(module)}
    refused = refused_spellings(read_terms(GLOSSARY.read_text(encoding="utf-8")))
    for file in prose_files():
        found.update(spelling(file.relative_to(REPOSITORY).as_posix(), file.read_text(encoding="utf-8"), refused))
    return sorted(found)


def main(arguments: list[str]) -> int:
    """Print the findings; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", action="store_true", help="report sizes instead; never fails")
    if parser.parse_args(arguments).sizes:
        print(*(finding for module in source_modules() for finding in sizes(module)), sep="\n")
        return 0
    findings = all_findings()
    print(*findings, sep="\n", end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
