"""Which files of a bundle don't count: ignore files with the rules of .gitignore, and what nobody means.

`.mulgilignore` and `.airflowignore` may stand in any folder and hold for it and everything below. The
last rule that matches decides; a file below an ignored folder can't be taken back, as in git.
"""

import re

import msgspec

IGNORE_FILES = (".mulgilignore", ".airflowignore")
_ALWAYS = (
    ".git/",
    ".hg/",
    ".svn/",
    ".venv/",
    "venv/",
    "node_modules/",
    "__pycache__/",
    ".mypy_cache/",
    ".ruff_cache/",
    ".pytest_cache/",
    ".ipynb_checkpoints/",
    ".idea/",
    ".vscode/",
    "*.pyc",
    "*~",
    ".*.sw?",
    ".#*",
    "#*#",
    ".DS_Store",
    "4913",
    "*.mulgil-lock",
    "*-journal",
    "*-wal",
    "*-shm",
    "*.wal",
)


class IgnoreRule(msgspec.Struct, frozen=True):
    """One line of an ignore file; `folder` is where the file stands (`` = the bundle's root)."""

    folder: str
    pattern: re.Pattern[str]
    is_negated: bool
    folders_only: bool

    def matches(self, path: str, *, is_folder: bool) -> bool:
        """Whether the rule speaks of `path` (relative to the bundle)."""
        if self.folders_only and not is_folder:
            return False
        if self.folder:
            if not path.startswith(f"{self.folder}/"):
                return False
            path = path[len(self.folder) + 1 :]
        return self.pattern.fullmatch(path) is not None


def parse_rules(text: str, *, folder: str = "") -> tuple[IgnoreRule, ...]:
    """Read an ignore file; empty lines and comments say nothing."""
    return tuple(rule for line in text.splitlines() if (rule := _parse_rule(line, folder)) is not None)


def is_ignored(path: str, rules: tuple[IgnoreRule, ...], *, is_folder: bool) -> bool:
    """Whether the last rule that speaks of `path` ignores it."""
    for rule in reversed(rules):
        if rule.matches(path, is_folder=is_folder):
            return not rule.is_negated
    return False


def _parse_rule(line: str, folder: str) -> IgnoreRule | None:
    line = line.rstrip()
    if not line or line.startswith("#"):
        return None
    is_negated = line.startswith("!")
    if is_negated:
        line = line[1:]
    line = line.removeprefix("\\")
    folders_only = line.endswith("/")
    line = line.rstrip("/")
    if not line:
        return None
    anchored = "/" in line
    return IgnoreRule(folder, re.compile(_regex(line.lstrip("/"), anchored=anchored)), is_negated, folders_only)


def _regex(glob: str, *, anchored: bool) -> str:
    parts = glob.split("/")
    pieces = []
    for number, part in enumerate(parts):
        is_last = number == len(parts) - 1
        if part == "**":
            pieces.append(".*" if is_last else "(?:.*/)?")
        else:
            pieces.append(_segment(part) + ("" if is_last else "/"))
    return ("" if anchored else "(?:.*/)?") + "".join(pieces)


def _segment(part: str) -> str:
    out, index = "", 0
    while index < len(part):
        char = part[index]
        end = part.find("]", index + 2) if char == "[" else -1
        if end > 0:
            inside = part[index + 1 : end].replace("\\", "\\\\")
            out += f"[{'^' + inside[1:] if inside.startswith('!') else inside}]"
            index = end
        else:
            out += {"*": "[^/]*", "?": "[^/]"}.get(char) or re.escape(char)
        index += 1
    return out


ALWAYS_IGNORED = parse_rules("\n".join(_ALWAYS).replace("\n#", "\n\\#"))
