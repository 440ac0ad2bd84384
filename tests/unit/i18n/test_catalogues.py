"""Every text that the source can say exists in every language, with the fields that it is given.

The source is read, not run: a call of a `MulgilError` class, of `Text`, or of a function that hands its
`code` and `**fields` on, is a *site*. Codes at sites are literals, or literals in a table beside them.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from string import Formatter

import mulgil
from mulgil.i18n import Language

SOURCE = Path(mulgil.__file__).parent
CATALOGUES = tuple(SOURCE / "i18n" / language.value for language in Language)
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
HANGUL = re.compile("[가-힣]")
WORD = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True)
class Site:
    """A place in the source that says something; `is_open` = more fields than `fields` may be given."""

    place: str
    code: str
    fields: frozenset[str]
    is_open: bool


@cache
def catalogue(language: Language) -> dict[str, str]:
    messages: dict[str, str] = {}
    for path in sorted((SOURCE / "i18n" / language.value).glob("*.py")):
        if path.stem != "__init__":
            messages |= import_module(f"mulgil.i18n.{language.value}.{path.stem}").MESSAGES
    return messages


@cache
def trees() -> dict[str, ast.Module]:
    paths = (path for path in sorted(SOURCE.rglob("*.py")) if not any(map(path.is_relative_to, CATALOGUES)))
    return {str(path.relative_to(SOURCE)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def last_name(node: ast.expr) -> str:
    """Return `c` of `c` and of `a.b.c`."""
    if isinstance(node, ast.Subscript):
        return last_name(node.value)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@cache
def error_classes() -> frozenset[str]:
    """Find the names of all classes below MulgilError."""
    nodes = (node for tree in trees().values() for node in ast.walk(tree))
    bases = {node.name: {last_name(base) for base in node.bases} for node in nodes if isinstance(node, ast.ClassDef)}
    found = {"MulgilError"}
    while grown := {name for name, above in bases.items() if above & found} - found:
        found |= grown
    return frozenset(found)


@cache
def relays() -> frozenset[str]:
    """Find the names of functions that take a code and its fields: `def refuse(code, **fields)`."""
    nodes = (node for tree in trees().values() for node in ast.walk(tree))
    return frozenset(
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef)
        and node.args.kwarg is not None
        and node.args.kwarg.arg == "fields"
        and [argument.arg for argument in (*node.args.posonlyargs, *node.args.args) if argument.arg != "self"]
        == ["code"]
    )


def literal_codes(node: ast.expr) -> list[str]:
    """Return the codes that an argument can be: a literal, or either branch of a choice of two."""
    if isinstance(node, ast.IfExp):
        return literal_codes(node.body) + literal_codes(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def text_fields(call: ast.Call) -> tuple[frozenset[str], bool]:
    """Return the fields of `Text(code, {..})`."""
    given = [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "fields")]
    if not given:
        return frozenset(), False
    if not isinstance(given[0], ast.Dict):
        return frozenset(), True
    keys = [key.value if isinstance(key, ast.Constant) else None for key in given[0].keys]
    return frozenset(str(key) for key in keys if key is not None), None in keys


def keyword_fields(call: ast.Call) -> tuple[frozenset[str], bool]:
    names = [keyword.arg for keyword in call.keywords]
    return frozenset(name for name in names if name is not None), None in names


@cache
def sites() -> tuple[Site, ...]:
    found = []
    for path, tree in trees().items():
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args):
            name = last_name(call.func)
            if name == "Text":
                fields, is_open = text_fields(call)
            elif name in error_classes() or name in relays():
                fields, is_open = keyword_fields(call)
            else:
                continue
            place = f"{path}:{call.lineno}"
            found += [Site(place, code, fields, is_open) for code in literal_codes(call.args[0])]
    return tuple(site for site in found if site.code)


@cache
def literals() -> frozenset[str]:
    return frozenset(
        node.value
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def placeholders(template: str) -> frozenset[str]:
    names = (name for _, name, _, _ in Formatter().parse(template) if name is not None)
    return frozenset(re.split(r"[.\[]", name)[0] for name in names)


def words(template: str) -> str:
    """Return a template without its fields and what it quotes."""
    return re.sub(r"`[^`]*`", "", "".join(text for text, *_ in Formatter().parse(template)))


def test_the_scan_finds_what_it_is_for() -> None:
    assert {"ModelError", "ScheduleError", "DagFormatError"} <= error_classes()
    assert {"model.interval_inverted", "timetable.unknown_preset"} <= {site.code for site in sites()}


def test_every_code_at_a_site_exists_in_every_language() -> None:
    missing = [
        f"{site.place} {site.code} ({language.value})"
        for site in sites()
        for language in Language
        if site.code not in catalogue(language)
    ]
    assert missing == []


def test_every_site_gives_the_fields_of_its_text() -> None:
    wrong = []
    for site in sites():
        expected = placeholders(catalogue(Language.ENGLISH).get(site.code, ""))
        is_right = site.fields <= expected if site.is_open else site.fields == expected
        if site.code in catalogue(Language.ENGLISH) and not is_right:
            wrong.append(f"{site.place} {site.code}: given {sorted(site.fields)}, named {sorted(expected)}")
    assert wrong == []


def test_every_code_is_said_somewhere() -> None:
    assert sorted(catalogue(Language.ENGLISH).keys() - literals()) == []


def test_all_languages_have_the_same_codes_and_fields() -> None:
    english, korean = catalogue(Language.ENGLISH), catalogue(Language.KOREAN)
    assert sorted(english.keys() ^ korean.keys()) == []
    assert [code for code in english if placeholders(english[code]) != placeholders(korean[code])] == []


def test_every_catalogue_holds_its_own_area_and_nothing_empty() -> None:
    wrong = []
    for language in Language:
        for path in (SOURCE / "i18n" / language.value).glob("*.py"):
            if path.stem == "__init__":
                continue
            messages = import_module(f"mulgil.i18n.{language.value}.{path.stem}").MESSAGES
            wrong += [
                f"{language.value}/{path.name} {code}"
                for code, template in messages.items()
                if not CODE.fullmatch(code) or code.partition(".")[0] != path.stem or not template.strip()
            ]
    assert wrong == []


def test_each_language_is_written_in_its_own_script() -> None:
    english, korean = catalogue(Language.ENGLISH), catalogue(Language.KOREAN)
    assert [code for code, template in english.items() if HANGUL.search(template)] == []
    untranslated = [
        code
        for code, template in korean.items()
        if len(WORD.findall(words(english.get(code, "")))) >= 3 and not HANGUL.search(template)
    ]
    assert untranslated == []
