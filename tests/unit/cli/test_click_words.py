"""What the command-line library says of itself is known word for word, so that it can be translated."""

import ast
from pathlib import Path

import click

from mulgil.cli._click_words import WORDS
from mulgil.i18n import Text, get_language, render, set_language
from mulgil.i18n.language import Language


def said_by_click() -> set[str]:
    """Return every text that the library looks up for translation."""
    calls = (
        node
        for file in Path(click.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext")
    )
    return {
        argument.value
        for call in calls
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def test_the_words_are_the_librarys() -> None:
    # `required` is looked up by a variable.
    assert WORDS.keys() - said_by_click() <= {"required"}


def test_english_stays_as_the_library_says_it() -> None:
    before = get_language()
    set_language(Language.ENGLISH)
    try:
        assert {words: render(Text(code)) for words, code in WORDS.items()} == {words: words for words in WORDS}
    finally:
        set_language(before)
