"""The two READMEs say the same, and what they tell people to type exists."""

import re
import shlex
from pathlib import Path

import click
import pytest
from docs_cli import commands
from pages import REPOSITORY, blocks, code_spans, name_of, pages

from mulgil.cli._root import root
from mulgil.cli.backfill import BackfillGroup

READMES = [REPOSITORY / "README.md", REPOSITORY / "README.ko.md"]
KNOWN = dict(commands(root, ("mulgil",)))


def typed(page: Path) -> list[list[str]]:
    """Every `mulgil …` line of a page: in blocks for the shell and in backticks."""
    text = page.read_text(encoding="utf-8")
    lines = [line for block in blocks(text) if block.info in ("sh", "console") for line in block.body.splitlines()]
    found = [shlex.split(line, comments=True) for line in [*lines, *code_spans(text)] if line.startswith("mulgil ")]
    return [[word for word in words if word != "…"] for words in found]


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_commands_exist_with_their_options(page: Path) -> None:
    wrong = [" ".join(words) for words in typed(page) if not _is_command(words)]
    assert not wrong


def _is_command(words: list[str]) -> bool:
    if words[1:2] in (["--version"], ["--home"]):
        words = [words[0], *words[3:]] if words[1] == "--home" else words[:1]
    length = max(size for size in range(1, len(words) + 1) if tuple(words[:size]) in KNOWN)
    command = KNOWN[tuple(words[:length])]
    if isinstance(command, click.Group) and length < len(words):
        if not isinstance(command, BackfillGroup):
            return False
        command = command.commands["create"]
    options = {name for parameter in command.params for name in parameter.opts}
    return all(word in options for word in words[length:] if re.match(r"--?[a-z]", word))


def test_both_readmes_have_the_same_blocks_and_links() -> None:
    english, korean = (page.read_text(encoding="utf-8") for page in READMES)
    assert [block.info for block in blocks(english)] == [block.info for block in blocks(korean)]
    assert len(re.findall(r"^## ", english, re.MULTILINE)) == len(re.findall(r"^## ", korean, re.MULTILINE))
    links = {link for link in re.findall(r"\]\(([^)]+)\)", english) if not link.startswith("README")}
    assert links <= set(re.findall(r"\]\(([^)]+)\)", korean))


@pytest.mark.parametrize("page", READMES, ids=name_of)
def test_the_table_names_every_command(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = []
    for words, command in KNOWN.items():
        if len(words) == 2 and f"`{' '.join(words)}`" not in text:
            missing.append(words)
        if len(words) == 3 and not isinstance(command, click.Group):
            line = next(line for line in text.splitlines() if line.startswith(f"| `{' '.join(words[:2])}`"))
            if f"`{words[2]}`" not in line:
                missing.append(words)
    assert not missing
